//! A table of what was tried on each entity type, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use banister::EntityType;

/// Pairs of a row and a type that are documented not to hold, each with its reason.
pub(crate) type Exceptions = &'static [(&'static str, EntityType, &'static str)];

/// Counts by row and type, with the first failure of each.
#[derive(Default)]
pub(crate) struct Table {
    cells: BTreeMap<(String, EntityType), Cell>,
}

#[derive(Default)]
struct Cell {
    tried: usize,
    failed: usize,
    example: String,
}

impl Table {
    pub(crate) fn add(&mut self, row: &str, entity: EntityType, right: bool, example: impl FnOnce() -> String) {
        let cell = self.cells.entry((row.to_owned(), entity)).or_default();
        cell.tried += 1;
        if !right {
            cell.failed += 1;
            if cell.example.is_empty() {
                cell.example = example();
            }
        }
    }

    /// Returns the table in Markdown, a row for each type: `yes`, or how many of how many are right.
    fn markdown(&self) -> String {
        let rows: BTreeSet<&str> = self.cells.keys().map(|key| key.0.as_str()).collect();
        let mut out = format!("| type | {} |\n|---|", rows.iter().copied().collect::<Vec<_>>().join(" | "));
        out.push_str(&"---|".repeat(rows.len()));
        for &entity in EntityType::ALL {
            let _ = write!(out, "\n| {entity} |");
            for row in &rows {
                let _ = match self.cells.get(&((*row).to_owned(), entity)) {
                    None => write!(out, "  |"),
                    Some(cell) if cell.failed == 0 => write!(out, " yes |"),
                    Some(cell) => write!(out, " {} of {} |", cell.tried - cell.failed, cell.tried),
                };
            }
        }
        out
    }

    /// Fails with the table unless every cell holds but for the exceptions, and every exception is one. Writes the table to a file among
    /// the artifacts of the build as well.
    pub(crate) fn check(&self, name: &str, exceptions: Exceptions) {
        let mut problems = self.failures(name, exceptions);
        for ((row, entity), cell) in &self.cells {
            if cell.failed == 0 && stated(exceptions, row, *entity) {
                let _ = writeln!(problems, "{entity}, {row}: stated not to hold, and holds");
            }
        }
        self.report(name, &problems);
    }

    /// Likewise where the cases are a sample, in which an exception need not occur.
    pub(crate) fn check_sample(&self, name: &str, exceptions: Exceptions) {
        self.report(name, &self.failures(name, exceptions));
    }

    fn failures(&self, name: &str, exceptions: Exceptions) -> String {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(folder.join(format!("{name}.md")), self.markdown() + "\n").expect("the table can be written");
        let mut problems = String::new();
        for ((row, entity), cell) in &self.cells {
            if cell.failed > 0 && !stated(exceptions, row, *entity) {
                let _ = writeln!(problems, "{entity}, {row}: {} of {} fail: {}", cell.failed, cell.tried, cell.example);
            }
        }
        problems
    }

    fn report(&self, name: &str, problems: &str) {
        let count = problems.lines().count();
        assert!(count == 0, "{}\n{name}: {count} pairs\n{problems}", self.markdown());
    }
}

fn stated(exceptions: Exceptions, row: &str, entity: EntityType) -> bool {
    exceptions.iter().any(|pair| pair.0 == row && pair.1 == entity)
}
