//! The offsets at which a match may begin.

use smallvec::{SmallVec, smallvec};

use crate::text::work;

/// Offsets in ascending order, kept as runs, because most starts follow one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Starts {
    /// The first and the last offset of each run of consecutive offsets.
    runs: SmallVec<[(usize, usize); 1]>,
}

impl Starts {
    /// Returns a set of one start.
    pub(crate) fn one(offset: usize) -> Self {
        Self { runs: smallvec![(offset, offset)] }
    }

    /// Returns the earliest start.
    pub(crate) fn first(&self) -> Option<usize> {
        self.runs.first().map(|&(first, _)| first)
    }

    /// Returns the earliest start at or after `offset`.
    #[inline]
    pub(crate) fn first_from(&self, offset: usize) -> Option<usize> {
        self.runs_from(offset).first().map(|&(first, _)| first.max(offset))
    }

    /// Returns the runs that have a start at or after `offset`. Mostly all have.
    #[inline]
    fn runs_from(&self, offset: usize) -> &[(usize, usize)] {
        match self.runs.first() {
            Some(&(_, last)) if last < offset => {
                self.runs.split_at(self.runs.partition_point(|&(_, last)| last < offset)).1
            }
            _ => &self.runs,
        }
    }

    /// Returns the last start.
    pub(crate) fn last(&self) -> Option<usize> {
        self.runs.last().map(|&(_, last)| last)
    }

    /// Returns the starts, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.runs.iter().flat_map(|&(first, last)| first..=last)
    }

    /// Removes all starts, and keeps the allocation.
    pub(super) fn clear(&mut self) {
        self.runs.clear();
    }

    /// Adds a start after all others.
    pub(crate) fn push(&mut self, offset: usize) {
        match self.runs.last_mut() {
            Some((_, last)) if *last + 1 == offset => *last = offset,
            Some((_, last)) if *last >= offset => {}
            _ => self.runs.push((offset, offset)),
        }
    }

    /// Forgets the starts before `offset`.
    pub(crate) fn forget_before(&mut self, offset: usize) {
        let gone = self.runs.len() - self.runs_from(offset).len();
        if gone > 0 {
            self.runs.drain(..gone);
        }
        if let Some((first, _)) = self.runs.first_mut() {
            *first = (*first).max(offset);
        }
    }

    /// Adds the starts of `other`. Those before the first of the other are not moved.
    pub(crate) fn merge(&mut self, mut other: Self) {
        if other.first() < self.first() {
            std::mem::swap(self, &mut other);
        }
        let Some(first) = other.first() else { return };
        let kept = self.runs.partition_point(|&(_, last)| last + 1 < first);
        let after: SmallVec<[(usize, usize); 1]> = self.runs.drain(kept..).collect();
        work::count(after.len() + other.runs.len());
        if after.is_empty() {
            self.runs.append(&mut other.runs);
            return;
        }
        let runs = &mut self.runs;
        let (mut a, mut b) = (after.iter().peekable(), other.runs.iter().peekable());
        loop {
            let next = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if x.0 <= y.0 => a.next(),
                (Some(_), None) => a.next(),
                (_, Some(_)) => b.next(),
                (None, None) => break,
            };
            let Some(&(first, last)) = next else { break };
            match runs.last_mut() {
                Some((_, end)) if *end + 1 >= first => *end = last.max(*end),
                _ => runs.push((first, last)),
            }
        }
    }

    /// Returns the starts at other offsets: `at` gives that of each, in ascending order.
    pub(crate) fn map(&self, mut at: impl FnMut(usize) -> Option<usize>) -> Self {
        let mut mapped = Self::default();
        for &(first, last) in &self.runs {
            work::count(2 * (last + 1 - first));
            (first..=last).filter_map(&mut at).for_each(|offset| mapped.push(offset));
        }
        mapped
    }

    /// Moves all starts by the distance between two offsets.
    pub(crate) fn shift(&mut self, from: usize, to: usize) {
        work::count(self.runs.len() / 4);
        for (first, last) in &mut self.runs {
            (*first, *last) = (*first + to - from, *last + to - from);
        }
    }

    /// Returns `true` if all starts of `other` are in the set.
    fn contains_all(&self, other: &Self) -> bool {
        let mut runs = self.runs.iter();
        let mut run = runs.next();
        other.runs.iter().all(|&(first, last)| {
            while run.is_some_and(|&(_, end)| end < first) {
                run = runs.next();
            }
            run.is_some_and(|&(begin, end)| begin <= first && last <= end)
        })
    }

    /// Returns `true` if there is no start.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }
}

/// Starts of matches with the same end.
pub(super) trait StartSet {
    /// Returns the earliest start at or after `offset`.
    fn first_from(&self, offset: usize) -> Option<usize>;

    /// Returns `true` if the offset is a start.
    fn contains(&self, offset: usize) -> bool {
        self.first_from(offset) == Some(offset)
    }

    /// Returns `true` if all starts of `other`, an earlier match of the same pattern, are in the set.
    fn include(&self, other: &Starts) -> bool;

    /// Adds the starts from `from` on to an empty set.
    fn copy_to(&self, from: usize, starts: &mut Starts);
}

impl StartSet for Starts {
    fn first_from(&self, offset: usize) -> Option<usize> {
        self.first_from(offset)
    }

    fn include(&self, other: &Self) -> bool {
        // A thread forgets a start only when the matches from it are over.
        debug_assert!(self.contains_all(other), "{other:?} of {self:?}");
        true
    }

    fn copy_to(&self, from: usize, starts: &mut Self) {
        work::count(self.runs.len() / 4);
        starts.runs.extend_from_slice(self.runs_from(from));
        starts.forget_before(from);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::{StartSet, Starts};

    #[test]
    fn starts_behave_as_a_sorted_set() {
        let mut starts = Starts::one(3);
        starts.push(4);
        starts.push(9);
        assert_eq!(starts.first_from(5), Some(9));
        let mut other = Starts::one(1);
        other.push(5);
        starts.merge(other);
        assert_eq!(starts.runs.as_slice(), [(1, 1), (3, 5), (9, 9)]);
        let mut shifted = starts.clone();
        shifted.shift(1, 4);
        assert_eq!(shifted.runs.as_slice(), [(4, 4), (6, 8), (12, 12)]);
        starts.forget_before(4);
        assert_eq!((starts.first(), starts.first_from(5), starts.first_from(6)), (Some(4), Some(5), Some(9)));
        starts.forget_before(10);
        assert!(starts.is_empty());
    }

    proptest! {
        #[test]
        fn merged_starts_are_those_of_both(a in btree_set(0_usize..40, 0..20), b in btree_set(0_usize..40, 0..20), from in 0_usize..45) {
            let of = |set: &BTreeSet<usize>| {
                let mut starts = Starts::default();
                set.iter().for_each(|&start| starts.push(start));
                starts
            };
            let mut merged = of(&a);
            merged.merge(of(&b));
            prop_assert_eq!(&merged, &of(&a.union(&b).copied().collect()));
            prop_assert!(merged.contains_all(&of(&a)) && merged.contains_all(&of(&b)));
            prop_assert_eq!(of(&a).contains_all(&of(&b)), b.is_subset(&a));
            let mut copied = Starts::default();
            of(&a).copy_to(from, &mut copied);
            prop_assert_eq!(copied, of(&a.range(from..).copied().collect()));
            prop_assert_eq!(of(&a).first_from(from), a.range(from..).next().copied());
        }
    }
}
