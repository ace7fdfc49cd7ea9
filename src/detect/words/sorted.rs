//! Words in order: all that begin as some text does, narrowed down one byte at a time.

use std::ops::Range;

use super::gap::{Gap, GapByte, begins_gap};

/// Classes of bytes, in the order of bytes.
const RANKS: usize = 64;

/// Up to this many words are narrowed down one by one.
const FEW: u32 = 8;

/// Words in ascending order, in lower case.
#[derive(Debug)]
pub(super) struct SortedWords {
    bytes: Box<[u8]>,
    /// Where each word begins, and where the last one ends.
    starts: Box<[u32]>,
    /// The first word of each pair of ranks of the first two bytes.
    pairs: Box<[u32]>,
}

/// The words that begin as the text from some position on.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    pub(super) start: usize,
    /// Bytes read.
    read: usize,
    /// The words as they are.
    words: Range<u32>,
    /// The phrases of which a gap in the text is another one.
    loose: Option<Loose>,
}

/// The phrases that begin as the text does if some gaps in it are one space each.
#[derive(Clone, Debug)]
struct Loose {
    words: Range<u32>,
    /// Bytes of the words that were read.
    depth: usize,
    /// The gap, while it is read.
    gap: Option<Gap>,
}

impl SortedWords {
    /// Returns words that are in ascending order, different, and of at least two bytes each; `None` if they are too many.
    pub(super) fn new(words: &[String]) -> Option<Self> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.bytes()).collect();
        let mut starts = vec![0];
        let mut end = 0;
        for word in words {
            end = u32::try_from(word.len()).ok().and_then(|length| length.checked_add(end))?;
            starts.push(end);
        }
        let pair = |word: &String| {
            let mut bytes = word.bytes();
            pair(bytes.next().unwrap_or_default(), bytes.next().unwrap_or_default())
        };
        let first = |of: usize| u32::try_from(words.partition_point(|word| pair(word) < of)).ok();
        let pairs = (0..=RANKS * RANKS).map(first).collect::<Option<Vec<_>>>()?;
        Some(Self { bytes: bytes.into(), starts: starts.into(), pairs: pairs.into() })
    }

    /// Begins to read the text at `start`, of which the next bytes are known.
    pub(super) fn begin(&self, start: usize, bytes: &[u8]) -> Walk {
        let words = match *bytes {
            [] => 0..RANKS * RANKS,
            [first] => pair(first, 0)..pair(first, 0) + RANKS,
            [first, second, ..] if begins_gap(second) => pair(first, 0)..pair(first, 0) + RANKS,
            [first, second, ..] => pair(first, second)..pair(first, second) + 1,
        };
        let first = |pair: usize| self.pairs.get(pair).copied().unwrap_or_default();
        Walk { start, read: 0, words: first(words.start)..first(words.end), loose: None }
    }

    /// Reads bytes, and reports each word that ends in them with its number and the length of the text. Returns `true` if more may follow.
    #[inline]
    pub(super) fn advance(&self, walk: &mut Walk, bytes: &[u8], mut found: impl FnMut(usize, usize)) -> bool {
        for byte in bytes {
            if walk.words.is_empty() && walk.loose.is_none() {
                return false;
            }
            let byte = byte.to_ascii_lowercase();
            if walk.loose.is_some() || begins_gap(byte) {
                self.advance_loosely(walk, byte, &mut found);
            }
            if !walk.words.is_empty() {
                self.narrow(&mut walk.words, walk.read, byte);
                self.report(&mut walk.words, walk.read + 1, |number| found(number, walk.read + 1));
            }
            walk.read += 1;
        }
        !walk.words.is_empty() || walk.loose.is_some()
    }

    /// Reports the first of some words if it ends after `depth` bytes.
    fn report(&self, words: &mut Range<u32>, depth: usize, found: impl FnOnce(usize)) {
        let first = words.start;
        if first < words.end && self.word(first).len() == depth {
            found(first as usize);
            words.start += 1;
        }
    }

    /// Reads a byte where gaps may be others than one space.
    #[inline(never)]
    fn advance_loosely(&self, walk: &mut Walk, byte: u8, found: &mut impl FnMut(usize, usize)) {
        let Some(mut loose) = walk.loose.take().or_else(|| self.loosen(walk)) else { return };
        if loose.gap.is_none() && (byte == b' ' || begins_gap(byte)) {
            self.begin_gap(&mut loose);
        }
        match loose.gap.as_mut().map_or(GapByte::After, |gap| gap.read(byte)) {
            GapByte::Inside => {}
            GapByte::After => {
                self.narrow(&mut loose.words, loose.depth, byte);
                (loose.gap, loose.depth) = (None, loose.depth + 1);
                self.report(&mut loose.words, loose.depth, |number| found(number, walk.read + 1));
            }
            GapByte::None => return,
        }
        walk.loose = Some(loose).filter(|loose| !loose.words.is_empty());
    }

    /// Returns the phrases in which a gap may be after what was read. A word with signs is found as it is.
    fn loosen(&self, walk: &Walk) -> Option<Loose> {
        let read = self.word(walk.words.start).get(..walk.read).filter(|_| !walk.words.is_empty())?;
        if read.iter().any(|&byte| begins_gap(byte)) {
            return None;
        }
        let mut loose = Loose { words: walk.words.clone(), depth: walk.read, gap: None };
        if read.last() == Some(&b' ') {
            loose.gap = Some(Gap::after_space());
        } else {
            self.begin_gap(&mut loose);
        }
        Some(loose).filter(|loose| !loose.words.is_empty())
    }

    fn begin_gap(&self, loose: &mut Loose) {
        self.narrow(&mut loose.words, loose.depth, b' ');
        (loose.gap, loose.depth) = (Some(Gap::default()), loose.depth + 1);
    }

    /// Leaves the words of which a byte is this one. A word has no byte after its last, which comes before any byte.
    fn narrow(&self, words: &mut Range<u32>, depth: usize, byte: u8) {
        if words.len() > FEW as usize {
            let start = self.first(words.clone(), |word| self.byte(word, depth) < Some(byte));
            let end = self.first(start..words.end, |word| self.byte(word, depth) <= Some(byte));
            *words = start..end;
            return;
        }
        while words.start < words.end && self.byte(words.start, depth) < Some(byte) {
            words.start += 1;
        }
        while words.start < words.end && self.byte(words.end - 1, depth) > Some(byte) {
            words.end -= 1;
        }
    }

    /// Returns the first of some words that is not `before`.
    fn first(&self, mut words: Range<u32>, before: impl Fn(u32) -> bool) -> u32 {
        while words.start < words.end {
            let middle = words.start.midpoint(words.end);
            if before(middle) {
                words.start = middle + 1;
            } else {
                words.end = middle;
            }
        }
        words.start
    }

    fn byte(&self, word: u32, depth: usize) -> Option<u8> {
        self.word(word).get(depth).copied()
    }

    fn word(&self, word: u32) -> &[u8] {
        let bounds = self.starts.get(word as usize..).and_then(<[u32]>::first_chunk);
        let Some(&[start, end]) = bounds else { return &[] };
        self.bytes.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// Returns the number of a pair of ranks, which ascends with the bytes. After a byte that shares its rank with others the second counts
/// for nothing.
fn pair(first: u8, second: u8) -> usize {
    let is_alone = first.is_ascii_alphanumeric();
    rank(first) * RANKS + if is_alone { rank(second) } else { 0 }
}

/// Returns the class of a byte, as of lower case. Classes ascend with the bytes, and letters and digits have their own.
fn rank(byte: u8) -> usize {
    let byte = byte.to_ascii_lowercase();
    let rank = match byte {
        ..b'0' => 0,
        b'0'..=b'9' => 1 + byte - b'0',
        b':'..b'a' => 11,
        b'a'..=b'z' => 12 + byte - b'a',
        b'{'..0x80 => 38,
        0x80.. => 39 + (byte - 0x80) / 8,
    };
    rank.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{RANKS, SortedWords, rank};

    #[test]
    fn ranks_ascend() {
        let bytes = (0..=u8::MAX).filter(|byte| !byte.is_ascii_uppercase());
        let ranks: Vec<_> = bytes.map(rank).collect();
        assert!(ranks.is_sorted() && ranks.last() < Some(&RANKS));
        assert_eq!(rank(b'Q'), rank(b'q'));
    }

    proptest! {
        /// All words that begin the text are found, and the end is known as soon as no other can follow, however the text is cut.
        #[test]
        fn a_walk_finds_all_beginnings(
            words in prop::collection::btree_set("[ab0é' ]{2,6}", 0..40),
            text in "[abAB0é' ]{0,9}",
            cut in 0usize..9,
        ) {
            let words: Vec<String> = words.into_iter().filter(|word| word.len() >= 2).collect();
            let sorted = SortedWords::new(&words).expect("few words");
            let lower = text.to_ascii_lowercase();
            let expected: Vec<(usize, usize)> = (0..words.len())
                .filter(|&number| lower.starts_with(&words[number]))
                .map(|number| (number, words[number].len()))
                .collect();
            let (first, second) = text.as_bytes().split_at(cut.min(text.len()));
            let mut found = Vec::new();
            let mut walk = sorted.begin(7, first);
            let mut is_open = sorted.advance(&mut walk, first, |number, length| found.push((number, length)));
            if is_open {
                is_open = sorted.advance(&mut walk, second, |number, length| found.push((number, length)));
            }
            found.sort_unstable();
            prop_assert_eq!(found, expected);
            let may_follow = words.iter().any(|word| word.len() > lower.len() && word.starts_with(&lower));
            prop_assert_eq!(is_open, may_follow);
        }
    }
}
