//! Offsets in code points, by which Python indexes text.

/// Converts byte offsets of text that arrives in chunks, without keeping the text.
#[derive(Debug, Default)]
pub(crate) struct Offsets {
    /// Where the number of bytes per character changes.
    runs: Vec<Run>,
    bytes: usize,
    chars: usize,
}

/// Characters of the same number of bytes.
#[derive(Clone, Copy, Debug)]
struct Run {
    byte: usize,
    char: usize,
    width: usize,
}

impl Offsets {
    /// Returns the offsets of some text.
    pub(crate) fn of(text: &str) -> Self {
        let mut offsets = Self::default();
        offsets.push(text);
        offsets
    }

    /// Appends a chunk.
    pub(crate) fn push(&mut self, chunk: &str) {
        if chunk.is_ascii() {
            return self.extend(1, chunk.len());
        }
        for char in chunk.chars() {
            self.extend(char.len_utf8(), 1);
        }
    }

    fn extend(&mut self, width: usize, chars: usize) {
        if chars > 0 && self.runs.last().is_none_or(|run| run.width != width) {
            self.runs.push(Run { byte: self.bytes, char: self.chars, width });
        }
        self.bytes += width * chars;
        self.chars += chars;
    }

    /// Returns the number of code points before a byte offset.
    pub(crate) fn chars_before(&self, byte: usize) -> usize {
        let after = self.runs.partition_point(|run| run.byte <= byte);
        let run = after.checked_sub(1).and_then(|index| self.runs.get(index));
        run.map_or(0, |run| run.char + (byte - run.byte) / run.width)
    }
}
