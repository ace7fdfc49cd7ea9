//! Offsets in the units that a program cuts text by.

use clap::ValueEnum;

/// What offsets count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Offsets {
    /// Bytes of UTF-8, as Rust and Go cut
    #[default]
    Bytes,
    /// Code points, as Python cuts
    Chars,
    /// UTF-16 code units, as JavaScript, Java and C# cut
    Utf16,
}

impl Offsets {
    /// The name of the value, as given on the command line.
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

/// Bytes between two marks of a ruler.
const STEP: usize = 1024;

/// Converts byte offsets of one text. Making it reads the text once; an offset then costs a short stretch, wherever it is.
pub(crate) struct Ruler<'t> {
    text: &'t str,
    unit: Offsets,
    /// Units before the last character boundary at or before each multiple of `STEP` bytes.
    marks: Vec<usize>,
}

impl<'t> Ruler<'t> {
    /// A ruler for `text`.
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

    /// The units before byte `offset`.
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
    use super::{Offsets, Ruler};

    #[test]
    fn every_offset_of_a_long_text_is_converted() {
        let text = "aé中🎉\u{301}".repeat(700);
        let (chars, utf16) = (Ruler::new(&text, Offsets::Chars), Ruler::new(&text, Offsets::Utf16));
        let bytes = Ruler::new(&text, Offsets::Bytes);
        let mut units = 0;
        for (count, (offset, c)) in text.char_indices().enumerate() {
            assert_eq!((bytes.at(offset), chars.at(offset), utf16.at(offset)), (offset, count, units));
            units += c.len_utf16();
        }
        assert_eq!((chars.at(text.len()), utf16.at(text.len())), (text.chars().count(), units));
    }
}
