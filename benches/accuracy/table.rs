//! The tables of the scoreboard, in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use banister::EntityType;

use crate::score::{Found, Score, per_megabyte, score};
use crate::sets::{Set, Training};
use crate::systems::{COMPARED, STRICTNESS};

/// A set, and what each system found in it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) set: Set,
    /// By the settings in [`STRICTNESS`].
    pub(crate) banister: Vec<Vec<Found>>,
    pub(crate) presidio: Option<Vec<Found>>,
}

/// The types that have a model.
const MODELED: [EntityType; 2] = [EntityType::Name, EntityType::Address];

/// Fewer labels than these say little.
const LEAST_LABELS: usize = 5;

/// Returns all tables.
pub(crate) fn tables(rows: &[Row]) -> String {
    [by_type(rows), by_strictness(rows), by_text(rows)].join("\n")
}

/// Returns a share with two digits: `.87`, `1`.
fn share(value: f64) -> String {
    let text = format!("{value:.2}");
    text.strip_prefix('0').map_or_else(|| "1".to_owned(), str::to_owned)
}

fn cells(score: Option<&Score>) -> String {
    score.map_or_else(
        || "not run".to_owned(),
        |score| {
            let [p, r, f, exact] = [score.precision(), score.recall(), score.f1(), score.exact_f1()].map(share);
            format!("{p}, {r}, **{f}** ({exact})")
        },
    )
}

fn name(set: &Set) -> String {
    let mark = if set.training == Some(Training::HeldOut) { "*" } else { "" };
    format!("{}{mark}", set.name)
}

fn by_type(rows: &[Row]) -> String {
    let mut text =
        "| set | type | labels | Banister: P, R, **F1** (exact) | Presidio |\n|---|---|---|---|---|\n".to_owned();
    for row in rows.iter().filter(|row| row.set.training.is_some()) {
        let banister = row.banister.get(COMPARED).map(|found| score(&row.set, found)).unwrap_or_default();
        let presidio = row.presidio.as_ref().map(|found| score(&row.set, found));
        for (&entity, own) in banister.iter().filter(|(_, own)| own.labels >= LEAST_LABELS) {
            let other = presidio.as_ref().and_then(|scores| scores.get(&entity));
            let _ = writeln!(
                text,
                "| {} | `{}` | {} | {} | {} |",
                name(&row.set),
                entity.name(),
                own.labels,
                cells(Some(own)),
                cells(other),
            );
        }
    }
    text
}

fn by_strictness(rows: &[Row]) -> String {
    let mut text = format!("| type | set | {} |\n|---|---|---|---|---|---|\n", STRICTNESS.join(" | "));
    for entity in MODELED {
        for row in rows.iter().filter(|row| row.set.training.is_some() && row.set.types.contains(&entity)) {
            let _ = write!(text, "| `{}` | {} |", entity.name(), name(&row.set));
            for found in &row.banister {
                let scores: BTreeMap<EntityType, Score> = score(&row.set, found);
                let score = scores.get(&entity).copied().unwrap_or_default();
                let [p, r, f] = [score.precision(), score.recall(), score.f1()].map(share);
                let cover = if entity == EntityType::Address {
                    format!(", cover {}", share(score.cover()))
                } else {
                    String::new()
                };
                let _ = write!(text, " {p}, {r}, **{f}**{cover} |");
            }
            text.push('\n');
        }
    }
    text
}

fn by_text(rows: &[Row]) -> String {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.set.training.is_none()).collect();
    let names: Vec<_> = rows.iter().map(|row| row.set.name.as_str()).collect();
    let mut text = format!("| findings per megabyte | {} |\n|---{}|\n", names.join(" | "), "|---".repeat(names.len()));
    let mut line = |label: String, value: &dyn Fn(&Row) -> Option<f64>| {
        let cells =
            rows.iter().map(|row| value(row).map_or_else(|| "not run".to_owned(), |value| format!("{value:.0}")));
        let _ = writeln!(text, "| {label} | {} |", cells.collect::<Vec<_>>().join(" | "));
    };
    for entity in MODELED {
        let count = |set: &Set, found: &[Found]| per_megabyte(set, found, |of| of == entity);
        for (number, strictness) in STRICTNESS.iter().enumerate() {
            let label = format!("`{}`, strictness {strictness}", entity.name());
            line(label, &|row| row.banister.get(number).map(|found| count(&row.set, found)));
        }
        let label = format!("`{}`, Presidio", entity.name());
        line(label, &|row| row.presidio.as_ref().map(|found| count(&row.set, found)));
    }
    let others = |set: &Set, found: &[Found]| per_megabyte(set, found, |of| !MODELED.contains(&of));
    line("other types".to_owned(), &|row| row.banister.first().map(|found| others(&row.set, found)));
    line("other types, Presidio".to_owned(), &|row| row.presidio.as_ref().map(|found| others(&row.set, found)));
    text
}
