//! The common words of English, read once: most words of a text need one look-up.

use once_cell::sync::Lazy;
use rustc_hash::FxHashMap;

use super::frequency::{common_words, rarity};
use super::stem::stem;
use super::vectors::{Pieces, pieces_of};

/// A common word.
pub(super) struct CommonWord {
    pub(super) stem: &'static str,
    pub(super) rarity: i64,
    pub(super) pieces: Pieces,
}

/// The words, numbered.
struct CommonWords {
    numbers: FxHashMap<&'static str, usize>,
    words: Vec<CommonWord>,
}

static WORDS: Lazy<CommonWords> = Lazy::new(|| {
    let words: Vec<&str> = common_words().collect();
    let read = |&word: &&'static str| {
        let stem = stem(word);
        CommonWord { stem, rarity: rarity(stem), pieces: pieces_of(word) }
    };
    CommonWords { words: words.iter().map(read).collect(), numbers: words.into_iter().zip(0..).collect() }
});

/// Returns a lower-case word with its number, if it is common.
pub(super) fn common_word(word: &str) -> Option<(usize, &'static CommonWord)> {
    let words = &*WORDS;
    let number = *words.numbers.get(word)?;
    Some((number, words.words.get(number)?))
}

/// Returns all common words in the order of their numbers.
pub(super) fn all() -> &'static [CommonWord] {
    &WORDS.words
}
