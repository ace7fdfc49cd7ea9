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
    texts: String,
}

impl Reset for Words {
    fn reset(&mut self) {
        let Self { terms, pieces, texts } = self;
        terms.reset();
        pieces.reset();
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
            self.pieces.extend_from_slice(&common.pieces);
            self.add(place, stems.of_common(number, common.stem), common.rarity);
        } else {
            let stem = stem(word.text);
            self.pieces.extend_from_slice(&pieces_of(word.text));
            self.add(place, stems.id(stem), rarity(stem));
        }
    }

    /// Adds a word of which the pieces are known.
    #[inline]
    pub(super) fn push_pieces(
        &mut self,
        place: (usize, usize),
        (stem, rarity): (Option<StemId>, i64),
        pieces: impl IntoIterator<Item = Piece>,
    ) {
        pieces.into_iter().for_each(|piece| self.pieces.push(piece));
        self.add(place, stem, rarity);
    }

    fn add(&mut self, (start, end): (usize, usize), stem: Option<StemId>, rarity: i64) {
        let (pieces, text) = (self.pieces.len(), self.texts.len());
        self.terms.push(Term { start, end, stem, rarity, pieces, text });
    }

    /// Forgets all words.
    pub(super) fn clear(&mut self) {
        self.terms.clear();
        self.pieces.clear();
        self.texts.clear();
    }

    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Returns the pieces of all words.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
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
