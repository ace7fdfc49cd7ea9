//! The words of a window.

use super::common::{self, CommonWord, common_word};
use super::frequency::rarity_of_bytes;
use super::stem::stem_of_bytes;
use super::stems::{StemId, Stems};
use super::tokens::{Word, each_word};
use super::vectors::{Piece, pieces_of};
use crate::text::reset::Reset;

/// The number of a word that is not common.
const NOT_COMMON: u16 = u16::MAX;

/// What is known of a word wherever it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    /// Number of its stem, if a topic knows it.
    pub(super) stem: Option<StemId>,
    pub(super) rarity: u16,
    /// Its number among the common words, if it is one.
    pub(super) common: u16,
}

impl Lexeme {
    /// Returns what is known of a common word.
    pub(super) fn common(number: usize, word: &CommonWord, stems: &Stems) -> Self {
        Self {
            stem: stems.of_common(number, word.stem),
            rarity: word.rarity,
            common: u16::try_from(number).unwrap_or(NOT_COMMON),
        }
    }

    /// Returns `true` if the word is taken as a whole, not by its pieces.
    pub(super) fn is_common(&self) -> bool {
        self.common != NOT_COMMON
    }

    /// Returns what is known of a word that is not common, by its stem.
    fn rare(stem: &[u8], stems: &Stems) -> Self {
        Self { stem: stems.id(stem), rarity: rarity_of_bytes(stem), common: NOT_COMMON }
    }
}

/// A word of a window, without its pieces and its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) lexeme: Lexeme,
}

/// A word of a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowWord<'a> {
    pub(super) term: &'a Term,
    pub(super) pieces: &'a [Piece],
    /// The word, where a sentence model has to see it.
    pub(super) text: &'a str,
}

/// The words of a window.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    terms: Vec<Term>,
    /// The pieces of those that are not common, and where those of each end.
    rare: Vec<Piece>,
    rare_ends: Vec<usize>,
    /// The text of all, if a sentence model has to see it, and where that of each ends.
    texts: String,
    text_ends: Vec<usize>,
}

impl Reset for Words {
    fn reset(&mut self) {
        let Self { terms, rare, rare_ends, texts, text_ends } = self;
        terms.reset();
        rare.reset();
        rare_ends.reset();
        texts.reset();
        text_ends.reset();
    }
}

impl Words {
    /// Reads the words of a string that is complete.
    pub(super) fn of(text: &str, stems: &Stems) -> Self {
        let mut words = Self::default();
        each_word(text, |word| words.push(word, stems, true));
        words
    }

    /// Adds a word.
    pub(super) fn push(&mut self, word: &Word<'_>, stems: &Stems, with_text: bool) {
        if with_text {
            self.texts.push_str(word.text);
            self.text_ends.push(self.texts.len());
        }
        match common_word(word.text) {
            Some((number, common)) => self.push_known(word.start, word.end, Lexeme::common(number, common, stems)),
            None => self.push_rare(word.start, word.end, word.text.as_bytes(), stems),
        }
    }

    /// Adds a word of which the pieces are known: a common one, or one whose pieces were added.
    #[inline]
    pub(super) fn push_known(&mut self, start: usize, end: usize, lexeme: Lexeme) {
        self.terms.push(Term { start, end, lexeme });
    }

    /// Adds a word by its pieces.
    pub(super) fn push_pieces(&mut self, start: usize, end: usize, lexeme: Lexeme, pieces: &[Piece]) {
        self.rare.extend_from_slice(pieces);
        self.rare_ends.push(self.rare.len());
        self.push_known(start, end, Lexeme { common: NOT_COMMON, ..lexeme });
    }

    /// Adds a word that is not common.
    pub(super) fn push_rare(&mut self, start: usize, end: usize, word: &[u8], stems: &Stems) {
        self.push_pieces(start, end, Lexeme::rare(stem_of_bytes(word), stems), &pieces_of(word));
    }

    /// Forgets all words.
    pub(super) fn clear(&mut self) {
        self.terms.clear();
        self.rare.clear();
        self.rare_ends.clear();
        self.texts.clear();
        self.text_ends.clear();
    }

    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Returns the pieces of all words that are not common.
    pub(super) fn rare(&self) -> &[Piece] {
        &self.rare
    }

    /// Returns the pieces of all words.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> {
        self.iter().flat_map(|word| word.pieces.iter().copied())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = WindowWord<'_>> {
        let (mut rare, mut texts) = (self.rare_ends.iter(), self.text_ends.iter());
        let (mut piece, mut text) = (0, 0);
        self.terms.iter().map(move |term| WindowWord {
            term,
            pieces: common_pieces(term)
                .unwrap_or_else(|| self.rare.get(to_next(&mut piece, &mut rare)).unwrap_or_default()),
            text: self.texts.get(to_next(&mut text, &mut texts)).unwrap_or_default(),
        })
    }

    /// Returns the last word, without its text.
    pub(super) fn last(&self) -> Option<WindowWord<'_>> {
        let term = self.terms.last()?;
        let rare = || {
            let before = self.rare_ends.iter().nth_back(1).copied().unwrap_or(0);
            self.rare.get(before..).unwrap_or_default()
        };
        Some(WindowWord { term, pieces: common_pieces(term).unwrap_or_else(rare), text: "" })
    }
}

/// Returns the pieces of a word if it is common.
fn common_pieces(term: &Term) -> Option<&'static [Piece]> {
    common::all().get(usize::from(term.lexeme.common)).map(|common| &*common.pieces)
}

/// Returns the range from `at` to the next of these ends, which is the next `at`.
fn to_next(at: &mut usize, ends: &mut std::slice::Iter<'_, usize>) -> std::ops::Range<usize> {
    let start = std::mem::replace(at, ends.next().copied().unwrap_or(*at));
    start..*at
}
