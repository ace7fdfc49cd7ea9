//! The parts of a recognizer.

use std::ops::Range;

use crate::detect::pattern::{Needs, Verdict};
use crate::text::view::ViewText;

/// Recognizes values of one entity type: a pattern finds candidates, then a validator and context words decide.
///
/// The pattern runs over the *entity view* of the text: width, zero-width characters, dashes and spaces unified to their ASCII forms,
/// escapes decoded, a run of white space as one character, case kept. It is matched as ASCII bytes: `\d`, `\w`, `\s` and `\b` are ASCII;
/// leftmost-longest; no look-around other than a leading or a trailing `\b`, `^` or `$` of each top-level alternative. Some text that is
/// long enough for several ends is offered to the validator at each end; the longest accepted one counts.
#[derive(Debug)]
pub(crate) struct Recognizer {
    /// Candidate pattern, `regex` syntax.
    pub(crate) pattern: &'static str,
    /// Longest candidate, in bytes of the entity view. Longer ones are never offered.
    pub(crate) max_bytes: usize,
    /// What every value is like. Other candidates are not offered.
    pub(crate) needs: Needs,
    /// Validates one candidate.
    pub(crate) validate: fn(&RecognizerInput<'_>) -> Verdict,
    /// The part of the candidate that is the value, as a range of the candidate (pattern view); `None`: all of it.
    pub(crate) value: Option<fn(&str) -> Range<usize>>,
    /// Context words, lower case, matched as whole words in the normalized view; any one of them will do.
    pub(crate) context: &'static [&'static str],
    /// The distance before the candidate in which a context word may begin, in bytes of the text as given.
    pub(crate) context_before: usize,
    /// The distance after the candidate in which a context word may end, in bytes of the text as given.
    pub(crate) context_after: usize,
    /// Two bytes of which every candidate holds one, for patterns that may begin with any letter: only the runs that lead up to one
    /// of them are then read.
    pub(crate) prefilter: Option<[u8; 2]>,
    /// Rejects a candidate because of the text around it. Runs once the unbroken run of letters, digits and `+/=_-` it is in has
    /// ended, or [`VETO_BYTES`] bytes of it have arrived.
    pub(crate) veto: Option<Veto>,
}

impl Recognizer {
    /// Validates a candidate. Counts its characters first, which decides most cases, and then reads the characters around it.
    #[cfg(test)]
    pub(super) fn verdict(&self, view: &crate::text::view::ViewText, start: usize, end: usize) -> Verdict {
        let text = view.slice(start..end);
        if let Some(bytes) = self.needs.count.rejected(text) {
            return Verdict::RejectBefore(bytes);
        }
        let (head, before, after) = (view.head(start), view.char_before(start), view.char_after(end));
        let written = Written { view, start };
        (self.validate)(&RecognizerInput { text, head, before, after, written, accepted: 0, lacks_context: false })
    }
}

/// Checks the text around a candidate.
pub(crate) type Veto = fn(&Surroundings<'_>) -> Objection;

/// A candidate and the text around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    /// Up to [`VETO_BYTES`] bytes of the entity view before the candidate.
    pub(crate) before: &'a str,
    /// The candidate.
    pub(crate) text: &'a str,
    /// The rest of the run after the candidate, and the character that ends it: up to [`VETO_BYTES`] bytes.
    pub(crate) after: &'a str,
    /// `true` if the validator accepted the candidate without a context word.
    pub(crate) is_sure: bool,
}

/// An objection to a candidate because of the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Objection {
    /// No objection.
    None,
    /// It needs a context word.
    Doubt,
    /// It does not begin here. A later start may be right.
    Start,
    /// It does not end here, wherever it begins.
    End,
}

/// The number of bytes of the entity view on each side of a candidate that a veto can read.
pub(crate) const VETO_BYTES: usize = 48;

/// The input of a validator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecognizerInput<'a> {
    /// The candidate in the pattern view.
    pub(crate) text: &'a str,
    /// The last bytes before it, the end of a word and a dot, a colon or a hyphen; nothing after anything else.
    pub(crate) head: &'a str,
    /// The character before it, in the pattern view; `None` at the start of the text.
    pub(crate) before: Option<char>,
    /// The character after it, in the pattern view; `None` at the end of the text.
    pub(crate) after: Option<char>,
    /// How it is written, where the pattern view does not show that.
    pub(crate) written: Written<'a>,
    /// The number of bytes at the start of the candidate that were accepted as one, or 0: a validator of long values need not read them
    /// again. It is 0 for recognizers whose values are short.
    pub(crate) accepted: usize,
    /// No context word is near: [`Verdict::NeedsContext`] is no better than a rejection.
    pub(crate) lacks_context: bool,
}

/// How a candidate is written, where the pattern view does not show that. Offsets are those of the candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'a> {
    pub(crate) view: &'a ViewText,
    /// Where the candidate begins in the view.
    pub(crate) start: usize,
}

impl Written<'_> {
    /// Returns `true` if the hyphen at an offset is a dash that parts sentences.
    pub(super) fn is_sentence_dash(&self, at: usize) -> bool {
        let at = self.start + at;
        self.view.first_sentence_dash(at..at + 1).is_some()
    }

    /// Returns `true` if the quote at an offset is escaped more often than the one at `outer`: it does not close what that one opens.
    pub(super) fn is_escaped_within(&self, at: usize, outer: usize) -> bool {
        self.width(at) > self.width(outer)
    }

    /// Returns the number of bytes of the text that the quote at an offset represents, of which one without an escape counts one.
    fn width(&self, at: usize) -> usize {
        let at = self.start + at;
        // A typographic quote is a character of three bytes; no escape has three.
        match self.view.text_end(at + 1) - self.view.text_start(at) {
            3 => 1,
            width => width,
        }
    }
}
