//! Where an evaluation writes to.

/// Takes what is released, in order. All bytes kept and replaced, joined, are the text up to where it has been released.
pub(crate) trait Sink {
    /// These bytes go on as they are.
    fn keep(&mut self, text: &str);

    /// `replacement` goes on in place of the next `length` bytes of the text.
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

/// Lets everything go: for text that is released without waiting for the evaluation.
pub(super) struct Discard;

impl Sink for Discard {
    fn keep(&mut self, _text: &str) {}

    fn replace(&mut self, _length: usize, _replacement: &str) {}
}

/// Notes the replacements only, by their place in the text.
#[derive(Debug, Default)]
pub(crate) struct Replacements {
    at: usize,
    /// Byte ranges of the text, ascending and apart, and what goes on in their place.
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
