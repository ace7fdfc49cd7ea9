//! The weights, and the most probable labels of a run of candidates.
//!
//! All numbers are whole, and of equal sums the lower label counts: the same text has the same labels on every machine.

use super::features::Window;
use super::labels::{LABELS, OUTSIDE, Steps};
use super::lists::Lists;
use super::paths::Paths;
use super::rows::{Rows, row_of};
use super::tables::Tables;

/// The most tokens of a run. A longer run is several.
pub(crate) const MAX_RUN: usize = 12;

const TRANSITIONS: usize = LABELS * LABELS;

/// Returns what single features add.
pub(crate) trait Weigh {
    /// Returns what a row of the table adds to a label, compared with [`OUTSIDE`].
    fn weight(&self, row: u16, label: u8) -> i32;
}

/// The weights of a model, with a bias for the label outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Biased<'a> {
    pub(crate) weights: &'a Weights<'a>,
    pub(crate) bias: i32,
}

impl Weigh for Biased<'_> {
    fn weight(&self, row: u16, label: u8) -> i32 {
        let [begin, inside] = row_of(self.weights.rows, row);
        [0, begin, inside].get(usize::from(label)).copied().unwrap_or_default()
    }
}

/// The weights of a model, as `tools/tagger` writes them: the steps from label to label and the two biases (11 numbers of 2 bytes, little-endian), then
/// for each row the weights of the labels 1 and 2 (1 byte each).
#[derive(Clone, Debug)]
pub(crate) struct Weights<'a> {
    pub(crate) steps: Steps,
    /// What is added to [`OUTSIDE`] to find less.
    pub(crate) bias_low: i32,
    /// What is added to [`OUTSIDE`] to find more.
    pub(crate) bias_high: i32,
    rows: &'a Rows,
    tables: Tables,
}

impl<'a> Weights<'a> {
    /// Reads the weights, and returns them with the bytes after them; `None` if they are damaged.
    pub(crate) fn read(file: &'a [u8]) -> Option<(Self, &'a [u8])> {
        // `bias_low` is half a natural logarithm of odds. A path that is 6 of them behind is dropped.
        const WIDTH: i32 = 12;
        let (head, rest) = file.split_at_checked(2 * (TRANSITIONS + 2))?;
        let (rows, rest) = rest.split_at_checked(size_of::<Rows>())?;
        let rows: &Rows = rows.as_chunks().0.try_into().ok()?;
        let mut steps = [[0; LABELS]; LABELS];
        let mut numbers =
            head.chunks_exact(2).filter_map(|pair| pair.first_chunk().map(|&pair| i16::from_le_bytes(pair)));
        for (step, number) in steps.iter_mut().flatten().zip(numbers.by_ref()) {
            *step = i32::from(number);
        }
        let (bias_low, bias_high) = (i32::from(numbers.next()?), i32::from(numbers.next()?));
        Some((
            Self {
                steps: Steps { steps, width: WIDTH * bias_low },
                bias_low,
                bias_high,
                rows,
                tables: Tables::of(rows),
            },
            rest,
        ))
    }

    /// Returns the scores of the labels of the word in a window, that of [`OUTSIDE`] being 0.
    pub(crate) fn scores(&self, window: Window<'_>) -> [i32; LABELS] {
        let [begin, inside] = self.tables.scores(self.rows, window);
        [0, begin, inside]
    }

    /// Returns the best labels of a run of words between tokens that are outside. `bias` is added to [`OUTSIDE`] of each.
    pub(crate) fn decode(&self, scores: &[[i32; LABELS]], bias: i32) -> [u8; MAX_RUN] {
        let mut paths = Paths::default();
        for &[outside, begin, inside] in scores {
            paths.extend([outside + bias, begin, inside], &self.steps);
        }
        let (last, _) = paths.best(self.steps.to_outside());
        let mut labels = [OUTSIDE; MAX_RUN];
        for (after, slot) in labels.iter_mut().take(scores.len()).rev().enumerate() {
            *slot = paths.label(last.into(), after);
        }
        labels
    }
}

/// The models, and the lists of words that both read.
#[derive(Clone, Debug)]
pub(crate) struct Model<'a> {
    pub(crate) names: Weights<'a>,
    pub(crate) addresses: Weights<'a>,
    pub(crate) lists: Lists<'a>,
}

impl<'a> Model<'a> {
    /// Reads the files: the weights for names and the lists, and the weights for addresses. `None` if they are damaged.
    pub(crate) fn read(names: &'a [u8], addresses: &'a [u8]) -> Option<Self> {
        let (names, lists) = Weights::read(names)?;
        let (addresses, rest) = Weights::read(addresses)?;
        rest.is_empty().then_some(Self { names, addresses, lists: Lists::read(lists)? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::below;
    use super::*;

    /// The labels of a run are those of the best of all paths, and of equal ones that with the lower label at the last candidate where they differ.
    #[test]
    fn the_best_of_all_paths_is_found() {
        let mut number = below(0x9E37_79B9_7F4A_7C15);
        let mut below = |limit: i32| number(limit as usize) as i32;
        let (mut weights, _) = Weights::read(include_bytes!("names.bin")).expect("a model");
        for _ in 0..500 {
            weights.steps.steps.iter_mut().flatten().for_each(|step| *step = below(9) - 4);
            let bias = below(5) - 2;
            let scores: Vec<[i32; LABELS]> = (0..1 + below(6)).map(|_| [0, below(15) - 7, below(15) - 7]).collect();
            let paths = (0..3_usize.pow(scores.len() as u32)).map(|number| {
                // The first label is in the lowest place: numbers of equal sums are in the order of their last labels.
                (0..scores.len()).map(|at| (number / 3_usize.pow(at as u32) % 3) as u8).collect::<Vec<u8>>()
            });
            let sum = |path: &[u8]| {
                let with_ends = [&[OUTSIDE], path, &[OUTSIDE]].concat();
                let step = |pair: &[u8]| weights.steps.steps[usize::from(pair[0])][usize::from(pair[1])];
                let own = |(&label, score): (&u8, &[i32; LABELS])| {
                    score[usize::from(label)] + if label == OUTSIDE { bias } else { 0 }
                };
                with_ends.windows(2).map(step).sum::<i32>() + path.iter().zip(&scores).map(own).sum::<i32>()
            };
            let best = paths.reduce(|a, b| if sum(&b) > sum(&a) { b } else { a }).expect("paths");
            assert_eq!(weights.decode(&scores, bias)[..scores.len()], best);
        }
    }
}
