//! Counts the findings of all entity types in a folder of texts, by type and megabyte. In text without labels that is how to see false
//! findings come and go: run it before a change and after it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use banister::{EntityType, Guardrail, Policy, Source};

const POLICY: &str = "{version: 1, name: all, pii: [{types: [ALL], action: detect}]}";

/// What was counted.
#[derive(Default)]
struct Counts {
    files: usize,
    texts: usize,
    bytes: usize,
    findings: BTreeMap<&'static str, usize>,
}

impl Counts {
    fn text(&mut self, guardrail: &Guardrail, text: &str) {
        self.texts += 1;
        self.bytes += text.len();
        for entity in guardrail.assess(Source::Input, text).findings().iter().filter_map(banister::Finding::entity) {
            *self.findings.entry(entity.name()).or_default() += 1;
        }
    }

    /// Counts a file: of `.jsonl` the member `text` of each line, of any other the whole file.
    fn file(&mut self, guardrail: &Guardrail, path: &Path) -> io::Result<()> {
        let content = String::from_utf8_lossy(&fs::read(path)?).into_owned();
        self.files += 1;
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            self.text(guardrail, &content);
            return Ok(());
        }
        let values = content.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        for value in values {
            if let Some(text) = value.get("text").and_then(serde_json::Value::as_str) {
                self.text(guardrail, text);
            }
        }
        Ok(())
    }

    fn print(&self) {
        let megabytes = self.bytes as f64 / 1e6;
        println!("{} files, {} texts, {megabytes:.3} MB", self.files, self.texts);
        println!("{:<40} {:>9} {:>9}", "type", "findings", "per MB");
        let row =
            |name: &str, count: usize| println!("{name:<40} {count:>9} {:>9.2}", count as f64 / megabytes.max(1e-6));
        for entity in EntityType::ALL {
            row(entity.name(), self.findings.get(entity.name()).copied().unwrap_or(0));
        }
        row("all", self.findings.values().sum());
    }
}

/// The files of a folder and of the folders in it, in the order of their names.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "jsonl" || extension == "txt") {
            found.push(path);
        }
    }
    Ok(found)
}

fn count(folder: &Path) -> io::Result<Counts> {
    let policy = Policy::from_yaml(POLICY).map_err(io::Error::other)?;
    let guardrail = Guardrail::new(policy);
    let mut counts = Counts::default();
    for path in files(folder)? {
        counts.file(&guardrail, &path)?;
    }
    Ok(counts)
}

fn main() -> ExitCode {
    let Some(folder) = env::var_os("BANISTER_TEXTS") else {
        eprintln!("set BANISTER_TEXTS to a folder with texts: `.txt`, or `.jsonl` with a member `text` on each line");
        return ExitCode::FAILURE;
    };
    match count(Path::new(&folder)) {
        Ok(counts) => counts.print(),
        Err(error) => {
            eprintln!("{}: {error}", Path::new(&folder).display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
