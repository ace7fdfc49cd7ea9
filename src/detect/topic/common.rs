//! The common words of English, read once: most words of a text need one look-up.

use once_cell::sync::Lazy;

use super::frequency::{common_words, rarity};
use super::key::WordKey;
use super::stem::stem;
use super::vectors::{Batch, Pieces, Row, pieces_of};

/// A common word.
pub(super) struct CommonWord {
    pub(super) stem: &'static str,
    pub(super) rarity: u16,
    pub(super) pieces: Pieces,
}

/// Bits of the number of a slot. There are at least two slots for each word.
const SLOT_BITS: u32 = 13;

/// The words, in a table by their keys. A slot holds the number of a word and one; a word is in the slot of its hash, or after it with no
/// free slot between.
pub(super) struct CommonWords {
    slots: Box<[u16; 1 << SLOT_BITS]>,
    keys: Vec<WordKey>,
    words: Vec<CommonWord>,
    /// The vectors of the words.
    rows: Vec<Row>,
}

static WORDS: Lazy<CommonWords> = Lazy::new(|| {
    let mut words =
        CommonWords { slots: Box::new([0; 1 << SLOT_BITS]), keys: Vec::new(), words: Vec::new(), rows: Vec::new() };
    common_words().filter(|word| WordKey::of(word).is_some()).for_each(|word| words.add(word));
    words
});

impl CommonWords {
    fn add(&mut self, word: &'static str) {
        let (Some(key), stem) = (WordKey::of(word), stem(word)) else { return };
        let free = Self::slots_of(key).find(|&slot| self.slots.get(slot) == Some(&0));
        let (pieces, mut vector) = (pieces_of(word.as_bytes()), Batch::default());
        // The few pieces of a word always fit.
        pieces.iter().for_each(|&piece| _ = vector.add(piece));
        self.rows.push(vector.row());
        self.keys.push(key);
        self.words.push(CommonWord { stem, rarity: rarity(stem), pieces });
        if let (Some(slot), Ok(number)) =
            (free.and_then(|slot| self.slots.get_mut(slot)), u16::try_from(self.words.len()))
        {
            *slot = number;
        }
    }

    fn slots_of(key: WordKey) -> impl Iterator<Item = usize> {
        let first = key.hash(SLOT_BITS);
        (first..first + (1 << SLOT_BITS)).map(|slot| slot % (1 << SLOT_BITS))
    }

    /// Returns the number of a common word.
    #[inline]
    pub(super) fn number(&self, key: WordKey) -> Option<usize> {
        for slot in Self::slots_of(key) {
            let number = usize::from(*self.slots.get(slot)?).checked_sub(1)?;
            if self.keys.get(number) == Some(&key) {
                return Some(number);
            }
        }
        None
    }
}

/// Returns the table of the common words.
pub(super) fn table() -> &'static CommonWords {
    &WORDS
}

/// Returns a lower-case word with its number, if it is common.
pub(super) fn common_word(word: &str) -> Option<(usize, &'static CommonWord)> {
    let number = WORDS.number(WordKey::of(word)?)?;
    Some((number, WORDS.words.get(number)?))
}

/// Adds the vectors of the words of which the numbers are those of common words. Returns `false` if the sum may leave 16 bits, and is not
/// complete.
pub(super) fn add_vectors<W>(words: &[W], number: impl Fn(&W) -> u16, batch: &mut Batch) -> bool {
    let rows = &*WORDS.rows;
    let row = |word: &W| rows.get(usize::from(number(word))).unwrap_or(&Row::ZERO);
    let (fours, rest) = words.as_chunks::<4>();
    let mut last = [&Row::ZERO; 4];
    last.iter_mut().zip(rest).for_each(|(last, word)| *last = row(word));
    fours.iter().all(|four| batch.add_rows(four.each_ref().map(row))) && batch.add_rows(last)
}

/// Returns all common words in the order of their numbers.
pub(super) fn all() -> &'static [CommonWord] {
    &WORDS.words
}

#[cfg(test)]
mod tests {
    use super::{SLOT_BITS, WordKey, all, common_word};
    use crate::detect::topic::frequency::common_words;

    #[test]
    fn every_common_word_is_found() {
        assert!(all().len() * 2 <= 1 << SLOT_BITS, "{} words", all().len());
        for word in common_words().filter(|word| word.len() < WordKey::MAX_BYTES) {
            assert_eq!(common_word(word).map(|(_, known)| known.stem), Some(super::stem(word)), "{word}");
        }
        for word in ["", "stockes", "theof", "zzz", "don't"] {
            assert!(common_word(word).is_none(), "{word}");
        }
    }
}
