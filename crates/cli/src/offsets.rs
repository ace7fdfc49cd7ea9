//! Offsets in the units of different programming languages.

use clap::ValueEnum;

/// The unit of offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Offsets {
    /// Bytes of UTF-8, as in Rust and Go
    #[default]
    Bytes,
    /// Code points, as in Python
    Chars,
    /// UTF-16 code units, as in JavaScript, Java and C#
    Utf16,
}

impl Offsets {
    /// Returns the name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Chars => "chars",
            Self::Utf16 => "utf16",
        }
    }

    fn count(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Chars => text.chars().count(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }
}

/// The bytes between two marks of a converter.
const STEP: usize = 1024;

/// Converts byte offsets of one string. Creating it reads the string once; converting an offset then reads at most `STEP` bytes.
pub(crate) struct OffsetConverter<'t> {
    text: &'t str,
    unit: Offsets,
    /// Units before the last character boundary at or before each multiple of `STEP` bytes.
    marks: Vec<usize>,
}

impl<'t> OffsetConverter<'t> {
    /// Creates a converter for `text`.
    pub(crate) fn new(text: &'t str, unit: Offsets) -> Self {
        let mut marks = vec![0];
        let (mut from, mut units) = (0, 0);
        while unit != Offsets::Bytes && marks.len() * STEP <= text.len() {
            let to = text.floor_char_boundary(marks.len() * STEP);
            units += unit.count(text.get(from..to).unwrap_or_default());
            marks.push(units);
            from = to;
        }
        Self { text, unit, marks }
    }

    /// Returns the number of units before byte `offset`.
    pub(crate) fn at(&self, offset: usize) -> usize {
        if self.unit == Offsets::Bytes {
            return offset;
        }
        let mark = (offset / STEP).min(self.marks.len() - 1);
        let from = self.text.floor_char_boundary(mark * STEP);
        let rest = self.text.get(from..offset.min(self.text.len())).unwrap_or_default();
        self.marks.get(mark).copied().unwrap_or(0) + self.unit.count(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::{OffsetConverter, Offsets};

    #[test]
    fn offsets_in_long_text_are_converted() {
        let text = "aé中🎉\u{301}".repeat(700);
        let (chars, utf16) = (OffsetConverter::new(&text, Offsets::Chars), OffsetConverter::new(&text, Offsets::Utf16));
        let bytes = OffsetConverter::new(&text, Offsets::Bytes);
        let mut units = 0;
        for (count, (offset, c)) in text.char_indices().enumerate() {
            assert_eq!((bytes.at(offset), chars.at(offset), utf16.at(offset)), (offset, count, units));
            units += c.len_utf16();
        }
        assert_eq!((chars.at(text.len()), utf16.at(text.len())), (text.chars().count(), units));
    }
}
