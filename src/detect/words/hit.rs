//! Matches of words.

/// The purpose of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum WordRole {
    /// A word of a word filter, or a phrase of a topic.
    Rule(u32),
    /// An exception of a topic: matches inside it do not count.
    Exception(u32),
    /// A context word of this list.
    Context(u32),
}

/// A match of a word, in bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WordHit {
    pub(crate) role: WordRole,
    pub(crate) start: usize,
    pub(crate) end: usize,
}
