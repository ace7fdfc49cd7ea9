//! The weights, and the most probable labels of a run of candidates.
//!
//! All numbers are whole, and of equal sums the lower label counts: the same text has the same labels on every machine.

use super::features::{ROW_BITS, Window};
use super::lists::Lists;
use super::tables::Tables;

/// The label of a token outside of names. The first token of a name has the label 1.
pub(crate) const OUTSIDE: u8 = 0;
/// The label of any other token of a name.
pub(crate) const INSIDE: u8 = 2;

/// Labels of a token.
pub(crate) const LABELS: usize = 3;

/// The most tokens of a run. A longer run is several.
pub(crate) const MAX_RUN: usize = 12;

const ROWS: usize = 1 << ROW_BITS;

/// For each row the weights of the labels 1 and 2 (1 byte each).
pub(crate) type Rows = [[u8; 2]; ROWS];

const TRANSITIONS: usize = LABELS * LABELS;

/// Returns what single features add.
pub(crate) trait Weigh {
    /// Returns what a row of the table adds to a label, compared with [`OUTSIDE`].
    fn weight(&self, row: u16, label: u8) -> i32;
}

/// Returns what a row adds to the labels 1 and 2.
#[inline]
pub(crate) fn row_of(rows: &Rows, row: u16) -> [i32; 2] {
    rows.get(usize::from(row)).copied().unwrap_or_default().map(|weight| i32::from(weight.cast_signed()))
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

/// What a step from label to label adds, and how far behind the best a path may be.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    pub(crate) steps: [[i32; LABELS]; LABELS],
    pub(crate) width: i32,
}

impl Steps {
    /// Returns what a step adds.
    pub(crate) fn step(&self, from: usize, to: usize) -> i32 {
        self.steps.get(from).and_then(|row| row.get(to)).copied().unwrap_or_default()
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
        let step = |from: usize, to: usize| self.steps.step(from, to);
        let mut best = [0, step(0, 1), step(0, 2)];
        let mut back = [[OUTSIDE; LABELS]; MAX_RUN];
        for (at, (score, back)) in scores.iter().zip(&mut back).enumerate() {
            let mut next = [0; LABELS];
            for (to, (next, back)) in next.iter_mut().zip(back.iter_mut()).enumerate() {
                let own = score.get(to).copied().unwrap_or_default() + if to == 0 { bias } else { 0 };
                let (from, sum) = if at == 0 {
                    (OUTSIDE, step(0, to))
                } else {
                    let sums = best.iter().enumerate().map(|(from, sum)| (from as u8, sum + step(from, to)));
                    sums.reduce(|a, b| if b.1 > a.1 { b } else { a }).unwrap_or_default()
                };
                (*back, *next) = (from, sum + own);
            }
            best = next;
        }
        let last = best.iter().enumerate().map(|(label, sum)| (label as u8, sum + step(label, 0)));
        let mut label = last.reduce(|a, b| if b.1 > a.1 { b } else { a }).map_or(OUTSIDE, |(label, _)| label);
        let mut labels = [OUTSIDE; MAX_RUN];
        for (slot, back) in labels.iter_mut().zip(&back).take(scores.len()).rev() {
            *slot = label;
            label = back.get(usize::from(label)).copied().unwrap_or(OUTSIDE);
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
