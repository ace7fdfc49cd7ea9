//! Labelled text, normalized as the view of the library is.

use std::ops::Range;
use std::path::Path;

use crate::held_out::is_held_out;
use crate::labels::Line;

/// Some text, and the spans of names and addresses in it.
#[derive(Clone, Default)]
pub struct Document {
    pub text: String,
    pub names: Vec<Range<usize>>,
    pub addresses: Vec<Range<usize>>,
}

/// Documents of a file: those to train on, and those held out.
pub struct Set {
    pub training: Vec<Document>,
    pub held_out: Vec<Document>,
}

/// Reads the documents of a file.
pub fn read(path: &Path) -> Result<Set, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut set = Set { training: Vec::new(), held_out: Vec::new() };
    for (number, line) in text.lines().filter(|line| !line.is_empty()).enumerate() {
        let line: Line = serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()))?;
        if is_held_out(number) { &mut set.held_out } else { &mut set.training }.push(normalize(&line));
    }
    Ok(set)
}

/// Replaces each run of white space by a line end, if it has one, or a space.
fn normalize(line: &Line) -> Document {
    let mut text = String::new();
    // For each byte of the text, its offset in the normalized text.
    let mut offsets = Vec::new();
    let mut is_space = false;
    for c in line.text.chars() {
        if !c.is_whitespace() {
            is_space = false;
            offsets.resize(offsets.len() + c.len_utf8(), text.len());
            text.push(c);
            continue;
        }
        let at = if is_space { text.len() - 1 } else { text.len() };
        offsets.resize(offsets.len() + c.len_utf8(), at);
        if !is_space {
            text.push(' ');
        }
        if c == '\n' {
            text.replace_range(at.., "\n");
        }
        is_space = true;
    }
    offsets.push(text.len());
    let labels = line.labels();
    let spans = |wanted: &str| {
        let of_type = labels.iter().filter(|(label, _)| *label == wanted);
        of_type.map(|(_, span)| offsets[span.start]..offsets[span.end]).collect()
    };
    let (names, addresses) = (spans("NAME"), spans("ADDRESS"));
    Document { text, names, addresses }
}
