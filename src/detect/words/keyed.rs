//! Words found by their keys: those of which a match can begin only where a word of the text begins, or a part of an identifier.
//!
//! The runs of letters and digits of a text are found by masks. The key of a run, a bit in a table, shows for most of them that no word
//! begins there; the others are compared with the words in order.

use super::keys::{PartKeys, WholeKeys};
use super::sorted::{SortedWords, Walk};
use crate::text::char_class::CharClass;
use crate::text::reset::Reset;
use crate::text::view::ViewText;
use crate::text::word_runs::{FEW, PlainBlock, WordRun, for_each_run, whole_runs};

/// Longer words are looked for by the automaton: the work at each start grows with the words.
const MAX_BYTES: usize = 128;

/// Words that begin where words begin.
#[derive(Debug)]
pub(super) struct KeyedWords {
    whole: Option<(WholeKeys, SortedWords)>,
    parts: Option<(PartKeys, SortedWords)>,
}

/// The places where a word may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A word of the text.
    Word,
    /// A word, or a part of an identifier such as `cardNumber`.
    Part,
}

/// A word that was found: its number among those of its place, and where it is in the view. Its boundaries are not checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) place: Place,
    pub(super) number: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The state in a view.
#[derive(Debug, Default)]
pub(super) struct KeyedState {
    /// The words that may continue after what was read.
    walks: Vec<(Place, Walk)>,
    /// The seams of the part of the view that is read.
    seams: Vec<usize>,
}

impl Reset for KeyedState {
    fn reset(&mut self) {
        let Self { walks, seams } = self;
        walks.reset();
        seams.reset();
    }
}

impl KeyedState {
    /// Returns the earliest position at which a word began that may continue.
    pub(super) fn earliest(&self) -> Option<usize> {
        self.walks.iter().map(|(_, walk)| walk.start).min()
    }
}

/// Returns `true` if a normalized word can be found by its key.
pub(super) fn has_key(word: &str) -> bool {
    let is_word = |first: char| first != '_' && CharClass::of(first).is_word();
    (2..=MAX_BYTES).contains(&word.len()) && word.chars().next().is_some_and(is_word)
}

/// Returns `true` if one part of an identifier may end with `left` and the next begin with `right`.
pub(super) fn joins_identifier(left: char, right: char) -> bool {
    left == '_'
        || right == '_'
        || (left.is_lowercase() && right.is_uppercase())
        || left.is_ascii_digit() != right.is_ascii_digit()
}

impl KeyedWords {
    /// Returns the words that begin where words do, and those that begin where parts of identifiers do, both in ascending order. `None` if
    /// they are too many.
    pub(super) fn new(whole: &[String], parts: &[String]) -> Option<Self> {
        let sorted = |words: &[String]| if words.is_empty() { Some(None) } else { SortedWords::new(words).map(Some) };
        Some(Self {
            whole: sorted(whole)?.map(|words| (WholeKeys::new(whole), words)),
            parts: sorted(parts)?.map(|words| (PartKeys::new(parts), words)),
        })
    }

    /// Reads the view from `from` on, and reports the words that end in it.
    pub(super) fn scan(&self, state: &mut KeyedState, from: usize, view: &ViewText, found: &mut impl FnMut(Found)) {
        let bytes = view.slice(from..view.end()).as_bytes();
        let KeyedState { walks, seams } = state;
        walks.retain_mut(|(place, walk)| self.advance(*place, walk, bytes, found));
        seams.clear();
        view.seams_from(from, seams);
        let mut reader = Reader { words: self, view, from, bytes, seams, walks, found };
        match &self.whole {
            Some((keys, words)) if self.parts.is_none() => reader.read_words(keys, words),
            _ => for_each_run::<true>(bytes, bytes.len(), |run| reader.read_closely(run)),
        }
    }

    fn advance(&self, place: Place, walk: &mut Walk, bytes: &[u8], found: &mut impl FnMut(Found)) -> bool {
        let words = match place {
            Place::Word => self.whole.as_ref().map(|(_, words)| words),
            Place::Part => self.parts.as_ref().map(|(_, words)| words),
        };
        let start = walk.start;
        let report = |number, length| found(Found { place, number, start, end: start + length });
        words.is_some_and(|words| words.advance(walk, bytes, report))
    }
}

/// Reads one part of a view.
struct Reader<'a, F> {
    words: &'a KeyedWords,
    view: &'a ViewText,
    /// Where the part begins, and its bytes.
    from: usize,
    bytes: &'a [u8],
    /// The seams from the current run on.
    seams: &'a [usize],
    walks: &'a mut Vec<(Place, Walk)>,
    found: &'a mut F,
}

impl<F: FnMut(Found)> Reader<'_, F> {
    /// Reads all, where no words begin at parts.
    fn read_words(&mut self, keys: &WholeKeys, words: &SortedWords) {
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            at += self.read_block(at, rest, keys, words).unwrap_or_else(|| {
                let length = whole_runs(rest, rest.len());
                for_each_run::<false>(rest, length, |WordRun { start, end, parts }| {
                    self.read_closely(WordRun { start: at + start, end: at + end, parts });
                });
                length
            });
        }
    }

    /// Reads the block of plain text at `at` that is the first of `rest`, but a run at its end. Returns the number of bytes read, or `None` if
    /// there is no such block.
    #[inline]
    fn read_block(&mut self, at: usize, rest: &[u8], keys: &WholeKeys, words: &SortedWords) -> Option<usize> {
        let block = if rest.len() > FEW { PlainBlock::of(rest)? } else { return None };
        let read = block.before_open_run(rest.len(), rest.len());
        let is_split = self.seams_in(at, read) & block.word & (block.word << 1) != 0;
        let may_continue = at == 0 && block.word & 1 != 0;
        if read == 0 || is_split || may_continue {
            return None;
        }
        for run in block.runs(read) {
            if keys.may_begin_in(&block.bytes, run.clone(), rest) {
                self.begin(Place::Word, words, at + run.start);
            }
        }
        Some(read)
    }

    /// Returns one bit for each of `length` bytes from `at` on: that it is a seam. Forgets the seams before them.
    fn seams_in(&mut self, at: usize, length: usize) -> u64 {
        self.skip_seams(self.from + at);
        let seams = self.seams.iter().map(|seam| seam - self.from - at);
        seams.take_while(|&seam| seam < length).fold(0, |seams, seam| seams | 1 << seam)
    }

    #[inline(never)]
    fn read_closely(&mut self, run: WordRun) {
        let (start, end) = (self.from + run.start, self.from + run.end);
        self.skip_seams(start);
        let has_seam = self.seams.iter().find(|&&seam| seam > start).is_some_and(|&seam| seam < end);
        let Some(parts) = run.parts.filter(|_| !has_seam) else { return self.read_characters(run) };
        let (begins_word, begins_part) = if run.start > 0 { (true, true) } else { self.beginnings() };
        // A run at the end may be longer than it shows, so it has no key.
        let is_open = run.end == self.bytes.len();
        if let Some((keys, words)) = self.words.whole.as_ref().filter(|_| begins_word)
            && (is_open || keys.may_begin(self.bytes, run.start..run.end))
        {
            self.begin(Place::Word, words, run.start);
        }
        let Some((keys, words)) = &self.words.parts else { return };
        let mut begins = parts | u64::from(begins_part);
        while begins != 0 {
            let first = begins.trailing_zeros();
            let at = run.start + first as usize;
            let may_begin = if is_open {
                keys.may_begin(self.bytes.get(at..).unwrap_or_default())
            } else {
                keys.may_begin_at(self.bytes, at..run.end, parts >> first)
            };
            if may_begin {
                self.begin(Place::Part, words, at);
            }
            begins &= begins - 1;
        }
    }

    /// Returns whether a word, and a part of an identifier, may begin where this part of the view does.
    fn beginnings(&self) -> (bool, bool) {
        let (before, first) = (self.view.last_before(self.from), self.view.first_from(self.from));
        let is_seam = self.seams.first() == Some(&self.from);
        let begins = is_seam || !self.view.class_before(self.from).continues_into(self.view.class_at(self.from));
        (begins, begins || before.zip(first).is_some_and(|(before, first)| joins_identifier(before, first)))
    }

    /// Forgets the seams before `at`.
    fn skip_seams(&mut self, at: usize) {
        while let [first, rest @ ..] = self.seams
            && *first < at
        {
            self.seams = rest;
        }
    }

    /// Reads a run one character after another.
    #[cold]
    fn read_characters(&mut self, run: WordRun) {
        let start = self.from + run.start;
        let (mut before, mut class_before) = (self.view.last_before(start), self.view.class_before(start));
        for (at, c) in self.view.slice(start..self.from + run.end).char_indices() {
            let class = CharClass::of(c);
            self.skip_seams(start + at);
            let begins = self.seams.first() == Some(&(start + at)) || !class_before.continues_into(class);
            let joins = || self.words.parts.is_some() && before.is_some_and(|before| joins_identifier(before, c));
            let is_part = begins || joins();
            (before, class_before) = (Some(c), class);
            if !class.is_word() {
                continue;
            }
            let at = run.start + at;
            if let Some((_, words)) = self.words.whole.as_ref().filter(|_| begins) {
                self.begin(Place::Word, words, at);
            }
            let rest = self.bytes.get(at..).unwrap_or_default();
            let parts = self.words.parts.as_ref().filter(|(keys, _)| is_part && keys.may_begin(rest));
            if let Some((_, words)) = parts {
                self.begin(Place::Part, words, at);
            }
        }
    }

    /// Compares the text at `at` with the words.
    fn begin(&mut self, place: Place, words: &SortedWords, at: usize) {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let mut walk = words.begin(self.from + at, rest);
        if self.words.advance(place, &mut walk, rest, self.found) {
            self.walks.push((place, walk));
        }
    }
}
