//! Keys of words: bit tables that show, for most words of a text, that they begin no word of the policy.

use std::ops::Range;

use super::gap::begins_gap;

/// Bits of the table for each key, at least.
const BITS_A_KEY: usize = 32;

/// Makes ASCII letters lower case. Other bytes change too, alike in words and text.
const LOWER: u64 = 0x2020_2020_2020_2020;

/// Bytes of the key of a part of an identifier.
const PART: usize = 3;

/// Bytes after the first letters and digits of a phrase that are part of its key.
const NEXT: usize = 4;

/// The most ends of a part of an identifier that are tried.
const MOST_ENDS: u32 = 4;

/// A set of hashes, with false positives.
#[derive(Debug)]
struct BitTable {
    bits: Box<[u64]>,
    shift: u32,
}

impl BitTable {
    fn new(keys: usize) -> Self {
        let size = (keys * BITS_A_KEY).next_power_of_two().max(64);
        Self { bits: vec![0; size / 64].into(), shift: u64::BITS - size.ilog2() }
    }

    fn insert(&mut self, hash: u64) {
        let bit = hash >> self.shift;
        if let Some(bits) = self.bits.get_mut((bit >> 6) as usize) {
            *bits |= 1 << (bit & 63);
        }
    }

    #[inline]
    fn contains(&self, hash: u64) -> bool {
        let bit = hash >> self.shift;
        self.bits.get((bit >> 6) as usize).is_some_and(|bits| bits >> (bit & 63) & 1 != 0)
    }
}

/// The keys of words that are whole where they begin: all ASCII letters and digits up to another byte, and the bytes after these.
#[derive(Debug)]
pub(super) struct WholeKeys {
    /// All words.
    all: BitTable,
    /// Those that have too few bytes after the letters and digits.
    single: BitTable,
    /// The others, with what follows: a phrase that begins with a common word is known by its next one.
    phrases: BitTable,
}

impl WholeKeys {
    pub(super) fn new(words: &[String]) -> Self {
        let keys = || words.iter().filter_map(|word| key(word));
        let phrases = keys().filter(|(_, phrase)| phrase.is_some()).count();
        let mut tables = Self {
            all: BitTable::new(words.len()),
            single: BitTable::new(words.len() - phrases),
            phrases: BitTable::new(phrases),
        };
        for (first, phrase) in keys() {
            tables.all.insert(first);
            match phrase {
                Some(phrase) => tables.phrases.insert(phrase),
                None => tables.single.insert(second(first)),
            }
        }
        tables
    }

    /// Returns `true` if a word of the policy may begin with the letters and digits at `place`.
    #[inline]
    pub(super) fn may_begin(&self, bytes: &[u8], place: Range<usize>) -> bool {
        self.may_begin_in(bytes, place, bytes)
    }

    /// Does so with the letters and digits of a block, the first of `all` bytes.
    #[inline]
    pub(super) fn may_begin_in(&self, bytes: &[u8], place: Range<usize>, all: &[u8]) -> bool {
        let end = place.end;
        let first = hash(bytes, place);
        self.all.contains(first) && (self.single.contains(second(first)) || self.may_follow(first, all, end))
    }

    /// Returns `true` if the bytes at `end` may follow the first letters and digits of a word, or are not known.
    fn may_follow(&self, first: u64, bytes: &[u8], end: usize) -> bool {
        let next = bytes.get(end..).and_then(<[u8]>::first_chunk);
        next.is_none_or(|&next| is_gap(next) || self.phrases.contains(hash_phrase(first, next)))
    }
}

/// Returns `true` for bytes that may be a gap between words and are not one space.
fn is_gap(bytes: [u8; NEXT]) -> bool {
    begins_gap(bytes[0]) || bytes[0] == b' ' && begins_gap(bytes[1])
}

/// Returns the hash of a word's first letters and digits, and of those with the bytes after them. A word that begins otherwise has no key.
fn key(word: &str) -> Option<(u64, Option<u64>)> {
    let length = word.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let first = (length > 0).then(|| hash(word.as_bytes(), 0..length))?;
    let next = word.as_bytes().get(length..).and_then(<[u8]>::first_chunk);
    Some((first, next.map(|&next| hash_phrase(first, next))))
}

/// The keys of words that may be a part of an identifier: their first bytes, and all letters and digits up to another byte.
#[derive(Debug)]
pub(super) struct PartKeys {
    first: BitTable,
    whole: WholeKeys,
}

impl PartKeys {
    pub(super) fn new(words: &[String]) -> Self {
        let is_short = |word: &&String| word.len() < PART;
        let short = words.iter().filter(is_short).count();
        let mut table = BitTable::new(words.len() + short * 256);
        for word in words {
            match *word.as_bytes() {
                [first, second, third, ..] => table.insert(hash_part([first, second, third])),
                // Anything may follow it.
                [first, second] => (0..=u8::MAX).for_each(|third| table.insert(hash_part([first, second, third]))),
                _ => {}
            }
        }
        Self { first: table, whole: WholeKeys::new(words) }
    }

    /// Returns `true` if a word of the policy may begin at the start of `bytes`.
    #[inline]
    pub(super) fn may_begin(&self, bytes: &[u8]) -> bool {
        bytes.first_chunk().is_none_or(|&part| self.first.contains(hash_part(part)))
    }

    /// Returns `true` if a word of the policy may begin with the letters and digits at `place`, of which all bytes are known. Bit n of
    /// `parts`: a part of the identifier begins n bytes later. The letters and digits of a word end there, or with all of them.
    #[inline]
    pub(super) fn may_begin_at(&self, bytes: &[u8], place: Range<usize>, parts: u64) -> bool {
        if !self.may_begin(bytes.get(place.start..).unwrap_or_default()) {
            return false;
        }
        let mut ends = parts & !1;
        // To compare the words costs less than many keys.
        if self.whole.may_begin(bytes, place.clone()) || ends.count_ones() > MOST_ENDS {
            return true;
        }
        while ends != 0 {
            if self.whole.may_begin(bytes, place.start..place.start + ends.trailing_zeros() as usize) {
                return true;
            }
            ends &= ends - 1;
        }
        false
    }
}

#[inline]
fn hash_part([first, second, third]: [u8; PART]) -> u64 {
    mix(u64::from(u32::from_le_bytes([first, second, third, 0])) | LOWER)
}

/// Returns the hash of a word's beginning with the bytes after it.
#[inline]
fn hash_phrase(first: u64, next: [u8; NEXT]) -> u64 {
    mix(first ^ (u64::from(u32::from_le_bytes(next)) | LOWER))
}

/// Returns the hash of the first and the last eight bytes, and of the length.
#[inline]
fn hash(bytes: &[u8], place: Range<usize>) -> u64 {
    let length = place.len();
    let head = eight(bytes, place.start) & (u64::MAX >> (64 - 8 * length.min(8)));
    let tail = if length > 8 { eight(bytes, place.end - 8) } else { 0 };
    mix((head | LOWER) ^ (tail | LOWER).rotate_left(29) ^ (length as u64) << 59)
}

/// Returns a hash with other highest bits, for a second table of the same keys.
#[inline]
fn second(hash: u64) -> u64 {
    hash.rotate_left(26)
}

/// Returns a hash of a number. Its highest bits depend on all bits.
#[inline]
fn mix(key: u64) -> u64 {
    let key = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (key ^ key >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// Returns eight bytes from `at` on; zeros after the end.
#[inline]
pub(in crate::detect) fn eight(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(eight) = rest.first_chunk() {
        return u64::from_le_bytes(*eight);
    }
    let mut eight = [0; 8];
    eight.iter_mut().zip(rest).for_each(|(byte, &known)| *byte = known);
    u64::from_le_bytes(eight)
}

#[cfg(test)]
mod tests {
    use super::{PartKeys, WholeKeys};

    #[test]
    fn a_key_is_that_of_the_word_in_any_case_and_place() {
        let words = ["ab", "acme", "credit card", "investments", "x9", "überfall"].map(str::to_owned);
        let (whole, parts) = (WholeKeys::new(&words), PartKeys::new(&words));
        for word in &words[..5] {
            let length = word.bytes().take_while(u8::is_ascii_alphanumeric).count();
            for text in [word.clone(), word.to_uppercase(), format!("{word} and more"), format!("-.{word}")] {
                let at = text.len() - text.trim_start_matches(['-', '.']).len();
                assert!(whole.may_begin(text.as_bytes(), at..at + length), "{text}");
                assert!(parts.may_begin(&text.as_bytes()[at..]), "{text}");
                assert!(parts.may_begin_at(text.as_bytes(), at..at + length, 1), "{text}");
            }
        }
        // In `acmeCorp` and `x9y`, and not in `acmes`.
        assert!(parts.may_begin_at(b"acmeCorp", 0..8, 1 | 1 << 4) && parts.may_begin_at(b"x9y", 0..3, 0b111));
        assert!(!parts.may_begin_at(b"acmes", 0..5, 1));
        let others: Vec<String> = (0..1000).map(|number| format!("w{number}ord")).collect();
        let passed = others.iter().filter(|other| whole.may_begin(other.as_bytes(), 0..other.len())).count();
        assert!(passed < 100, "{passed}");
    }

    /// Of a phrase, the bytes after its first word are compared as far as they are known.
    #[test]
    fn a_phrase_is_known_by_what_follows_its_first_word() {
        let words = ["you are here", "you", "i am", "the end"].map(str::to_owned);
        let keys = WholeKeys::new(&words);
        let begins = |text: &str, length: usize| keys.may_begin(text.as_bytes(), 0..length);
        assert!(begins("The END of it", 3) && begins("The END", 3) && begins("the en", 3) && begins("the", 3));
        assert!(!begins("the beginning", 3) && !begins("the, end", 3));
        assert!(begins("you were", 3), "a word by itself");
        assert!(begins("i was", 1), "too short for more than its first word");
    }
}
