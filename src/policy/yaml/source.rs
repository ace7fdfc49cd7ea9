//! A text with a name and lines.

/// Where something stands: line and column from 1, columns and width in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// Characters to underline. Never past the end of the line when drawn.
    pub(crate) width: usize,
}

/// A text, its name for messages, and where its lines begin.
#[derive(Debug)]
pub(crate) struct Source {
    name: String,
    text: String,
    starts: Vec<usize>,
}

impl Source {
    /// The text under this name, without its byte order mark.
    pub(crate) fn new(name: impl Into<String>, text: &str) -> Self {
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

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The line of this number, counted from 1, without its end.
    pub(crate) fn line(&self, number: usize) -> Option<&str> {
        let start = *self.starts.get(number.checked_sub(1)?)?;
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        Some(self.text.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    /// What is written from this place to the end of its line.
    pub(crate) fn rest_of_line(&self, place: Place) -> &str {
        let line = self.line(place.line).unwrap_or("");
        let skip = place.column.saturating_sub(1);
        line.char_indices().nth(skip).and_then(|(at, _)| line.get(at..)).unwrap_or("")
    }
}
