//! Gaps between the words of a phrase: white space with signs of Markdown next to it, and escapes of white space, `\\n`.

/// The maximum number of bytes of a gap.
const MOST_BYTES: usize = 12;

/// Signs of Markdown that may be next to a word.
const SIGNS: &[u8] = b"*_~`";

/// A gap that is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    bytes: usize,
    /// White space is in it: words with signs alone between them are one word.
    has_space: bool,
    /// The end of a line is escaped in it. A second one would end a paragraph.
    has_line: bool,
    /// An escape has begun.
    is_escape: bool,
}

/// What a byte is to a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GapByte {
    /// A part of it.
    Inside,
    /// The first byte after it.
    After,
    /// What shows that there is no gap.
    None,
}

/// Returns `true` for a byte with which a gap begins that is not one space.
#[inline]
pub(super) fn begins_gap(byte: u8) -> bool {
    byte == b'\\' || SIGNS.contains(&byte)
}

impl Gap {
    /// Returns a gap of which a space was read.
    pub(super) fn after_space() -> Self {
        Self { has_space: true, ..Self::default() }
    }

    /// Reads a byte, in lower case.
    pub(super) fn read(&mut self, byte: u8) -> GapByte {
        self.bytes += 1;
        match byte {
            _ if self.bytes > MOST_BYTES => return GapByte::None,
            b'\\' => self.is_escape = true,
            b'r' | b't' if self.is_escape => (self.has_space, self.is_escape) = (true, false),
            b'n' if self.is_escape && !self.has_line => {
                (self.has_space, self.has_line, self.is_escape) = (true, true, false);
            }
            _ if self.is_escape => return GapByte::None,
            b' ' => self.has_space = true,
            _ if SIGNS.contains(&byte) => {}
            _ if self.has_space => return GapByte::After,
            _ => return GapByte::None,
        }
        GapByte::Inside
    }
}

/// Returns text with one space for each gap.
pub(super) fn single_gaps(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = gap_length(rest);
        if length > 0 {
            out.push(' ');
            rest = rest.get(length..).unwrap_or_default();
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

/// Returns the number of bytes of the gap that begins the text, or 0.
fn gap_length(text: &str) -> usize {
    let mut gap = Gap::default();
    let end =
        text.bytes().position(|byte| gap.read(byte.to_ascii_lowercase()) != GapByte::Inside).unwrap_or(text.len());
    if gap.has_space && !gap.is_escape { end } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::single_gaps;

    #[test]
    fn gaps_have_white_space() {
        for (text, expected) in [
            ("a b", "a b"),
            ("a **b** c", "a b c"),
            ("a\\nb\\\\r\\\\nc", "a b c"),
            ("a\\n\\nb", "a\\n b"),
            ("a_b", "a_b"),
            ("a_ b", "a b"),
            ("a\\xb c:\\new", "a\\xb c: ew"),
        ] {
            assert_eq!(single_gaps(text), expected, "{text:?}");
        }
    }
}
