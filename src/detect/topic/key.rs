//! Short words as numbers.

use std::ops::Range;

use crate::detect::words::eight;

/// Makes ASCII letters lower case, and leaves digits as they are.
const LOWER: u64 = 0x2020_2020_2020_2020;

/// A word of ASCII letters and digits in lower case, followed by zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WordKey {
    head: u64,
    tail: u64,
}

impl WordKey {
    /// Words of fewer bytes have a key.
    pub(super) const MAX_BYTES: usize = 16;

    /// Returns the key of a word of ASCII letters and digits, in any case.
    pub(super) fn of(word: &str) -> Option<Self> {
        let is_plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self::of_letters(word.as_bytes(), 0..word.len()).filter(|_| is_plain)
    }

    /// Returns the key of ASCII letters and digits, of which there is at least one. `None` if they are too many.
    #[inline]
    pub(super) fn of_letters(bytes: &[u8], place: Range<usize>) -> Option<Self> {
        let length = place.len();
        if length >= Self::MAX_BYTES {
            return None;
        }
        let part = |at: usize, masks: &[u64; Self::MAX_BYTES]| {
            (eight(bytes, place.start + at) | LOWER) & masks.get(length).copied().unwrap_or_default()
        };
        Some(Self { head: part(0, &HEADS), tail: part(8, &TAILS) })
    }

    /// Returns the word, followed by zeros.
    pub(super) fn bytes(self) -> [u8; Self::MAX_BYTES] {
        (u128::from(self.head) | u128::from(self.tail) << 64).to_le_bytes()
    }

    /// Returns a hash of some bits.
    pub(super) fn hash(self, bits: u32) -> usize {
        // The highest bits of a product depend on all bits.
        ((self.head ^ self.tail.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - bits)) as usize
    }
}

/// For each length of a word the bytes of it that are among its first eight.
static HEADS: [u64; WordKey::MAX_BYTES] = masks(0);

/// The same for the bytes after these.
static TAILS: [u64; WordKey::MAX_BYTES] = masks(8);

#[expect(clippy::indexing_slicing, reason = "in a constant; below the length")]
const fn masks(before: usize) -> [u64; WordKey::MAX_BYTES] {
    let mut masks = [0; WordKey::MAX_BYTES];
    let mut length = before + 1;
    while length < WordKey::MAX_BYTES {
        masks[length] = if length - before < 8 { (1 << (8 * (length - before))) - 1 } else { u64::MAX };
        length += 1;
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::WordKey;

    #[test]
    fn a_key_is_the_word() {
        for length in 0..20 {
            let word: String = "Ab3xYz019kLmNopqRsTuv".chars().take(length).collect();
            let text = format!("{word}-and more than a few letters");
            let lower = word.to_ascii_lowercase();
            let known = WordKey::of_letters(text.as_bytes(), 0..length);
            if length >= WordKey::MAX_BYTES {
                assert_eq!(known, None, "{word}");
                continue;
            }
            if length == 0 {
                assert_eq!(WordKey::of(&word), None);
                continue;
            }
            let key = WordKey::of(&lower).expect("a short word");
            assert_eq!(known, Some(key));
            assert_eq!(key.bytes()[..length], *lower.as_bytes());
            assert!(key.bytes()[length..].iter().all(|&byte| byte == 0));
            assert_eq!(
                WordKey::of_letters(format!("-{word}").as_bytes(), 1..1 + length),
                Some(key),
                "at the end of a text"
            );
        }
        for word in ["", "don't", "é", "a_b", "A word of many letters"] {
            assert_eq!(WordKey::of(word), None, "{word}");
        }
    }
}
