//! Similarity by meaning: the cosine of vectors of sentences.

use super::score::Score;
use super::vectors::{DIMENSIONS, Piece, Sum, add};

/// Length of a direction.
const UNIT: i64 = 4096;

/// A vector of length 1, in 4096ths.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction(Vec<i32>);

/// The vector of some text, of any length.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    values: Vec<i32>,
    norm: u64,
}

impl Sentence {
    /// Returns the sum of the vectors of pieces.
    pub(super) fn of_pieces<'a>(pieces: impl Iterator<Item = &'a Piece>) -> Self {
        let mut sum: Sum = [0; DIMENSIONS];
        pieces.for_each(|&piece| add(&mut sum, piece));
        Self::of_values(sum.to_vec())
    }

    /// Returns the vector with these numbers.
    pub(super) fn of_values(values: Vec<i32>) -> Self {
        let norm = values.iter().map(|&value| u64::from(value.unsigned_abs()).pow(2)).sum::<u64>().isqrt();
        Self { values, norm }
    }

    /// Returns its direction; nothing is like that of a vector of zeros.
    pub(super) fn direction(&self) -> Direction {
        let norm = i64::try_from(self.norm).unwrap_or(i64::MAX).max(1);
        let scaled = self.values.iter().map(|&value| i64::from(value) * UNIT / norm);
        Direction(scaled.map(|value| i32::try_from(value).unwrap_or(0)).collect())
    }

    /// Returns the cosine between it and a direction.
    pub(super) fn like(&self, direction: &Direction) -> Score {
        let dot = self.values.iter().zip(&direction.0).map(|(x, y)| i64::from(*x) * i64::from(*y)).sum();
        Score::cosine(dot, self.norm.saturating_mul(UNIT.unsigned_abs()))
    }
}

impl Direction {
    /// Returns the direction of the sum of some directions.
    pub(super) fn sum<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut values = Vec::new();
        for part in parts {
            values.resize(values.len().max(part.0.len()), 0);
            values.iter_mut().zip(&part.0).for_each(|(sum, value)| *sum += value);
        }
        Sentence::of_values(values).direction()
    }
}
