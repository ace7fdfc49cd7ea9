//! Words and phrases of all lists of a policy, and context words, in the word view.
//!
//! Words that are whole words are found by their keys. All others are found by one Aho-Corasick automaton: words that match within words,
//! and those that begin with a sign or with a letter of a script without spaces, and so anywhere. Matches may overlap; boundaries and case
//! are checked afterwards.

use std::collections::HashMap;

use super::automaton::{Depths, StateID, WordAutomaton};
use super::gap::single_gaps;
use super::hit::{WordHit, WordRole};
use super::keyed::{Found, KeyedState, KeyedWords, Place, has_key, joins_identifier};
use super::skeleton::{SkeletonBuilder, SkeletonState, Skeletons};
use crate::text::buffer::TextBuffer;
use crate::text::char_class::ClassSet;
use crate::text::normalize::{MAX_INVISIBLE_BYTES, View, normalize_keeping_case, single_spaced};
use crate::text::reset::Reset;
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
    /// The word as in the policy, if the spelling depends on it.
    written: Box<str>,
}

/// Collects the words that are looked for in one way.
#[derive(Debug, Default)]
struct ListBuilder {
    numbers: HashMap<String, usize>,
    entries: Vec<Vec<WordPattern>>,
}

impl ListBuilder {
    fn add(&mut self, normalized: String, pattern: WordPattern) {
        let next = self.entries.len();
        let number = *self.numbers.entry(normalized).or_insert(next);
        match self.entries.get_mut(number) {
            Some(entries) => entries.push(pattern),
            None => self.entries.push(vec![pattern]),
        }
    }

    /// Returns the normalized words in ascending order, and what they represent.
    fn build(mut self) -> (Vec<String>, WordList) {
        let mut words: Vec<(String, usize)> = self.numbers.into_iter().collect();
        words.sort_unstable();
        let mut list = WordList { firsts: vec![0], ..WordList::default() };
        for (word, number) in &words {
            list.entries.extend(self.entries.get_mut(*number).map(std::mem::take).unwrap_or_default());
            list.firsts.push(list.entries.len());
            list.lengths.push(word.len());
        }
        list.entries.shrink_to_fit();
        (words.into_iter().map(|(word, _)| word).collect(), list)
    }
}

/// The words that each normalized word of a list represents.
#[derive(Debug, Default)]
struct WordList {
    entries: Vec<WordPattern>,
    /// For each normalized word its first entry, and the number of entries.
    firsts: Vec<usize>,
    lengths: Vec<usize>,
}

impl WordList {
    fn length(&self, number: usize) -> usize {
        self.lengths.get(number).copied().unwrap_or(0)
    }

    fn entries(&self, number: usize) -> &[WordPattern] {
        let bounds = self.firsts.get(number..).and_then(<[usize]>::first_chunk);
        bounds.and_then(|&[first, end]| self.entries.get(first..end)).unwrap_or_default()
    }
}

/// The ways to look for a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    Keyed(Place),
    Automaton,
}

/// Collects words, then compiles them.
#[derive(Debug, Default)]
pub(crate) struct WordsBuilder {
    lists: Lists<ListBuilder>,
    skeletons: SkeletonBuilder,
    #[cfg(test)]
    only_automaton: bool,
}

/// One list for each way to look for words.
#[derive(Debug, Default)]
struct Lists<L> {
    words: L,
    parts: L,
    anywhere: L,
}

impl<L> Lists<L> {
    fn of(&self, search: Search) -> &L {
        match search {
            Search::Keyed(Place::Word) => &self.words,
            Search::Keyed(Place::Part) => &self.parts,
            Search::Automaton => &self.anywhere,
        }
    }

    fn of_mut(&mut self, search: Search) -> &mut L {
        match search {
            Search::Keyed(Place::Word) => &mut self.words,
            Search::Keyed(Place::Part) => &mut self.parts,
            Search::Automaton => &mut self.anywhere,
        }
    }
}

impl WordsBuilder {
    /// Returns an empty builder of words that are all found by the automaton.
    #[cfg(test)]
    pub(super) fn only_automaton() -> Self {
        Self { only_automaton: true, ..Self::default() }
    }

    /// Adds a word. Returns `false` if its normalized form is empty, so that it never matches.
    pub(crate) fn add(&mut self, word: &str, role: WordRole, whole_word: bool, spelling: Spelling) -> bool {
        let normalized = normalize_text(word, View::Word).to_ascii_lowercase();
        if normalized.trim().is_empty() {
            return false;
        }
        let written = if spelling == Spelling::Normalized { "" } else { word };
        let pattern = WordPattern { role, whole_word, spelling, written: written.into() };
        self.lists.of_mut(self.search(&normalized, role, whole_word)).add(normalized, pattern);
        true
    }

    fn search(&self, normalized: &str, role: WordRole, whole_word: bool) -> Search {
        #[cfg(test)]
        if self.only_automaton {
            return Search::Automaton;
        }
        match role {
            _ if !has_key(normalized) => Search::Automaton,
            WordRole::Context(_) => Search::Keyed(Place::Part),
            _ if whole_word => Search::Keyed(Place::Word),
            _ => Search::Automaton,
        }
    }

    /// Adds a word to be recognized in disguise.
    pub(crate) fn add_disguised(&mut self, word: &str, rule: u32, whole_word: bool, case_sensitive: bool) {
        self.skeletons.add(rule, word, whole_word, case_sensitive);
    }

    /// Compiles all words; `None` when there are none.
    pub(crate) fn build(self) -> Option<Words> {
        let (whole, words) = self.lists.words.build();
        let (part, parts) = self.lists.parts.build();
        let (patterns, anywhere) = self.lists.anywhere.build();
        if whole.is_empty() && part.is_empty() && patterns.is_empty() {
            return None;
        }
        let lists = Lists { words, parts, anywhere };
        let automaton = if patterns.is_empty() { None } else { Some(WordAutomaton::new(&patterns)?) };
        let automaton = automaton.map(|automaton| (automaton.depths(&patterns), automaton));
        let longest = [&lists.words, &lists.parts, &lists.anywhere].into_iter().flat_map(|list| &list.lengths).max();
        let skeletons = self.skeletons.build();
        let disguised = skeletons.as_ref().map_or(0, Skeletons::longest);
        let max_length = max_bytes(longest.copied().unwrap_or(0)).max(disguised);
        Some(Words { keyed: KeyedWords::new(&whole, &part)?, automaton, lists, skeletons, max_length })
    }
}

/// Returns the maximum number of bytes of text that a word of `length` normalized bytes matches.
pub(in crate::detect) fn max_bytes(length: usize) -> usize {
    length * 16 + MAX_INVISIBLE_BYTES
}

/// All words of a policy.
#[derive(Debug)]
pub(crate) struct Words {
    keyed: KeyedWords,
    automaton: Option<(Depths, WordAutomaton)>,
    lists: Lists<WordList>,
    /// Words that are recognized in disguise too.
    skeletons: Option<Skeletons>,
    max_length: usize,
}

/// The state in a view.
#[derive(Debug, Default)]
pub(crate) struct WordsState {
    keyed: KeyedState,
    state: Option<StateID>,
    /// The offset up to which the view has been read.
    at: usize,
    /// Matches whose next character is not known yet.
    waiting: Vec<Match>,
    skeletons: SkeletonState,
}

impl Reset for WordsState {
    fn reset(&mut self) {
        let Self { keyed, state, at, waiting, skeletons } = self;
        keyed.reset();
        waiting.reset();
        (*state, *at, *skeletons) = (None, 0, SkeletonState::default());
    }
}

/// A match of a normalized word: the list it is in, its number there, and where it is in the view.
#[derive(Clone, Copy, Debug)]
struct Match {
    search: Search,
    number: usize,
    start: usize,
    end: usize,
}

impl Words {
    /// Reads the new part of the view, and to its end once `text` is finished. Matches go to `out` once their ends are confirmed.
    pub(crate) fn scan(&self, state: &mut WordsState, view: &ViewText, text: &TextBuffer, out: &mut Vec<WordHit>) {
        let from = std::mem::replace(&mut state.at, view.end());
        let known = state.waiting.len();
        let waiting = &mut state.waiting;
        self.keyed.scan(&mut state.keyed, from, view, &mut |Found { place, number, start, end }| {
            waiting.push(Match { search: Search::Keyed(place), number, start, end });
        });
        if let Some((_, automaton)) = &self.automaton {
            let found = |number: usize, at: usize| {
                let end = from + at + 1;
                let start = end - self.lists.anywhere.length(number);
                waiting.push(Match { search: Search::Automaton, number, start, end });
            };
            let before = state.state.unwrap_or_else(|| automaton.start());
            state.state = Some(automaton.run(before, view.slice(from..view.end()).as_bytes(), found));
        }
        if let Some(new) = state.waiting.get_mut(known..) {
            new.sort_by_key(|found| (found.end, found.start));
        }
        self.resolve(state, view, text, out);
        if let Some(skeletons) = &self.skeletons {
            skeletons.scan(&mut state.skeletons, view, text, out);
        }
    }

    /// Confirms the matches whose next character is known by now.
    fn resolve(&self, state: &mut WordsState, view: &ViewText, text: &TextBuffer, out: &mut Vec<WordHit>) {
        state.waiting.retain(|&found| {
            let Ok(after) = view.after(found.end) else { return true };
            self.confirm(found, after, view, text, out);
            false
        });
    }

    fn confirm(&self, found: Match, after: ClassSet, view: &ViewText, text: &TextBuffer, out: &mut Vec<WordHit>) {
        let Match { search, number, start, end } = found;
        // A part of what a character is normalized to is not a part of the text.
        if !view.is_whole(start) || !view.is_whole(end) {
            return;
        }
        let list = self.lists.of(search);
        let (text_start, text_end) = (view.text_start(start), view.text_end(end));
        if text_end - text_start > max_bytes(list.length(number)) {
            return;
        }
        let is_bounded = || {
            let (first, last) = (view.class_at(start), view.class_before(end));
            view.before(start).iter().any(|before| !before.continues_into(first))
                && after.iter().any(|after| !last.is_continued_by(after))
        };
        let mut bounded = None;
        for entry in list.entries(number) {
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
        let depth = self.automaton.as_ref().zip(state.state).map_or(0, |((depths, _), state)| depths.of(state));
        let begun = (depth > 0).then(|| view.end() - depth);
        let waiting = state.waiting.iter().map(|found| found.start).min();
        let first = begun.into_iter().chain(waiting).chain(state.keyed.earliest()).min().map(|first| {
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

impl WordPattern {
    fn is_spelled(&self, text: &str) -> bool {
        match self.spelling {
            Spelling::Normalized => true,
            Spelling::NormalizedInCase => {
                let (text, written) = (normalize_keeping_case(text), normalize_keeping_case(&self.written));
                text == written || single_gaps(&text) == written
            }
            Spelling::AnyCase => {
                text == &*self.written
                    || single_spaced(text).to_lowercase() == single_spaced(&self.written).to_lowercase()
            }
            Spelling::Exact => text == &*self.written || single_spaced(text) == single_spaced(&self.written),
        }
    }
}
