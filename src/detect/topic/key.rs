//! Short words as numbers.

use crate::detect::words::mix;

/// Makes ASCII letters lower case, and leaves digits as they are.
const LOWER: u64 = 0x2020_2020_2020_2020;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

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
        let mut bytes = [0; Self::MAX_BYTES + 8];
        bytes.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
        let (key, length) = Self::first(&bytes)?;
        (length == word.len()).then_some(key)
    }

    /// Returns the key of the letters and digits that begin `bytes`, and their number. `None` if there are none, if it has no key, or if
    /// the byte after it is not known.
    #[inline]
    pub(super) fn first(bytes: &[u8]) -> Option<(Self, usize)> {
        let head = u64::from_le_bytes(*bytes.first_chunk()?);
        let length = letters(head);
        if length < 8 {
            return (length > 0).then(|| (Self { head: lower(head, length), tail: 0 }, length));
        }
        let tail = u64::from_le_bytes(*bytes.get(8..)?.first_chunk()?);
        let more = letters(tail);
        (more < 8).then(|| (Self { head: head | LOWER, tail: lower(tail, more) }, 8 + more))
    }

    /// Writes the word. Returns it.
    pub(super) fn write(self, to: &mut [u8; Self::MAX_BYTES]) -> &str {
        let (head, tail) = to.split_at_mut(8);
        head.copy_from_slice(&self.head.to_le_bytes());
        tail.copy_from_slice(&self.tail.to_le_bytes());
        let length = to.iter().position(|&byte| byte == 0).unwrap_or(to.len());
        to.get(..length).and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default()
    }

    /// Returns a hash of some bits.
    pub(super) fn hash(self, bits: u32) -> usize {
        (mix(self.head ^ self.tail.rotate_left(29)) >> (u64::BITS - bits)) as usize
    }
}

/// Returns the first `length` of eight letters and digits, in lower case.
#[inline]
fn lower(bytes: u64, length: usize) -> u64 {
    (bytes | LOWER) & ((1 << (8 * length)) - 1)
}

/// Returns the number of ASCII letters and digits that begin eight bytes: looks at all of them at once.
#[inline]
fn letters(bytes: u64) -> usize {
    // Without its highest bit no byte carries into the next one.
    let low = bytes & !HIGH;
    let from = |bytes: u64, first: u8| bytes + (0x80 - u64::from(first)) * ONES;
    let is_digit = from(low, b'0') & !from(low, b'9' + 1);
    let is_letter = from(low | LOWER, b'a') & !from(low | LOWER, b'z' + 1);
    let is_other = !(is_digit | is_letter) | bytes;
    (is_other & HIGH).trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::{WordKey, letters};

    #[test]
    fn each_byte_is_a_letter_or_none() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                let mut bytes = *b"aZ09mQ5x";
                bytes[at] = byte;
                let expected = if byte.is_ascii_alphanumeric() { 8 } else { at };
                assert_eq!(letters(u64::from_le_bytes(bytes)), expected, "{byte} {at}");
            }
        }
    }

    #[test]
    fn a_key_is_the_word() {
        for length in 0..20 {
            let word: String = "Ab3xYz019kLmNopqRsTuv".chars().take(length).collect();
            let text = format!("{word}-and more than a few letters");
            let lower = word.to_ascii_lowercase();
            let known = WordKey::first(text.as_bytes());
            if length == 0 || length >= WordKey::MAX_BYTES {
                assert_eq!(known, None, "{word}");
                continue;
            }
            let key = WordKey::of(&lower).expect("a short word");
            assert_eq!(known, Some((key, length)));
            assert_eq!(key.write(&mut [0; WordKey::MAX_BYTES]), lower);
            assert_eq!(WordKey::first(&text.as_bytes()[..length]), None, "the end is not known");
        }
        for word in ["", "don't", "é", "a_b", "A word of many letters"] {
            assert_eq!(WordKey::of(word), None, "{word}");
        }
    }
}
