//! The last digits and letters before the end of a match.
//!
//! Many patterns end at the same position, and each knows how many digits or letters a match has. The positions of the last ones are found
//! once for all of them. So a pattern tries only the starts that leave the right number, however many others there are.

use super::count::{Count, Counted};
use super::form::Recent;
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// The last counted characters of each kind.
#[derive(Debug, Default)]
pub(super) struct Tails {
    /// The length of the longest match whose characters are counted.
    reach: usize,
    kinds: [Tail; 3],
    recent: Recent,
}

/// The last counted characters of one kind.
#[derive(Debug, Default)]
struct Tail {
    /// Their offsets, ascending.
    at: Vec<usize>,
    /// The offset up to which the view was read.
    read: usize,
}

impl Reset for Tails {
    fn reset(&mut self) {
        let Self { reach, kinds, recent } = self;
        (*reach, *recent) = (0, Recent::default());
        for Tail { at, read } in kinds {
            at.reset();
            *read = 0;
        }
    }
}

impl Tails {
    /// Sets the length of the longest match.
    pub(super) fn reaching(mut self, reach: usize) -> Self {
        self.reach = reach;
        self
    }

    /// Returns which of the last bytes before `end` are letters or digits.
    pub(super) fn recent(&mut self, end: usize, view: &ViewText) -> u64 {
        self.recent.before(end, view)
    }

    /// Returns the first and the last offset at which a match of at most `cap` bytes that ends at `end` can begin by the number of its
    /// characters, or `None` if there is none.
    #[inline]
    pub(super) fn starts(&mut self, count: Count, cap: usize, end: usize, view: &ViewText) -> Option<(usize, usize)> {
        let first = end.saturating_sub(cap);
        if count == Count::ANY {
            return Some((first, end.checked_sub(1)?));
        }
        let tail = &mut self.kinds[count.of() as usize];
        let known = tail.before(count.of(), end, self.reach, view);
        // From the start on there are at least so many, and at most.
        let last = match count.least() as usize {
            0 => end.checked_sub(1)?,
            least => *known.get(known.len().checked_sub(least)?)?,
        };
        let surplus = count.most().and_then(|most| known.len().checked_sub(most as usize + 1));
        let first = surplus.map_or(first, |index| first.max(known[index] + 1));
        (first <= last).then_some((first, last))
    }
}

impl Tail {
    /// Returns the offsets of the last characters before `end`: at least those of the last `reach` bytes.
    #[inline]
    fn before(&mut self, kind: Counted, end: usize, reach: usize, view: &ViewText) -> &[usize] {
        if end > self.read {
            self.read_until(kind, end, reach, view);
        }
        match self.at.last() {
            Some(&last) if last >= end => &self.at[..self.at.partition_point(|&at| at < end)],
            _ => &self.at,
        }
    }

    fn read_until(&mut self, kind: Counted, end: usize, reach: usize, view: &ViewText) {
        let from = self.read.max(end.saturating_sub(reach)).max(view.base());
        if from > self.read {
            self.at.clear();
        }
        if self.at.len() > 2 * reach {
            self.at.drain(..self.at.len() - reach);
        }
        let new = view.kept().as_bytes().get(from - view.base()..end - view.base()).unwrap_or_default();
        self.at.extend((from..).zip(new).filter(|&(_, &byte)| kind.includes(byte)).map(|(at, _)| at));
        self.read = end;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Count, Tails};
    use crate::text::normalize::View;
    use crate::text::view::ViewText;

    proptest! {
        #[test]
        fn a_start_is_tried_if_its_count_is_right(text in "[a1 é-]{1,60}", cap in 1_usize..20, ends in proptest::collection::vec(1_usize..60, 1..9)) {
            let view = ViewText::of(&text, View::Entity);
            let mut tails = Tails::default().reaching(20);
            let mut ends: Vec<usize> = ends.into_iter().map(|end| end.min(view.end())).collect();
            ends.sort_unstable();
            let counts = [Count::digits(3, 5), Count::digits(2, 255), Count::letters(2), Count::letters_and_digits(0, 4), Count::ANY];
            for end in ends {
                for count in counts {
                    let tried = tails.starts(count, cap, end, &view);
                    for start in end.saturating_sub(cap)..end {
                        let Some(candidate) = view.kept().get(start..end) else { continue };
                        let is_tried = tried.is_some_and(|(first, last)| (first..=last).contains(&start));
                        prop_assert_eq!(is_tried, count.rejected(candidate).is_none(), "{:?} {}..{}", count, start, end);
                    }
                }
            }
        }
    }
}
