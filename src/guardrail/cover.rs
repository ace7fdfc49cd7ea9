//! A set of spans that other spans can be inside of: the exceptions of a topic.

use std::collections::VecDeque;

use crate::text::reset::Reset;

/// A set of spans, none inside another, so that starts and ends both ascend.
#[derive(Debug, Default)]
pub(super) struct Cover {
    spans: VecDeque<(usize, usize)>,
}

impl Reset for Cover {
    fn reset(&mut self) {
        let Self { spans } = self;
        spans.reset();
    }
}

impl Cover {
    /// Adds a span, unless it is inside another.
    pub(super) fn add(&mut self, start: usize, end: usize) {
        if self.covers(start, end) {
            return;
        }
        let first = self.spans.partition_point(|&(known, _)| known < start);
        let inside = self.spans.range(first..).take_while(|&&(_, known)| known <= end).count();
        self.spans.drain(first..first + inside);
        self.spans.insert(first, (start, end));
    }

    /// Returns true if one span contains all of `start..end`.
    pub(super) fn covers(&self, start: usize, end: usize) -> bool {
        let behind = self.spans.partition_point(|&(known, _)| known <= start);
        let last = behind.checked_sub(1).and_then(|last| self.spans.get(last));
        last.is_some_and(|&(_, known)| end <= known)
    }

    /// Forgets the spans that end at or before `offset`.
    pub(super) fn forget_before(&mut self, offset: usize) {
        while self.spans.front().is_some_and(|&(_, end)| end <= offset) {
            self.spans.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cover;

    #[test]
    fn a_span_is_covered_by_one_other_not_by_two() {
        let mut cover = Cover::default();
        for (start, end) in [(4, 8), (0, 5), (20, 22), (6, 12), (5, 8)] {
            cover.add(start, end);
        }
        for (start, end, covered) in
            [(0, 5, true), (0, 6, false), (5, 8, true), (7, 12, true), (3, 8, false), (20, 22, true), (12, 12, true)]
        {
            assert_eq!(cover.covers(start, end), covered, "{start}..{end}");
        }
        cover.forget_before(8);
        assert!(!cover.covers(5, 8) || cover.covers(6, 12));
        assert!(cover.covers(7, 12) && !cover.covers(4, 5));
    }

    /// The result does not depend on the order of insertion.
    #[test]
    fn the_answers_are_those_of_a_list() {
        let mut state = 7_u32;
        let mut below = |limit: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize % limit as usize
        };
        for _ in 0..200 {
            let (mut cover, mut list) = (Cover::default(), Vec::new());
            for _ in 0..below(12) {
                let start = below(20);
                let end = start + 1 + below(8);
                cover.add(start, end);
                list.push((start, end));
            }
            let spans = cover.spans.make_contiguous();
            assert!(spans.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1), "{spans:?} of {list:?}");
            for start in 0..28 {
                for end in start + 1..29 {
                    let expected = list.iter().any(|&(first, last)| first <= start && end <= last);
                    assert_eq!(cover.covers(start, end), expected, "{start}..{end} of {list:?}");
                }
            }
        }
    }
}
