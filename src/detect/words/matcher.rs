//! Words and phrases: one Aho-Corasick automaton over the word view for all lists of a policy, and for context words.
//!
//! Matches may overlap; whole words and case are checked afterwards.

use std::collections::HashMap;

use super::automaton::{Depths, StateID, WordAutomaton};
use super::hit::{WordHit, WordRole};
use super::skeleton::{SkeletonBuilder, SkeletonState, Skeletons};
use crate::text::buffer::TextBuffer;
use crate::text::char_class::ClassSet;
use crate::text::normalize::{MAX_INVISIBLE_BYTES, View, normalize_keeping_case, single_spaced};
use crate::text::view::{ViewText, normalize_text};

/// The accuracy with which a word must be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Spelling {
    /// Any spelling with the same normalized form.
    Normalized,
    /// Any spelling with the same normalized form in the same case.
    NormalizedInCase,
    /// As in the policy but for case.
    AnyCase,
    /// As in the policy.
    Exact,
}

/// A word to look for.
#[derive(Clone, Debug)]
struct WordPattern {
    role: WordRole,
    whole_word: bool,
    spelling: Spelling,
    written: Box<str>,
}

/// Collects words, then builds the automaton.
#[derive(Debug, Default)]
pub(crate) struct WordsBuilder {
    numbers: HashMap<String, usize>,
    patterns: Vec<String>,
    entries: Vec<Vec<WordPattern>>,
    skeletons: SkeletonBuilder,
}

impl WordsBuilder {
    /// Adds a word. Returns `false` if its normalized form is empty, so that it never matches.
    pub(crate) fn add(&mut self, word: &str, role: WordRole, whole_word: bool, spelling: Spelling) -> bool {
        let normalized = normalize_text(word, View::Word).to_ascii_lowercase();
        if normalized.trim().is_empty() {
            return false;
        }
        let number = *self.numbers.entry(normalized).or_insert_with_key(|normalized| {
            self.patterns.push(normalized.clone());
            self.entries.push(Vec::new());
            self.patterns.len() - 1
        });
        if let Some(entries) = self.entries.get_mut(number) {
            entries.push(WordPattern { role, whole_word, spelling, written: word.into() });
        }
        true
    }

    /// Adds a word to be recognized in disguise.
    pub(crate) fn add_disguised(&mut self, word: &str, rule: u32, whole_word: bool, case_sensitive: bool) {
        self.skeletons.add(rule, word, whole_word, case_sensitive);
    }

    /// Returns the automaton of all words; `None` when there are none.
    pub(crate) fn build(self) -> Option<Words> {
        if self.patterns.is_empty() {
            return None;
        }
        let lengths: Vec<usize> = self.patterns.iter().map(String::len).collect();
        let automaton = WordAutomaton::new(&self.patterns)?;
        let depths = automaton.depths(&self.patterns);
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let skeletons = self.skeletons.build();
        let disguised = skeletons.as_ref().map_or(0, Skeletons::longest);
        let max_length = max_bytes(longest).max(disguised);
        Some(Words { automaton, entries: self.entries, lengths, depths, skeletons, max_length })
    }
}

/// Returns the maximum number of bytes of text that a word of `length` normalized bytes matches.
pub(in crate::detect) fn max_bytes(length: usize) -> usize {
    length * 16 + MAX_INVISIBLE_BYTES
}

/// The automaton of all words of a policy.
#[derive(Debug)]
pub(crate) struct Words {
    automaton: WordAutomaton,
    /// For each pattern of the automaton, the words that it represents.
    entries: Vec<Vec<WordPattern>>,
    lengths: Vec<usize>,
    depths: Depths,
    /// Words that are recognized in disguise too.
    skeletons: Option<Skeletons>,
    max_length: usize,
}

/// The state of the automaton in a view.
#[derive(Debug, Default)]
pub(crate) struct WordsState {
    state: Option<StateID>,
    /// The offset up to which the view has been read.
    at: usize,
    /// Matches whose next character is not known yet: number, start and end in the view.
    waiting: Vec<(usize, usize, usize)>,
    skeletons: SkeletonState,
}

impl Words {
    /// Reads the new part of the view, and to its end once `text` is finished. Matches go to `out` once their ends are confirmed.
    pub(crate) fn scan(&self, state: &mut WordsState, view: &ViewText, text: &TextBuffer, out: &mut Vec<WordHit>) {
        let from = state.state.unwrap_or_else(|| self.automaton.start());
        let waiting = &mut state.waiting;
        let first = state.at;
        let found = |number: usize, at: usize| {
            let end = first + at + 1;
            let length = self.lengths.get(number).copied().unwrap_or(0);
            waiting.push((number, end - length, end));
        };
        let bytes = view.slice(first..view.end()).as_bytes();
        state.state = Some(self.automaton.run(from, bytes, found));
        state.at = view.end();
        self.resolve(state, view, text, out);
        if let Some(skeletons) = &self.skeletons {
            skeletons.scan(&mut state.skeletons, view, text, out);
        }
    }

    /// Confirms the matches whose next character is known by now.
    fn resolve(&self, state: &mut WordsState, view: &ViewText, text: &TextBuffer, out: &mut Vec<WordHit>) {
        state.waiting.retain(|&(number, start, end)| {
            let Ok(after) = view.after(end) else { return true };
            self.confirm(number, (start, end), after, view, text, out);
            false
        });
    }

    fn confirm(
        &self,
        number: usize,
        (start, end): (usize, usize),
        after: ClassSet,
        view: &ViewText,
        text: &TextBuffer,
        out: &mut Vec<WordHit>,
    ) {
        // A part of what a character is normalized to is not a part of the text.
        if !view.is_whole(start) || !view.is_whole(end) {
            return;
        }
        let (text_start, text_end) = (view.text_start(start), view.text_end(end));
        let (Some(entries), Some(&length)) = (self.entries.get(number), self.lengths.get(number)) else { return };
        if text_end - text_start > max_bytes(length) {
            return;
        }
        let is_bounded = || {
            let (first, last) = (view.class_at(start), view.class_before(end));
            view.before(start).iter().any(|before| !before.continues_into(first))
                && after.iter().any(|after| !last.is_continued_by(after))
        };
        let mut bounded = None;
        for entry in entries {
            let is_free = match entry.role {
                WordRole::Context(_) => is_part(view, text, (start, end), (text_start, text_end)),
                _ => !entry.whole_word || *bounded.get_or_insert_with(is_bounded),
            };
            if is_free && entry.is_spelled(text.slice(text_start, text_end)) {
                out.push(WordHit { role: entry.role, start: text_start, end: text.skip_marks(text_end) });
            }
        }
    }

    /// Returns the maximum number of bytes of text that a word matches.
    pub(crate) fn max_length(&self) -> usize {
        self.max_length
    }

    /// Returns the earliest offset at which a word may have begun that is not reported yet.
    pub(crate) fn earliest(&self, state: &WordsState, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        let depth = state.state.map_or(0, |state| self.depths.of(state));
        let begun = (depth > 0).then(|| view.end() - depth);
        let waiting = state.waiting.iter().map(|&(_, start, _)| start).min();
        let first = begun.into_iter().chain(waiting).min().map(|first| {
            let limit = text.floor_boundary(text.end().saturating_sub(self.max_length));
            view.text_start(first).max(limit)
        });
        let skeletons = self.skeletons.as_ref();
        let disguised = skeletons.and_then(|skeletons| skeletons.earliest(&state.skeletons, view, text));
        first.into_iter().chain(disguised).min()
    }
}

/// Returns `true` if a context word is a word, or a part of an identifier such as `cardNumber`, `card_number` or `card2`.
fn is_part(view: &ViewText, text: &TextBuffer, (start, end): (usize, usize), (first, last): (usize, usize)) -> bool {
    let begins = || {
        let Some(before) = view.char_before(start) else { return true };
        let Some(begin) = text.slice(first, last).chars().next() else { return false };
        let before_in_text = text.char_before(first).unwrap_or(before);
        joins_identifier(before_in_text, begin) || !view.before(start).is_word()
    };
    let ends = || {
        let Some(after) = view.char_after(end) else { return true };
        let Some(finish) = text.slice(first, last).chars().next_back() else { return false };
        let after_in_text = text.char_at(last).unwrap_or(after);
        joins_identifier(finish, after_in_text) || !view.after(end).is_ok_and(ClassSet::is_word)
    };
    begins() && ends()
}

/// Returns `true` if one part of an identifier may end with `left` and the next begin with `right`.
fn joins_identifier(left: char, right: char) -> bool {
    left == '_'
        || right == '_'
        || (left.is_lowercase() && right.is_uppercase())
        || left.is_ascii_digit() != right.is_ascii_digit()
}

impl WordPattern {
    fn is_spelled(&self, text: &str) -> bool {
        match self.spelling {
            Spelling::Normalized => true,
            Spelling::NormalizedInCase => normalize_keeping_case(text) == normalize_keeping_case(&self.written),
            Spelling::AnyCase => {
                text == &*self.written
                    || single_spaced(text).to_lowercase() == single_spaced(&self.written).to_lowercase()
            }
            Spelling::Exact => text == &*self.written || single_spaced(text) == single_spaced(&self.written),
        }
    }
}
