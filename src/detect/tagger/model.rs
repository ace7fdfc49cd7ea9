//! The weights, and the most probable labels of a run of candidates.
//!
//! All numbers are whole, and of equal sums the lower label counts: the same text has the same labels on every machine.

use smallvec::SmallVec;

use super::features::{FEATURES, ROW_BITS};
use super::lists::Lists;
use super::token::Token;

/// The label of a token outside of names. The first token of a name has the label 1.
pub(crate) const OUTSIDE: u8 = 0;
/// The label of any other token of a name.
pub(crate) const INSIDE: u8 = 2;

/// Labels of a token.
pub(crate) const LABELS: usize = 3;

/// The most tokens of a run. A longer run is several.
pub(crate) const MAX_RUN: usize = 12;

const ROWS_BYTES: usize = 2 << ROW_BITS;
const TRANSITIONS: usize = LABELS * LABELS;

/// The table of weights and the lists, as `tools/tagger` writes them: the transitions from label to label and the two biases (11 numbers of 2 bytes,
/// little-endian), for each row the weights of the labels 1 and 2 (1 byte each), the lists.
#[derive(Clone, Debug)]
pub(crate) struct Model<'a> {
    transitions: [[i32; LABELS]; LABELS],
    /// What is added to [`OUTSIDE`] to find fewer names.
    pub(crate) bias_low: i32,
    /// What is added to [`OUTSIDE`] to find more names.
    pub(crate) bias_high: i32,
    rows: &'a [u8],
    pub(crate) lists: Lists<'a>,
}

impl<'a> Model<'a> {
    /// Reads the file; `None` if it is damaged.
    pub(crate) fn read(file: &'a [u8]) -> Option<Self> {
        let (head, rest) = file.split_at_checked(2 * (TRANSITIONS + 2))?;
        let (rows, lists) = rest.split_at_checked(ROWS_BYTES)?;
        let mut transitions = [[0; LABELS]; LABELS];
        let mut numbers =
            head.chunks_exact(2).filter_map(|pair| pair.first_chunk().map(|&pair| i16::from_le_bytes(pair)));
        for (to, number) in transitions.iter_mut().flatten().zip(numbers.by_ref()) {
            *to = i32::from(number);
        }
        let (bias_low, bias_high) = (i32::from(numbers.next()?), i32::from(numbers.next()?));
        Some(Self { transitions, bias_low, bias_high, rows, lists: Lists::read(lists)? })
    }

    /// Returns the function that labels runs, for `Reader::read`.
    pub(crate) fn labels(&self, bias: i32) -> impl FnMut(&[Token], &[[u16; FEATURES]]) -> [u8; MAX_RUN] + '_ {
        move |_, rows| {
            let scores: SmallVec<[[i32; LABELS]; MAX_RUN]> = rows.iter().map(|rows| self.scores(rows)).collect();
            self.decode(&scores, bias)
        }
    }

    /// Returns the scores of the labels of a word with these features, that of [`OUTSIDE`] being 0.
    fn scores(&self, rows: &[u16; FEATURES]) -> [i32; LABELS] {
        let weight = |at: usize| self.rows.get(at).map_or(0, |&byte| i32::from(byte.cast_signed()));
        rows.iter().fold([0; LABELS], |[o, b, i], &row| {
            let at = 2 * usize::from(row);
            [o, b + weight(at), i + weight(at + 1)]
        })
    }

    /// Returns the best labels of a run of words between tokens that are outside. `bias` is added to [`OUTSIDE`] of each.
    fn decode(&self, scores: &[[i32; LABELS]], bias: i32) -> [u8; MAX_RUN] {
        let step = |from: usize, to: usize| {
            self.transitions.get(from).and_then(|row| row.get(to)).copied().unwrap_or_default()
        };
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
