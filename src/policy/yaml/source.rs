//! A policy file in memory, by lines.

/// A location in a file: line and column from 1, columns and width in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::policy) struct SourceLocation {
    pub(in crate::policy) line: usize,
    pub(in crate::policy) column: usize,
    /// Characters to underline, as far as the line goes.
    pub(in crate::policy) width: usize,
}

/// A policy file in memory: its text, its name for messages, and the start of each line.
#[derive(Debug)]
pub(in crate::policy) struct SourceFile {
    name: String,
    text: String,
    starts: Vec<usize>,
}

impl SourceFile {
    /// Creates a file of this name, without the byte order mark of its text.
    pub(in crate::policy) fn new(name: impl Into<String>, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        // YAML ends a line at LF, CRLF, or a CR alone.
        starts.extend(bytes.iter().enumerate().filter_map(|(at, &byte)| {
            let ends = byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            ends.then_some(at + 1)
        }));
        Self { name: name.into(), text, starts }
    }

    pub(in crate::policy) fn name(&self) -> &str {
        &self.name
    }

    pub(in crate::policy) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the line of this number, counted from 1, without its end.
    pub(in crate::policy) fn line(&self, number: usize) -> Option<&str> {
        let start = *self.starts.get(number.checked_sub(1)?)?;
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        Some(self.text.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    /// Returns the text from this location to the end of its line.
    pub(in crate::policy) fn rest_of_line(&self, location: SourceLocation) -> &str {
        let line = self.line(location.line).unwrap_or("");
        let skip = location.column.saturating_sub(1);
        line.char_indices().nth(skip).and_then(|(at, _)| line.get(at..)).unwrap_or("")
    }
}
