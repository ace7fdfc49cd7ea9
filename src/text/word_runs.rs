//! Runs of letters and digits, found by masks of 64 bytes.

use std::ops::Range;

pub(crate) const BLOCK: usize = 64;

/// Up to this number, bytes are read one by one.
pub(crate) const FEW: usize = 8;

/// A run of bytes over which a word may continue: ASCII letters, digits, `_`, and the bytes of all other characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WordRun {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Bit n: after the first, a part of an identifier may begin at byte n of the run, as in `cardNumber` and `card2`. `None` if there is
    /// anything but ASCII letters and digits in it, or more of them than bits.
    pub(crate) parts: Option<u64>,
}

/// One bit for each byte of a block.
struct Masks {
    word: u64,
    /// `_`, and what is not ASCII.
    odd: u64,
    /// The first byte after a lower-case letter that is upper case, after a digit that is a letter, and the reverse.
    parts: u64,
}

impl Masks {
    fn of<const PARTS: bool>(block: &[u8; BLOCK]) -> Self {
        if !PARTS {
            let (plain, odd) = (mask(block, |byte| byte.is_ascii_alphanumeric()), mask(block, is_odd));
            return Self { word: plain | odd, odd, parts: 0 };
        }
        Self::new([mask(block, is_lower), mask(block, is_upper), mask(block, is_digit), mask(block, is_odd)])
    }

    /// Reads fewer bytes than a block has. A chunk of a stream has a few, for which a block costs too much.
    fn of_few<const PARTS: bool>(bytes: &[u8]) -> Self {
        if bytes.len() > FEW {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(bytes).for_each(|(to, &byte)| *to = byte);
            return Self::of::<PARTS>(&block);
        }
        let [mut lower, mut upper, mut digit, mut odd] = [0; 4];
        for (&byte, at) in bytes.iter().zip(0..BLOCK) {
            let kind = u64::from(KINDS[usize::from(byte)]);
            lower |= (kind & 1) << at;
            upper |= (kind >> 1 & 1) << at;
            digit |= (kind >> 2 & 1) << at;
            odd |= (kind >> 3) << at;
        }
        Self::new([lower, upper, digit, odd])
    }

    fn new([lower, upper, digit, odd]: [u64; 4]) -> Self {
        let plain = lower | upper | digit;
        let turns = ((digit << 1) ^ digit) & (plain << 1) & plain;
        Self { word: plain | odd, odd, parts: (lower << 1) & upper | turns }
    }
}

/// One bit for each kind of byte: lower case, upper case, digit, odd.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let of = byte as u8;
        kinds[byte] = of.is_ascii_lowercase() as u8
            | (of.is_ascii_uppercase() as u8) << 1
            | (of.is_ascii_digit() as u8) << 2
            | ((of == b'_' || of >= 0x80) as u8) << 3;
        byte += 1;
    }
    kinds
};

/// Bytes after those of a block that are known with it: a word that begins in the block can be read from there.
const AFTER: usize = 16;

/// A block of ASCII text without `_`, and the bytes after it.
pub(crate) struct PlainBlock {
    pub(crate) bytes: [u8; BLOCK + AFTER],
    /// Bit n: byte n is a letter or a digit.
    pub(crate) word: u64,
}

impl PlainBlock {
    /// Reads the first block of `bytes`; zeros are after their end. `None` if there is anything in it but ASCII, or a `_`.
    #[inline]
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.first_chunk().copied().unwrap_or_else(|| {
            let mut some = [0; BLOCK + AFTER];
            some.iter_mut().zip(bytes).for_each(|(to, &byte)| *to = byte);
            some
        });
        let block: &[u8; BLOCK] = bytes.first_chunk()?;
        let is_odd = block.iter().fold(false, |any, &byte| any | is_odd(byte));
        (!is_odd).then(|| Self { bytes, word: mask(block, |byte| byte.is_ascii_alphanumeric()) })
    }

    /// Returns the number of bytes of the block before a run of letters and digits that may continue after it, where of `known` bytes from
    /// its start `length` may be read.
    #[inline]
    pub(crate) fn before_open_run(&self, length: usize, known: usize) -> usize {
        let length = length.min(BLOCK);
        let is_open = length == BLOCK || length == known || self.word >> length & 1 != 0;
        if is_open { length - (self.word << (BLOCK - length)).leading_ones() as usize } else { length }
    }

    /// Returns the runs of letters and digits in the first `length` bytes.
    #[inline]
    pub(crate) fn runs(&self, length: usize) -> Runs {
        Runs(self.word & below(length))
    }

    /// Returns one bit for each byte of the block.
    #[inline]
    pub(crate) fn mask(&self, is: impl Fn(u8) -> bool) -> u64 {
        self.bytes.first_chunk().map_or(0, |block| mask(block, is))
    }
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase()
}

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase()
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// Returns `true` for `_` and for what is not ASCII.
fn is_odd(byte: u8) -> bool {
    byte == b'_' || byte >= 0x80
}

/// Runs of a block: one bit for each byte.
pub(crate) struct Runs(pub(crate) u64);

impl Iterator for Runs {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        let Self(left) = *self;
        if left == 0 {
            return None;
        }
        let start = left.trailing_zeros() as usize;
        // The sum carries over the run.
        self.0 = left & left.wrapping_add(1 << start);
        Some(start..start + (!(left >> start)).trailing_zeros() as usize)
    }
}

/// Returns the bits below bit `n`.
#[inline]
pub(crate) fn below(n: usize) -> u64 {
    if n < BLOCK { (1 << n) - 1 } else { u64::MAX }
}

#[inline]
fn mask(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let mut flags = [0u8; BLOCK];
    flags.iter_mut().zip(block).for_each(|(flag, &byte)| *flag = u8::from(is(byte)));
    // The product moves the lowest bits of eight bytes, side by side, into the highest byte.
    let bits = |flags: &[u8; 8]| u64::from_le_bytes(*flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    flags.as_chunks::<8>().0.iter().rev().fold(0, |mask, flags| mask << 8 | bits(flags))
}

pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Returns the number of bytes, of the first `length`, up to the last byte of a block that is in no run; all of them if there is none in it,
/// or if they are no more than a block.
pub(crate) fn whole_runs(bytes: &[u8], length: usize) -> usize {
    let block = bytes.get(..BLOCK).filter(|_| length > BLOCK).unwrap_or_default();
    block.iter().rposition(|&byte| !is_word(byte)).map_or(length, |last| last + 1)
}

/// Calls `take` for each run in the first `length` bytes, in order. The last one may continue after them. Without `PARTS`, which cost
/// something, runs may show none.
pub(crate) fn for_each_run<const PARTS: bool>(bytes: &[u8], length: usize, mut take: impl FnMut(WordRun)) {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|_| at < length) {
        let masks = rest.first_chunk::<BLOCK>().map_or_else(|| Masks::of_few::<PARTS>(rest), Masks::of::<PARTS>);
        at += read_block(&masks, at, rest.get(..length - at).unwrap_or(rest), &mut take);
    }
}

/// Reads the first block of `rest`, which begins at `at`. Returns the number of bytes read: a run at the end of the block is left for the
/// next one.
#[inline]
fn read_block(masks: &Masks, at: usize, rest: &[u8], take: &mut impl FnMut(WordRun)) -> usize {
    let mut left = masks.word & below(rest.len());
    while left != 0 {
        let start = left.trailing_zeros() as usize;
        let length = (!(left >> start)).trailing_zeros() as usize;
        let end = start + length;
        if end == BLOCK {
            if start > 0 {
                return start;
            }
            let end = rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len());
            take(WordRun { start: at, end: at + end, parts: None });
            return end;
        }
        let bits = (1 << length) - 1;
        let is_plain = masks.odd >> start & bits == 0;
        let parts = is_plain.then_some(masks.parts >> start & bits & !1);
        take(WordRun { start: at + start, end: at + end, parts });
        left &= u64::MAX << end;
    }
    rest.len().min(BLOCK)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, PlainBlock, WordRun, for_each_run, is_odd, is_word, whole_runs};

    /// The runs, found one byte after another.
    fn expected(bytes: &[u8]) -> Vec<WordRun> {
        let mut runs = Vec::new();
        let mut start = 0;
        while let Some(first) = bytes[start..].iter().position(|&byte| is_word(byte)).map(|at| start + at) {
            let length = bytes[first..].iter().take_while(|&&byte| is_word(byte)).count();
            let run = &bytes[first..first + length];
            let begins = |pair: &[u8]| {
                pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()
                    || pair[0].is_ascii_digit() != pair[1].is_ascii_digit()
            };
            let is_plain = length < 64 && run.iter().all(u8::is_ascii_alphanumeric);
            let parts = run.windows(2).take(63).zip(1..).filter(|(pair, _)| begins(pair));
            let parts = is_plain.then(|| parts.fold(0u64, |parts, (_, at)| parts | 1 << at));
            runs.push(WordRun { start: first, end: first + length, parts });
            start = first + length;
        }
        runs
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn runs_are_those_of_single_bytes(
            text in "([a-zA-Z0-9]{1,20}|[a-zA-Z0-9]{58,70}|[ .,-]{1,3}|_|é|中){0,30}",
            share in prop_oneof![Just(100_usize), 0..100_usize],
        ) {
            let mut runs = Vec::new();
            let length = text.len() * share / 100;
            for_each_run::<true>(text.as_bytes(), length, |run| runs.push(run));
            prop_assert_eq!(&runs, &expected(&text.as_bytes()[..length]));
            let mut places = Vec::new();
            for_each_run::<false>(text.as_bytes(), length, |run| places.push((run.start, run.end, run.parts.is_some())));
            let all: Vec<_> = runs.iter().map(|run| (run.start, run.end, run.parts.is_some())).collect();
            prop_assert_eq!(places, all);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn a_plain_block_has_the_runs_that_end_in_it(
            text in "([a-zA-Z0-9]{1,20}|[a-z]{58,70}|[ .,-]{1,3}){1,9}[ _é]{0,2}[a-z ]{0,9}",
            share in 1..=100_usize,
        ) {
            let bytes = text.as_bytes();
            let length = (text.len() * share / 100).max(1);
            let block = &bytes[..bytes.len().min(BLOCK)];
            let Some(plain) = PlainBlock::of(bytes) else {
                prop_assert!(block.iter().any(|&byte| is_odd(byte)));
                return Ok(());
            };
            prop_assert!(!block.iter().any(|&byte| is_odd(byte)));
            let read = plain.before_open_run(length, bytes.len());
            let runs: Vec<_> = plain.runs(read).collect();
            // A run that ends with the block is left for the next one.
            let is_known = length < BLOCK && bytes.get(length).is_some_and(|&next| !is_word(next));
            let ends = |run: &WordRun| run.end < length.min(BLOCK) || (run.end == length && is_known);
            let expected: Vec<_> =
                expected(&bytes[..length]).iter().filter(|run| ends(run)).map(|run| run.start..run.end).collect();
            prop_assert_eq!(runs, expected);
            prop_assert!(plain.bytes.starts_with(block));
            let whole = whole_runs(bytes, length);
            prop_assert!(whole == length || (whole <= BLOCK && !is_word(bytes[whole - 1])));
        }
    }

    #[test]
    fn every_byte_is_classified() {
        for byte in 0..=u8::MAX {
            let bytes = [b'.', byte, b'.'];
            let mut runs = Vec::new();
            for_each_run::<true>(&bytes, bytes.len(), |run| runs.push(run));
            assert_eq!(runs, expected(&bytes), "{byte}");
        }
    }
}
