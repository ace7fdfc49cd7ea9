//! Builders and helpers that tables and validators share.

use std::ops::Range;

use smallvec::SmallVec;

use super::recognizer::{Recognizer, RecognizerInput, Veto};
use crate::detect::pattern::{Count, Form, Needs, Verdict};

/// Digits in any grouping. The numbers of persons, cards and accounts all start from this one pattern and leave their
/// lengths and groups to the validators: patterns that count digits each in their own way would multiply the states of
/// the automaton they share.
///
/// A line end separates groups as a space does, because models wrap lines. The entity view shows it as one `\n`, however many
/// spaces are around it. A value contains at most one: numbers in a column are not one number.
pub(super) const NUMBER: &str = r"\b\d+(?:[ \n.-]\d+)*\b";

/// Default context distances: Presidio's and Google DLP's order of magnitude, measured on the labeled sets.
const CONTEXT_BEFORE: usize = 50;
const CONTEXT_AFTER: usize = 30;

/// Returns a recognizer whose candidate is the value and that needs no context.
pub(super) const fn exact(
    pattern: &'static str,
    max_bytes: usize,
    validate: fn(&RecognizerInput<'_>) -> Verdict,
) -> Recognizer {
    Recognizer {
        pattern,
        max_bytes,
        needs: Needs::NONE,
        validate,
        value: None,
        context: &[],
        context_before: CONTEXT_BEFORE,
        context_after: CONTEXT_AFTER,
        prefilter: None,
        veto: None,
    }
}

impl Recognizer {
    /// Sets the number of characters of one kind that every value has.
    pub(super) const fn with_count(mut self, count: Count) -> Self {
        self.needs.count = count;
        self
    }

    /// Sets the forms of which every value has one.
    pub(super) const fn with_forms(mut self, forms: &'static [Form]) -> Self {
        self.needs.forms = forms;
        self
    }

    /// Sets that no value counts without a context word.
    pub(super) const fn never_sure(mut self) -> Self {
        self.needs.is_never_sure = true;
        self
    }

    /// Sets that no value is followed by an ASCII letter, a digit or `_`. Unlike `\b` in the pattern it allows a value to end in a sign.
    pub(super) const fn ending_a_word(mut self) -> Self {
        self.needs.word_end = true;
        self
    }

    /// Sets the context words for [`Verdict::NeedsContext`].
    pub(super) const fn with_context(mut self, context: &'static [&'static str]) -> Self {
        self.context = context;
        self.needs.asks_context = !context.is_empty();
        self
    }

    /// Sets the part of the candidate that is reported.
    pub(super) const fn with_value(mut self, value: fn(&str) -> Range<usize>) -> Self {
        self.value = Some(value);
        self
    }

    /// Sets the prefilter: bytes of which every candidate contains one.
    pub(super) const fn with_prefilter(mut self, bytes: [u8; 2]) -> Self {
        self.prefilter = Some(bytes);
        self
    }

    /// Sets the check of the text around a candidate.
    pub(super) const fn with_veto(mut self, veto: Veto) -> Self {
        self.veto = Some(veto);
        self
    }

    /// Sets the context distance before and after the candidate.
    pub(super) const fn context_distance(mut self, before: usize, after: usize) -> Self {
        self.context_before = before;
        self.context_after = after;
        self
    }
}

/// Markdown and quotes, which may be next to a word or a value.
macro_rules! marks {
    () => {
        r"[*_~'\x22\x60]*"
    };
}
pub(super) use marks;

/// The pattern of the text that may open a value: white space, Markdown, a quote and a bracket. No blank line: it would separate them.
macro_rules! opening {
    () => {
        r"[ \n]?(?:[*_~'\x22\x60(<]+[ \n]?)?"
    };
}
pub(super) use opening;

/// The pattern of the text between a keyword and its value, in prose and in code: `PIN is 4812`, `"pin": "4812"`, `pin=4812`, and in
/// Markdown: `**PIN:** 4812`, `PIN: _4812_`.
macro_rules! keyword_link {
    () => {
        concat!(marks!(), r"(?i:[ \n]?(?:is|was|of|[:=#-]))?", marks!(), opening!())
    };
}
pub(super) use keyword_link;

/// Returns `true` if the character is one of [`marks`] or [`opening`].
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '*' | '_' | '~' | '\'' | '"' | '`' | '(' | '<' | ' ' | '\n')
}

/// Rejects the end of the candidate for every start.
pub(super) fn reject_end(c: &RecognizerInput<'_>) -> Verdict {
    Verdict::RejectBefore(c.text.len())
}

/// Accepts or rejects.
pub(super) fn accept_if(good: bool) -> Verdict {
    if good { Verdict::Accept } else { Verdict::Reject }
}

/// Accepts with context, or rejects.
pub(super) fn context_if(good: bool) -> Verdict {
    if good { Verdict::NeedsContext } else { Verdict::Reject }
}

/// Returns `true` if the character would make a longer word of the candidate. ASCII only: a number glued to Chinese text is alone.
pub(super) fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns `true` if the character is an ASCII digit.
pub(super) fn is_digit(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_digit())
}

impl RecognizerInput<'_> {
    /// Returns `true` if it is alone: no letter, digit or underscore touches it.
    pub(super) fn is_alone(&self) -> bool {
        !is_word(self.before) && !is_word(self.after)
    }

    /// Returns `true` if one of these signs is before it. The dot of an abbreviation, `No.`, is none of them.
    pub(super) fn is_after(&self, signs: &[char]) -> bool {
        !self.follows_abbreviation() && self.before.is_some_and(|sign| signs.contains(&sign))
    }

    /// Returns `true` if nothing else is in the lines that it fills.
    pub(super) fn is_one_in_its_lines(&self) -> bool {
        let is_end = |c: Option<char>| c.is_none_or(|c| c == '\n');
        is_end(self.before) && is_end(self.after)
    }

    /// Returns `true` if it is no part of a longer number or name.
    pub(super) fn is_apart(&self) -> bool {
        self.is_alone() && !self.is_after(&['-', '.', '+', '/', '$']) && self.after != Some('-')
    }

    /// Returns `true` if it follows a word with a dot, such as `No.`.
    pub(super) fn follows_abbreviation(&self) -> bool {
        self.head.strip_suffix('.').is_some_and(|word| word.ends_with(char::is_alphabetic))
    }

    /// Returns the lengths of the groups of digits, which a single white space, hyphen or dot separates.
    pub(super) fn groups(&self) -> SmallVec<[usize; 24]> {
        self.groups_by([' ', '\n', '-', '.'].as_slice())
    }

    /// Returns the lengths of the groups that these signs separate.
    pub(super) fn groups_by(&self, signs: &[char]) -> SmallVec<[usize; 24]> {
        self.text.split(signs).map(str::len).collect()
    }

    /// Returns `true` if it is one of the `shapes`: all together or in groups, always separated by the same sign of `signs`. One
    /// line end may replace a space.
    pub(super) fn grouped_as(&self, shapes: &[&[usize]], signs: &[u8]) -> bool {
        let mut used = self.text.bytes().filter(|b| !b.is_ascii_digit()).map(|b| if b == b'\n' { b' ' } else { b });
        let first = used.next();
        first.is_none_or(|f| signs.contains(&f) && used.all(|b| b == f))
            && self.wraps_once()
            && shapes.contains(&self.groups().as_slice())
    }

    /// Returns `true` if at most one line ends inside it.
    pub(super) fn wraps_once(&self) -> bool {
        wraps_once(self.text)
    }
}

/// Returns `true` if at most one line ends inside the text.
pub(super) fn wraps_once(text: &str) -> bool {
    text.bytes().filter(|&b| b == b'\n').count() <= 1
}

/// Returns the offset after the digit of this number, counted from 1.
pub(super) fn after_digit(text: &str, number: usize) -> usize {
    let digits = text.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit());
    digits.take(number).last().map_or(0, |(at, _)| at + 1)
}

/// Returns the text without the digits at its end, and how many they are; `None` if there are none.
pub(super) fn strip_digits_end(text: &str) -> Option<(&str, usize)> {
    let rest = text.trim_end_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then(|| (rest, text.len() - rest.len()))
}

/// Returns the run of digits at the end, which is the value of a candidate that a keyword introduces.
pub(super) fn last_digits(text: &str) -> Range<usize> {
    value_after_keyword(text, |c| !c.is_ascii_digit())
}

/// Returns the part of the text that a range of a `value` function names.
pub(super) fn part(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

/// Returns the run of value characters at the end of a keyword-introduced candidate: all after the last separator that
/// `separator` accepts.
pub(super) fn value_after_keyword(text: &str, separator: impl Fn(char) -> bool) -> Range<usize> {
    let start = text.char_indices().rev().find(|&(_, c)| separator(c)).map_or(0, |(i, c)| i + c.len_utf8());
    start..text.len()
}
