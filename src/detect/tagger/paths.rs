//! The best paths through the labels of a run of candidates.
//!
//! All numbers are whole, and of equal sums the lower label counts.

use super::labels::{LABELS, OUTSIDE, Steps};

/// The sum of a path that is dropped: far less than that of any other.
pub(crate) const DROPPED: i32 = i32::MIN / 2;

/// Bits of a label.
const LABEL_BITS: usize = 2;

/// The most candidates of which a path remembers the labels.
pub(crate) const MAX_PATH: usize = u64::BITS as usize / LABEL_BITS;

/// The best path to each label of the last candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paths {
    pub(crate) sums: [i32; LABELS],
    /// The labels on each path, that of the last candidate in the lowest bits.
    labels: [u64; LABELS],
}

impl Default for Paths {
    /// Before the first candidate is a token outside.
    fn default() -> Self {
        Self { sums: [0, DROPPED, DROPPED], labels: [0; LABELS] }
    }
}

impl Paths {
    /// Adds a candidate with these scores of its labels.
    #[inline]
    pub(crate) fn extend(&mut self, scores: [i32; LABELS], steps: &Steps) {
        let [from_outside, from_begin, from_inside] = steps.steps;
        let mut longer = *self;
        for (label, score) in scores.into_iter().enumerate() {
            let added =
                [from_outside, from_begin, from_inside].map(|step| step.get(label).copied().unwrap_or_default());
            let (before, sum) = self.best(added);
            let labels = self.labels.get(usize::from(before)).copied().unwrap_or_default();
            if let (Some(slot), Some(path)) = (longer.sums.get_mut(label), longer.labels.get_mut(label)) {
                (*slot, *path) = (sum + score, labels << LABEL_BITS | label as u64);
            }
        }
        *self = longer;
    }

    /// Returns the last label of the best path, and its sum, with what is added to that of each.
    #[inline]
    pub(crate) fn best(&self, added: [i32; LABELS]) -> (u8, i32) {
        let ([outside, begin, inside], [to_outside, to_begin, to_inside]) = (self.sums, added);
        let mut best = (OUTSIDE, outside + to_outside);
        for (label, sum) in [(1, begin + to_begin), (2, inside + to_inside)] {
            if sum > best.1 {
                best = (label, sum);
            }
        }
        best
    }

    /// Returns the label, on the path to a label, of the candidate after which there are so many.
    #[inline]
    pub(crate) fn label(&self, to: usize, after: usize) -> u8 {
        let labels = self.labels.get(to).copied().unwrap_or_default();
        (labels >> (LABEL_BITS * after)) as u8 & ((1 << LABEL_BITS) - 1)
    }
}
