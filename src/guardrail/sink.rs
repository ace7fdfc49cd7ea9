//! The output of an evaluation.

/// Receives text that is safe to release, in order.
pub(crate) trait Sink {
    /// Forwards text unchanged.
    fn keep(&mut self, text: &str);

    /// Forwards `replacement` in place of the next `length` bytes of the text.
    fn replace(&mut self, length: usize, replacement: &str);
}

impl Sink for String {
    fn keep(&mut self, text: &str) {
        self.push_str(text);
    }

    fn replace(&mut self, _length: usize, replacement: &str) {
        self.push_str(replacement);
    }
}

/// Discards everything, for text that was released before its evaluation.
pub(super) struct Discard;

impl Sink for Discard {
    fn keep(&mut self, _text: &str) {}

    fn replace(&mut self, _length: usize, _replacement: &str) {}
}

/// Collects the replacements only, with their ranges in the text.
#[derive(Debug, Default)]
pub(crate) struct Replacements {
    at: usize,
    /// Byte ranges of the text, ascending and disjoint, each with its replacement.
    pub(crate) list: Vec<(std::ops::Range<usize>, String)>,
}

impl Replacements {
    /// Returns the text with the replacements.
    pub(super) fn apply_to(&self, text: &str) -> String {
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for (range, replacement) in &self.list {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(replacement);
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

impl Sink for Replacements {
    fn keep(&mut self, text: &str) {
        self.at += text.len();
    }

    fn replace(&mut self, length: usize, replacement: &str) {
        self.list.push((self.at..self.at + length, replacement.to_owned()));
        self.at += length;
    }
}
