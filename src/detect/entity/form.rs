//! Short forms the tables and validators share.

use std::ops::Range;

use super::EntityType;
use super::recognizer::{Candidate, Recognizer, Verdict};

/// Digits in any grouping. The numbers of persons, cards and accounts all start from this one pattern and leave their
/// lengths and groups to the validators: patterns that count digits each in their own way would multiply the states of
/// the automaton they share.
pub(super) const NUMBER: &str = r"\b\d+(?:[ .-]\d+)*\b";

/// Reach of context words: Presidio's and Google DLP's order of magnitude, measured on the labelled sets.
const REACH_BEFORE: usize = 50;
const REACH_AFTER: usize = 30;

/// A recognizer whose candidate is the value and that needs no context.
pub(super) const fn plain(
    entity: EntityType,
    pattern: &'static str,
    max_bytes: usize,
    validate: fn(&Candidate<'_>) -> Verdict,
) -> Recognizer {
    Recognizer {
        entity,
        pattern,
        max_bytes,
        validate,
        value: None,
        context: &[],
        reach_before: REACH_BEFORE,
        reach_after: REACH_AFTER,
        landmark: None,
    }
}

impl Recognizer {
    /// The same, with context words for `Verdict::NeedsContext`.
    pub(super) const fn near(mut self, context: &'static [&'static str]) -> Self {
        self.context = context;
        self
    }

    /// The same, reporting only a part of the candidate.
    pub(super) const fn value(mut self, value: fn(&str) -> Range<usize>) -> Self {
        self.value = Some(value);
        self
    }

    /// The same, looked for only around these bytes.
    pub(super) const fn around(mut self, bytes: [u8; 2]) -> Self {
        self.landmark = Some(bytes);
        self
    }

    /// The same, with another reach of the context words.
    pub(super) const fn reach(mut self, before: usize, after: usize) -> Self {
        self.reach_before = before;
        self.reach_after = after;
        self
    }
}

/// Accept, or reject.
pub(super) fn accept_if(good: bool) -> Verdict {
    if good { Verdict::Accept } else { Verdict::Reject }
}

/// Accept with context, or reject.
pub(super) fn context_if(good: bool) -> Verdict {
    if good { Verdict::NeedsContext } else { Verdict::Reject }
}

/// Whether the character would make a longer word of the candidate. ASCII only: a number glued to Chinese text stands alone.
pub(super) fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether the character is an ASCII digit.
pub(super) fn is_digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit())
}

impl Candidate<'_> {
    /// Whether it stands alone: no letter, digit or underscore touches it.
    pub(super) fn stands_alone(&self) -> bool {
        !is_word(self.before) && !is_word(self.after)
    }

    /// The lengths of the groups of digits, which a single space, hyphen or dot separates.
    pub(super) fn groups(&self) -> Vec<usize> {
        self.text.split([' ', '-', '.']).map(str::len).collect()
    }

    /// Whether it is one of the `shapes`: all together or in groups, always told apart by the same sign of `signs`.
    pub(super) fn grouped_as(&self, shapes: &[&[usize]], signs: &[u8]) -> bool {
        let mut used = self.text.bytes().filter(|b| !b.is_ascii_digit());
        let first = used.next();
        first.is_none_or(|f| signs.contains(&f) && used.all(|b| b == f)) && shapes.contains(&self.groups().as_slice())
    }

    /// Whether no digit touches it.
    pub(super) fn digits_end_here(&self) -> bool {
        !is_digit(self.before) && !is_digit(self.after)
    }
}

/// The run of value characters at the end of a keyword-introduced candidate: all behind the last separator that
/// `separator` accepts.
pub(super) fn tail(text: &str, separator: impl Fn(char) -> bool) -> Range<usize> {
    let start = text.char_indices().rev().find(|&(_, c)| separator(c)).map_or(0, |(i, c)| i + c.len_utf8());
    start..text.len()
}
