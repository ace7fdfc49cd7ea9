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

impl Sink for Replacements {
    fn keep(&mut self, text: &str) {
        self.at += text.len();
    }

    fn replace(&mut self, length: usize, replacement: &str) {
        self.list.push((self.at..self.at + length, replacement.to_owned()));
        self.at += length;
    }
}
