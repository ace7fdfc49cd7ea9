//! Labeled text, and ordinary text.

use std::path::Path;
use std::{fs, io};

use banister::ContentCategory;
use serde_json::Value;

/// A name for a label, the filters that are to find it, and its keys in the data: the first says whether it is known.
type Label = (&'static str, &'static [ContentCategory], &'static [&'static str]);

/// The labels of the data. Self-harm has no category of its own; its phrases are in `violence`.
pub(crate) const LABELS: &[Label] = &[
    ("sexual", &[ContentCategory::Sexual], &["S", "S3"]),
    ("hate", &[ContentCategory::Hate], &["H", "H2"]),
    ("harassment", &[ContentCategory::Insults], &["HR"]),
    ("violence", &[ContentCategory::Violence], &["V", "V2"]),
    (
        "flagged",
        &[ContentCategory::Sexual, ContentCategory::Hate, ContentCategory::Insults, ContentCategory::Violence],
        &[],
    ),
];

/// All keys of labels.
const KEYS: [&str; 8] = ["S", "H", "V", "HR", "SH", "S3", "H2", "V2"];

/// A labeled text.
#[derive(Debug)]
pub(crate) struct Labeled {
    pub(crate) text: String,
    row: Value,
}

impl Labeled {
    fn is_set(&self, key: &str) -> bool {
        self.row.get(key).and_then(Value::as_u64) == Some(1)
    }

    /// Returns whether the text has a label; `None` if it is not labeled.
    pub(crate) fn has(&self, label: &str) -> Option<bool> {
        let &(_, _, keys) = LABELS.iter().find(|(name, ..)| *name == label)?;
        let Some(first) = keys.first() else { return Some(KEYS.iter().any(|key| self.is_set(key))) };
        if keys.iter().any(|key| self.is_set(key)) { Some(true) } else { self.row.get(first).map(|_| false) }
    }
}

/// Reads the moderation evaluation data.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Labeled>> {
    let rows = fs::read_to_string(path)?;
    let rows = rows.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(rows.filter_map(|row| Some(Labeled { text: row.get("prompt")?.as_str()?.to_owned(), row })).collect())
}

/// Reads a file of ordinary text, and returns it with its name.
pub(crate) fn chat(path: &Path) -> io::Result<(String, Vec<String>)> {
    let text = fs::read_to_string(path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let is_json = path.extension().is_some_and(|extension| extension == "jsonl");
    let line = |line: &str| -> Option<String> {
        if !is_json {
            return Some(line.to_owned());
        }
        Some(serde_json::from_str::<Value>(line).ok()?.get("text")?.as_str()?.to_owned())
    };
    Ok((name, text.lines().filter(|text| !text.trim().is_empty()).filter_map(line).collect()))
}
