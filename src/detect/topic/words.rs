//! The words of a window.

use super::common::common_word;
use super::frequency::rarity;
use super::stem::stem;
use super::stems::{StemId, Stems};
use super::tokens::{Word, each_word};
use super::vectors::{Piece, pieces_of};
use crate::text::reset::Reset;

/// A word of a window, without its pieces and its text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Number of its stem, if a topic knows it.
    pub(super) stem: Option<StemId>,
    pub(super) rarity: i64,
    /// Where its pieces and its text end among those of all words.
    pieces: usize,
    text: usize,
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
    pieces: Vec<Piece>,
    /// The numbers of those that are common, and the pieces of the others.
    common: Vec<u16>,
    rare: Vec<Piece>,
    texts: String,
}

impl Reset for Words {
    fn reset(&mut self) {
        let Self { terms, pieces, common, rare, texts } = self;
        terms.reset();
        pieces.reset();
        common.reset();
        rare.reset();
        texts.reset();
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
        let place = (word.start, word.end);
        if with_text {
            self.texts.push_str(word.text);
        }
        if let Some((number, common)) = common_word(word.text) {
            let term = (stems.of_common(number, common.stem), common.rarity);
            self.push_common(place, term, u16::try_from(number).unwrap_or(u16::MAX), common.pieces.iter().copied());
        } else {
            let (stem, pieces) = (stem(word.text), pieces_of(word.text));
            self.pieces.extend_from_slice(&pieces);
            self.rare.extend_from_slice(&pieces);
            self.add(place, (stems.id(stem), rarity(stem)));
        }
    }

    /// Adds a common word.
    #[inline]
    pub(super) fn push_common(
        &mut self,
        place: (usize, usize),
        term: (Option<StemId>, i64),
        number: u16,
        pieces: impl IntoIterator<Item = Piece>,
    ) {
        pieces.into_iter().for_each(|piece| self.pieces.push(piece));
        self.common.push(number);
        self.add(place, term);
    }

    #[inline]
    fn add(&mut self, (start, end): (usize, usize), (stem, rarity): (Option<StemId>, i64)) {
        let (pieces, text) = (self.pieces.len(), self.texts.len());
        self.terms.push(Term { start, end, stem, rarity, pieces, text });
    }

    /// Forgets all words.
    pub(super) fn clear(&mut self) {
        self.terms.clear();
        self.pieces.clear();
        self.common.clear();
        self.rare.clear();
        self.texts.clear();
    }

    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Returns the pieces of all words.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Returns the numbers of the words that are common, and the pieces of the others.
    pub(super) fn parts(&self) -> (&[u16], &[Piece]) {
        (&self.common, &self.rare)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = WindowWord<'_>> {
        let (mut pieces, mut text) = (0, 0);
        self.terms.iter().map(move |term| WindowWord {
            term,
            pieces: self.pieces.get(std::mem::replace(&mut pieces, term.pieces)..term.pieces).unwrap_or_default(),
            text: self.texts.get(std::mem::replace(&mut text, term.text)..term.text).unwrap_or_default(),
        })
    }

    /// Returns the last word.
    pub(super) fn last(&self) -> Option<WindowWord<'_>> {
        let (term, before) = self.terms.split_last()?;
        let (pieces, text) = before.last().map_or((0, 0), |before| (before.pieces, before.text));
        Some(WindowWord {
            term,
            pieces: self.pieces.get(pieces..).unwrap_or_default(),
            text: self.texts.get(text..).unwrap_or_default(),
        })
    }
}
