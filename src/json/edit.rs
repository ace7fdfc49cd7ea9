//! Edits of decoded text, and the edits of the raw bytes that they require.

use std::ops::Range;

use super::error::JsonError;

use super::string::{self, Step};

/// Ordered and disjoint replacements for spans of decoded text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldEdit {
    replacements: Vec<(Range<usize>, String)>,
}

impl FieldEdit {
    /// Creates an edit that replaces byte ranges of the decoded text. They must be ordered, disjoint and on character boundaries; otherwise
    /// applying the edit fails.
    pub(crate) fn new(replacements: Vec<(Range<usize>, String)>) -> Self {
        Self { replacements }
    }

    /// Creates an edit that replaces all `length` bytes of the text.
    pub(crate) fn whole(length: usize, text: impl Into<String>) -> Self {
        Self::new(vec![(0..length, text.into())])
    }

    /// Returns `true` if nothing is replaced.
    pub(crate) fn is_empty(&self) -> bool {
        self.replacements.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn replacements(&self) -> &[(Range<usize>, String)] {
        &self.replacements
    }

    /// Returns the text with the replacements applied.
    pub(crate) fn apply(&self, text: &str) -> Result<String, JsonError> {
        self.check(text)?;
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, replacement) in &self.replacements {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(replacement);
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        Ok(out)
    }

    fn check(&self, text: &str) -> Result<(), JsonError> {
        let mut at = 0;
        for (range, _) in &self.replacements {
            let fits = at <= range.start
                && range.start <= range.end
                && text.is_char_boundary(range.start)
                && text.is_char_boundary(range.end);
            if !fits {
                return Err(JsonError::edit());
            }
            at = range.end;
        }
        Ok(())
    }
}

/// A replacement of raw bytes of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawEdit {
    pub(crate) range: Range<usize>,
    pub(crate) bytes: String,
}

impl RawEdit {
    /// Returns `true` if `other` lies within the range of this edit.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.range.start <= other.range.start && other.range.end <= self.range.end
    }
}

/// Converts an edit of a decoded string to edits of raw bytes, with escaped replacements, in one pass over `raw`.
///
/// `raw` is the inside of the string, which begins at byte `base` of the document; `text` is its decoded form.
pub(crate) fn string_edits(
    raw: &str,
    base: usize,
    text: &str,
    edit: &FieldEdit,
    out: &mut Vec<RawEdit>,
) -> Result<(), JsonError> {
    edit.check(text)?;
    let mut map = OffsetMap {
        raw,
        raw_at: 0,
        text_at: 0,
        // Equal lengths mean that there are no escapes, because an escape is longer than its character.
        plain: raw.len() == text.len(),
    };
    for (range, replacement) in &edit.replacements {
        let start = map.raw_offset(range.start);
        let end = map.raw_offset(range.end);
        let mut bytes = String::with_capacity(replacement.len());
        string::escape_into(replacement, &mut bytes);
        out.push(RawEdit { range: base + start..base + end, bytes });
    }
    Ok(())
}

/// Maps decoded offsets, in increasing order, to raw offsets.
struct OffsetMap<'a> {
    raw: &'a str,
    raw_at: usize,
    text_at: usize,
    plain: bool,
}

impl OffsetMap<'_> {
    fn raw_offset(&mut self, text_offset: usize) -> usize {
        if self.plain {
            return text_offset;
        }
        while self.text_at < text_offset {
            let rest = self.raw.get(self.raw_at..).unwrap_or_default();
            let Step::Unit(unit) = string::step(rest, true) else { break };
            self.raw_at += unit.raw_len;
            self.text_at += unit.ch.len_utf8();
        }
        self.raw_at
    }
}

/// Returns the text with raw edits applied, which must be ordered and disjoint; `None` if there are none.
pub(crate) fn splice(text: &str, edits: &[RawEdit]) -> Option<String> {
    if edits.is_empty() {
        return None;
    }
    let grown: usize = edits.iter().map(|edit| edit.bytes.len()).sum();
    let mut out = String::with_capacity(text.len() + grown);
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.range.start).unwrap_or_default());
        out.push_str(&edit.bytes);
        at = edit.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::RawEdit;

    #[test]
    fn an_edit_covers_what_lies_within_it() {
        let edit = |range| RawEdit { range, bytes: String::new() };
        for (other, expected) in
            [(2..6, true), (3..5, true), (2..2, true), (6..6, true), (1..6, false), (2..7, false), (7..9, false)]
        {
            assert_eq!(edit(2..6).covers(&edit(other.clone())), expected, "{other:?}");
        }
    }
}
