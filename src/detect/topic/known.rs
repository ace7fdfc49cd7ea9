//! What a policy knows of the common words: computed once, so that most words of a text need no more than a look-up.

use super::common;
use super::frequency::is_distinctive;
use super::stems::{StemId, Stems};
use super::vectors::Piece;
use super::words::Words;

/// Whether a finding of any topic can begin with a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    Never,
    Always,
    /// If this piece, the only one of the word, is near a topic.
    IfNear(Piece),
    /// If the vector of all pieces is near a topic.
    IfAllNear,
}

impl Begins {
    /// Returns what holds for a word. Some topic may have its stem as its `own`. Without `by_pieces` every distinctive word counts.
    pub(super) fn of(rarity: i64, own: bool, pieces: &[Piece], by_pieces: bool) -> Self {
        match *pieces {
            _ if !is_distinctive(rarity) => Self::Never,
            _ if own || !by_pieces => Self::Always,
            [] => Self::Never,
            [piece] => Self::IfNear(piece),
            _ => Self::IfAllNear,
        }
    }
}

/// A common word as a policy knows it.
#[derive(Debug)]
pub(super) struct KnownWord {
    stem: Option<StemId>,
    rarity: i64,
    pub(super) begins: Begins,
    /// Most words have one piece.
    first: Option<Piece>,
    has_more: bool,
    number: u16,
}

/// Returns the common words in the order of their numbers. Some topic has the stems that are its `own`.
pub(super) fn known_words(stems: &Stems, is_own: impl Fn(StemId) -> bool) -> Box<[KnownWord]> {
    let known = |(number, word): (usize, &common::CommonWord)| {
        let stem = stems.of_common(number, word.stem);
        let begins = Begins::of(word.rarity, stem.is_some_and(&is_own), &word.pieces, true);
        let (first, has_more) = (word.pieces.first().copied(), word.pieces.len() > 1);
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        KnownWord { stem, rarity: word.rarity, begins, first, has_more, number }
    };
    common::all().iter().enumerate().map(known).collect()
}

impl KnownWord {
    /// Adds the word to others.
    #[inline]
    pub(super) fn push_to(&self, words: &mut Words, place: (usize, usize)) {
        let term = (self.stem, self.rarity);
        if self.has_more {
            let pieces = common::all().get(usize::from(self.number)).map(|word| &word.pieces);
            words.push_common(place, term, self.number, pieces.into_iter().flatten().copied());
        } else {
            words.push_common(place, term, self.number, self.first);
        }
    }
}
