//! The most probable labels of a run of candidates, found while they arrive.
//!
//! The search keeps the best path to each label, and drops those that are far behind. All numbers are whole, and of equal sums the lower label counts.

use super::labels::{LABELS, OUTSIDE, Steps};
use super::paths::{DROPPED, MAX_PATH, Paths};

/// The most candidates that may wait for their labels.
pub(crate) const MAX_UNDECIDED: usize = MAX_PATH;

/// The paths through the candidates whose labels are not decided.
#[derive(Debug)]
pub(crate) struct Decoder {
    /// The best path to each label of the last candidate. The sums are less that of the best of them.
    paths: Paths,
    /// The labels of the last candidate that a path leads to, as bits.
    kept: u8,
    undecided: usize,
    is_running: bool,
}

impl Default for Decoder {
    /// Before a run is a token outside.
    fn default() -> Self {
        Self { paths: Paths::default(), kept: 1 << OUTSIDE, undecided: 0, is_running: false }
    }
}

impl Decoder {
    /// Returns `true` if a candidate has arrived.
    pub(crate) fn is_running(&self) -> bool {
        self.is_running
    }

    /// Returns the number of candidates that are not decided.
    pub(crate) fn undecided(&self) -> usize {
        self.undecided
    }

    /// Adds a candidate, if that leaves the one path through tokens outside, and no label open: the candidate is outside.
    #[inline]
    pub(crate) fn stays_outside(&mut self, scores: [i32; LABELS], steps: &Steps) -> bool {
        let ([[outside, begin, inside], ..], [of_outside, of_begin, of_inside]) = (steps.steps, scores);
        let least = outside + of_outside - steps.width;
        let stays =
            self.undecided == 0 && self.kept == 1 << OUTSIDE && begin + of_begin < least && inside + of_inside < least;
        self.is_running |= stays;
        stays
    }

    /// Adds a candidate.
    pub(crate) fn push(&mut self, scores: [i32; LABELS], steps: &Steps) {
        debug_assert!(self.undecided < MAX_UNDECIDED, "the oldest candidate is decided");
        self.is_running = true;
        self.paths.extend(scores, steps);
        let (_, best) = self.paths.best([0; LABELS]);
        self.kept = 0;
        for (label, sum) in self.paths.sums.iter_mut().enumerate() {
            let is_kept = *sum >= best - steps.width;
            *sum = if is_kept { *sum - best } else { DROPPED };
            self.kept |= u8::from(is_kept) << label;
        }
        self.undecided += 1;
    }

    /// Ends the run: after it is a token outside.
    pub(crate) fn finish(&mut self, steps: &Steps) {
        let (label, _) = self.paths.best(steps.to_outside());
        for (at, sum) in self.paths.sums.iter_mut().enumerate() {
            *sum = if at == usize::from(label) { 0 } else { DROPPED };
        }
        self.kept = 1 << label;
    }

    /// Takes the label of the first candidate that is not decided, if all paths agree on it or more than `lag` candidates are not decided.
    #[inline]
    pub(crate) fn pop(&mut self, lag: usize) -> Option<u8> {
        let after = self.undecided.checked_sub(1)?;
        let kept = if self.undecided > lag { 1 << self.paths.best([0; LABELS]).0 } else { self.kept };
        // The labels that a path has at the candidate, as bits.
        let of_path = |label: usize| (kept >> label & 1) << self.paths.label(label, after);
        let labels: u8 = (0..LABELS).fold(0, |labels, label| labels | of_path(label));
        if !labels.is_power_of_two() {
            return None;
        }
        self.undecided = after;
        Some(labels.trailing_zeros() as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::below;
    use super::*;

    /// The label of a candidate is the same whether it is taken as early as possible or once it is due, and with a wide search and a long lag that of
    /// the best path.
    #[test]
    fn labels_do_not_depend_on_when_they_are_taken() {
        let mut number = below(0x9E37_79B9_7F4A_7C15);
        let mut below = |limit: i32| number(limit as usize) as i32;
        for _ in 0..500 {
            let mut steps = Steps { steps: [[0; LABELS]; LABELS], width: below(60) };
            steps.steps.iter_mut().flatten().for_each(|step| *step = below(40) - 20);
            let scores: Vec<[i32; LABELS]> = (0..12).map(|_| [0, below(60) - 30, below(60) - 30]).collect();
            let (mut early, mut late) = (Decoder::default(), Decoder::default());
            let (mut early_labels, mut late_labels) = (Vec::new(), Vec::new());
            for &score in &scores {
                early.push(score, &steps);
                late.push(score, &steps);
                early_labels.extend(std::iter::from_fn(|| early.pop(4)));
                if late.undecided() > 4 {
                    late_labels.extend(late.pop(4));
                }
            }
            early.finish(&steps);
            late.finish(&steps);
            early_labels.extend(std::iter::from_fn(|| early.pop(0)));
            late_labels.extend(std::iter::from_fn(|| late.pop(0)));
            assert_eq!(early_labels, late_labels);
            steps.width = 1 << 20;
            assert_eq!(labels(&scores, &steps), best_path(&scores, &steps));
        }
    }

    /// A candidate that leaves all paths outside is what it would be if all were compared.
    #[test]
    fn a_candidate_that_stays_outside_changes_nothing() {
        let mut number = below(0x2545_F491_4F6C_DD1D);
        let mut below = |limit: i32| number(limit as usize) as i32;
        let mut stayed = 0;
        for _ in 0..500 {
            let mut steps = Steps { steps: [[0; LABELS]; LABELS], width: below(60) };
            steps.steps.iter_mut().flatten().for_each(|step| *step = below(40) - 20);
            let (mut quick, mut plain) = (Decoder::default(), Decoder::default());
            for _ in 0..12 {
                let scores = [below(20) - 10, below(120) - 90, below(120) - 90];
                let mut labels = Vec::new();
                if quick.stays_outside(scores, &steps) {
                    labels.push(OUTSIDE);
                    stayed += 1;
                } else {
                    quick.push(scores, &steps);
                    labels.extend(std::iter::from_fn(|| quick.pop(4)));
                }
                plain.push(scores, &steps);
                assert_eq!(labels, std::iter::from_fn(|| plain.pop(4)).collect::<Vec<_>>());
                let state =
                    |decoder: &Decoder| (decoder.paths.sums, decoder.kept, decoder.undecided, decoder.is_running);
                assert_eq!(state(&quick), state(&plain));
            }
        }
        assert!(stayed > 500, "{stayed}");
    }

    fn labels(scores: &[[i32; LABELS]], steps: &Steps) -> i32 {
        let mut decoder = Decoder::default();
        scores.iter().for_each(|&score| decoder.push(score, steps));
        decoder.finish(steps);
        let labels: Vec<u8> = std::iter::from_fn(|| decoder.pop(0)).collect();
        sum(&labels.iter().map(|&label| usize::from(label)).collect::<Vec<_>>(), scores, steps)
    }

    fn sum(labels: &[usize], scores: &[[i32; LABELS]], steps: &Steps) -> i32 {
        assert_eq!(labels.len(), scores.len());
        let path = || [0].into_iter().chain(labels.iter().copied()).chain([0]);
        let own: i32 = labels.iter().zip(scores).map(|(&label, score)| score[label]).sum();
        own + path().zip(path().skip(1)).map(|(from, to)| steps.steps[from][to]).sum::<i32>()
    }

    /// Returns the sum of the best path, by trying those through the best labels step by step.
    fn best_path(scores: &[[i32; LABELS]], steps: &Steps) -> i32 {
        let mut best = vec![(0_usize, 0_i32)];
        for score in scores {
            best = (0..LABELS)
                .map(|to| {
                    let sums = best.iter().map(|&(from, sum)| sum + steps.steps[from][to] + score[to]);
                    (to, sums.max().expect("paths"))
                })
                .collect();
        }
        best.iter().map(|&(from, sum)| sum + steps.steps[from][0]).max().expect("paths")
    }
}
