//! Labelled text: JSON lines with `text` and `spans`, whose offsets count code points.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(default)]
    spans: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    r#type: String,
    start: usize,
    end: usize,
}

/// Some text, normalized as the view of the library is, and the spans of names in it.
pub struct Document {
    pub text: String,
    pub names: Vec<Range<usize>>,
}

/// Reads the documents of a file. The last documents of a set can be held out by their number.
pub fn read(path: &Path) -> Result<Vec<Document>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let parse = |line: &str| serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()));
    text.lines()
        .filter(|line| !line.is_empty())
        .map(parse)
        .map(|line| line.map(|line: Line| normalize(&line)))
        .collect()
}

/// Replaces each run of white space by a line end, if it has one, or a space.
fn normalize(line: &Line) -> Document {
    let mut text = String::new();
    // The offset of each code point, and of the end.
    let mut offsets = Vec::new();
    let mut chars = line.text.chars().peekable();
    while let Some(c) = chars.next() {
        offsets.push(text.len());
        if !c.is_whitespace() {
            text.push(c);
            continue;
        }
        let mut has_line_end = c == '\n';
        while let Some(space) = chars.next_if(|c| c.is_whitespace()) {
            offsets.push(text.len());
            has_line_end |= space == '\n';
        }
        text.push(if has_line_end { '\n' } else { ' ' });
    }
    offsets.push(text.len());
    let at = |index: usize| offsets.get(index).copied().unwrap_or(text.len());
    let mut names: Vec<_> = line.spans.iter().filter(|s| s.r#type == "NAME").map(|s| at(s.start)..at(s.end)).collect();
    names.sort_by_key(|span| span.start);
    Document { text, names }
}
