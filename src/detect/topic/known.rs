//! What a policy knows of the common words: computed once, so that most words of a text need no more than a look-up.

use super::common;
use super::frequency::is_distinctive;
use super::reach::{KNOWN, NEAR};
use super::stems::{StemId, Stems};
use super::vectors::Piece;
use super::words::Lexeme;

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
    pub(super) fn of(rarity: u16, own: bool, pieces: &[Piece], by_pieces: bool) -> Self {
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
    pub(super) lexeme: Lexeme,
    /// A finding of some topic can begin with it if its row is known to be any of this: [`KNOWN`], [`NEAR`], or never.
    pub(super) begins_if: u8,
}

/// Returns the common words in the order of their numbers. Some topic has the stems that are its `own`.
pub(super) fn known_words(stems: &Stems, is_own: impl Fn(StemId) -> bool) -> Box<[KnownWord]> {
    let known = |(number, word): (usize, &common::CommonWord)| {
        let lexeme = Lexeme::common(number, word, stems);
        let begins_if = match Begins::of(word.rarity, lexeme.stem.is_some_and(&is_own), &word.pieces, true) {
            Begins::Never => 0,
            Begins::Always => KNOWN,
            Begins::IfNear(_) | Begins::IfAllNear => NEAR,
        };
        KnownWord { lexeme, begins_if }
    };
    common::all().iter().enumerate().map(known).collect()
}
