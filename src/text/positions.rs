//! Positions in a view, looked up many times each.

use std::ops::Range;

use super::reset::Reset;

/// Positions in ascending order. Where there are many, most are looked up by one bit each: text may have one at every second byte.
#[derive(Debug, Default)]
pub(super) struct Positions {
    all: Vec<usize>,
    /// One bit for each position from `base` on.
    bits: Vec<u64>,
    /// A multiple of the bits of a word, at or before the first position.
    base: usize,
}

const WORD: usize = u64::BITS as usize;

/// Positions that most text has none of. They take memory once there is one.
#[derive(Debug, Default)]
pub(super) struct RarePositions(Option<Box<Positions>>);

impl Reset for RarePositions {
    fn reset(&mut self) {
        let Self(positions) = self;
        if let Some(positions) = positions {
            positions.reset();
        }
    }
}

impl RarePositions {
    /// Adds a position at or after all others.
    pub(super) fn push(&mut self, at: usize) {
        self.0.get_or_insert_default().push(at);
    }

    /// Returns `true` if it is one of the positions.
    pub(super) fn contains(&self, at: usize) -> bool {
        self.0.as_ref().is_some_and(|positions| positions.contains(at))
    }

    /// Returns the last position in the range.
    pub(super) fn last_in(&self, range: Range<usize>) -> Option<usize> {
        let all = self.0.as_ref()?.from(range.start);
        all.get(all.partition_point(|&at| at < range.end).checked_sub(1)?).copied()
    }

    /// Returns the first position in the range.
    pub(super) fn first_in(&self, range: Range<usize>) -> Option<usize> {
        self.0.as_ref()?.from(range.start).first().copied().filter(|&at| at < range.end)
    }

    /// Forgets the positions before `at`.
    pub(super) fn forget_before(&mut self, at: usize) {
        if let Some(positions) = &mut self.0 {
            positions.forget_before(at);
        }
    }
}

impl Reset for Positions {
    fn reset(&mut self) {
        let Self { all, bits, base } = self;
        all.reset();
        bits.reset();
        *base = 0;
    }
}

impl Positions {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds a position at or after all others.
    pub(super) fn push(&mut self, at: usize) {
        if self.all.last() == Some(&at) {
            return;
        }
        if self.all.is_empty() {
            self.bits.clear();
            self.base = at - at % WORD;
        }
        self.all.push(at);
        let word = (at - self.base) / WORD;
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= 1 << (at % WORD);
        }
    }

    /// Removes the last position if it is this one.
    pub(super) fn pop_if(&mut self, at: usize) {
        if self.all.pop_if(|last| *last == at).is_some()
            && let Some(bits) = self.bits.get_mut((at - self.base) / WORD)
        {
            *bits &= !(1 << (at % WORD));
        }
    }

    /// Returns `true` if it is one of the positions.
    #[inline]
    pub(super) fn contains(&self, at: usize) -> bool {
        self.word(at).is_some_and(|bits| bits >> (at % WORD) & 1 != 0)
    }

    /// Returns the first position from `at` on.
    #[inline]
    pub(super) fn next(&self, at: usize) -> Option<usize> {
        if self.all.last().is_none_or(|&last| last < at) {
            return None;
        }
        match self.word(at).map_or(0, |bits| bits >> (at % WORD)) {
            0 => self.from(at).first().copied(),
            bits => Some(at + bits.trailing_zeros() as usize),
        }
    }

    /// Returns the positions from `at` on.
    pub(super) fn from(&self, at: usize) -> &[usize] {
        let first = self.all.partition_point(|&position| position < at);
        self.all.get(first..).unwrap_or_default()
    }

    /// Forgets the positions before `at`.
    pub(super) fn forget_before(&mut self, at: usize) {
        let gone = self.all.partition_point(|&position| position < at);
        self.all.drain(..gone);
        if self.is_empty() {
            return;
        }
        let words = (at.saturating_sub(self.base) / WORD).min(self.bits.len());
        self.bits.drain(..words);
        self.base += words * WORD;
        if let Some(first) = self.bits.first_mut().filter(|_| at > self.base) {
            *first &= u64::MAX << (at % WORD);
        }
    }

    #[inline]
    fn word(&self, at: usize) -> Option<u64> {
        self.bits.get(at.checked_sub(self.base)? / WORD).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Positions;

    proptest! {
        #[test]
        fn positions_behave_as_a_sorted_set(
            first in 0_usize..300,
            steps in prop::collection::vec((0_usize..5, 1_usize..90, 0_usize..200), 0..60),
        ) {
            let (mut positions, mut all, mut at, mut base) = (Positions::default(), BTreeSet::new(), first, 0);
            for (step, distance, back) in steps {
                match step {
                    0..3 => {
                        at += distance;
                        positions.push(at);
                        positions.push(at);
                        all.insert(at);
                    }
                    3 => {
                        positions.pop_if(at);
                        all.remove(&at);
                    }
                    _ => {
                        base = base.max(at.saturating_sub(back));
                        positions.forget_before(base);
                        all.retain(|&position| position >= base);
                    }
                }
                prop_assert_eq!(positions.is_empty(), all.is_empty());
                for from in base..at + 100 {
                    prop_assert_eq!(positions.contains(from), all.contains(&from));
                    prop_assert_eq!(positions.next(from), all.range(from..).next().copied());
                    prop_assert_eq!(positions.from(from).first(), all.range(from..).next());
                }
            }
        }
    }
}
