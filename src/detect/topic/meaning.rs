//! Similarity by meaning: the cosine of vectors of sentences.

use smallvec::SmallVec;

use super::common::add_vectors;
use super::score::Score;
use super::vectors::{Batch, DIMENSIONS, Piece};
use super::words::Term;

/// Length of a direction.
pub(super) const UNIT: u64 = 4096;

/// The vector of some text must be shorter than this, so that its product with a direction fits 32 bits. No direction is longer than
/// twice its unit.
const MAX_NARROW_NORM: u64 = 1 << 17;

/// The squares of a quarter of as many numbers below this as a vector has fit 32 bits.
const SQUARED: u16 = 11_585;

/// A vector of length 1, in 4096ths.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction(Vec<i16>);

/// The vector of some text, of any length.
#[derive(Clone, Debug, Default)]
pub(super) struct Sentence {
    /// Its numbers in 16 bits, if products with them fit 32 bits.
    narrow: SmallVec<[i16; DIMENSIONS]>,
    /// Otherwise its numbers.
    values: SmallVec<[i32; DIMENSIONS]>,
    norm: u64,
}

impl Sentence {
    /// Returns the sum of the vectors of pieces.
    pub(super) fn of_pieces(pieces: impl Iterator<Item = Piece>) -> Self {
        let mut sentence = Self::default();
        sentence.set_pieces(pieces);
        sentence
    }

    /// Returns the vector with these numbers.
    pub(super) fn of_values(values: SmallVec<[i32; DIMENSIONS]>) -> Self {
        let mut sentence = Self { values, ..Self::default() };
        sentence.measure();
        sentence
    }

    /// Makes it the sum of the vectors of pieces.
    pub(super) fn set_pieces(&mut self, pieces: impl Iterator<Item = Piece>) {
        self.values.clear();
        let mut batch = Batch::default();
        for piece in pieces {
            if !batch.add(piece) {
                self.add(&std::mem::take(&mut batch));
                batch.add(piece);
            }
        }
        if self.values.is_empty() {
            self.set_batch(&batch);
        } else {
            self.add(&batch);
            self.measure();
        }
    }

    /// Makes it the sum of the vectors of words, of which those that are not common have these pieces. Returns `false` if the sum may leave
    /// 16 bits, and is not complete.
    pub(super) fn set_words(&mut self, words: &[Term], pieces: &[Piece]) -> bool {
        let mut batch = Batch::default();
        let is_complete =
            add_vectors(words, |word| word.lexeme.common, &mut batch) && pieces.iter().all(|&piece| batch.add(piece));
        if is_complete {
            self.set_batch(&batch);
        }
        is_complete
    }

    fn set_batch(&mut self, batch: &Batch) {
        self.narrow = SmallVec::from_buf(batch.sum());
        self.measure_narrow();
    }

    fn add(&mut self, batch: &Batch) {
        self.values.resize(DIMENSIONS, 0);
        self.values.iter_mut().zip(batch.sum()).for_each(|(sum, more)| *sum += i32::from(more));
    }

    /// Sets what depends on the values.
    fn measure(&mut self) {
        self.narrow.clear();
        let widest = self.values.iter().fold(0, |widest, value| widest | value.unsigned_abs());
        if widest <= i16::MAX.unsigned_abs().into() {
            self.narrow.resize(self.values.len(), 0);
            #[expect(clippy::cast_possible_truncation, reason = "none is wider than 16 bits")]
            self.narrow.iter_mut().zip(&self.values).for_each(|(narrow, &value)| *narrow = value as i16);
            return self.measure_narrow();
        }
        self.norm = self.values.iter().map(|&value| u64::from(value.unsigned_abs()).pow(2)).sum::<u64>().isqrt();
    }

    /// Sets the length. Leaves the vector in 16 bits alone, unless products with it may not fit 32 bits.
    fn measure_narrow(&mut self) {
        let square = match <&[i16; DIMENSIONS]>::try_from(&*self.narrow) {
            Ok(numbers) if widest(numbers) < SQUARED => square_of_table(numbers),
            _ => self.narrow.iter().map(|&value| u64::from(value.unsigned_abs()).pow(2)).sum::<u64>(),
        };
        self.norm = square.isqrt();
        if self.norm >= MAX_NARROW_NORM {
            self.values = self.numbers().collect();
            self.narrow.clear();
        } else {
            self.values.clear();
        }
    }

    /// Returns the numbers of the vector.
    fn numbers(&self) -> impl Iterator<Item = i32> {
        self.narrow
            .iter()
            .map(|&value| i32::from(value))
            .chain(self.values.iter().copied().filter(|_| self.narrow.is_empty()))
    }

    /// Returns the product with a direction of which the cosine is 1.
    pub(super) fn lengths(&self) -> u64 {
        self.norm.saturating_mul(UNIT)
    }

    /// Returns `true` if a product with a direction is a cosine of at least `score`.
    pub(super) fn reaches(&self, product: i64, score: Score) -> bool {
        Score::cosine(product, self.lengths()) >= score
    }

    /// Returns a number that no product with a direction is less than, if it is a cosine of at least `score`, which is above zero.
    pub(super) fn least_product(&self, score: Score) -> i64 {
        let lengths = i64::try_from(self.lengths()).unwrap_or(0);
        lengths.checked_mul(score.ten_thousandths().into()).map_or(0, |product| product / 10_000)
    }

    /// Returns its direction; nothing is like that of a vector of zeros.
    pub(super) fn direction(&self) -> Direction {
        let norm = i64::try_from(self.norm).unwrap_or(i64::MAX).max(1);
        let scaled = self.numbers().map(|value| i64::from(value) * UNIT.cast_signed() / norm);
        Direction(scaled.map(|value| i16::try_from(value).unwrap_or(0)).collect())
    }

    /// Returns the cosine between it and a direction.
    pub(super) fn like(&self, direction: &Direction) -> Score {
        Score::cosine(self.dot(direction), self.lengths())
    }

    /// Returns the product of it and a direction.
    pub(super) fn dot(&self, direction: &Direction) -> i64 {
        if !self.narrow.is_empty() {
            return dot(&self.narrow, &direction.0).into();
        }
        self.values.iter().zip(&direction.0).map(|(&x, &y)| i64::from(x) * i64::from(y)).sum()
    }
}

/// Returns the product of two vectors. It fits 32 bits, so sums that leave them on the way come back.
#[inline]
fn dot(x: &[i16], y: &[i16]) -> i32 {
    if let (Ok(x), Ok(y)) = (<&[i16; DIMENSIONS]>::try_from(x), <&[i16; DIMENSIONS]>::try_from(y)) {
        return dot_of_table(x, y);
    }
    let product = |(&x, &y): (&i16, &i16)| i32::from(x) * i32::from(y);
    x.iter().zip(y).map(product).fold(0, i32::wrapping_add)
}

/// Returns the bits of all numbers of a vector together, without their signs.
fn widest(numbers: &[i16; DIMENSIONS]) -> u16 {
    numbers.iter().fold(0, |widest, value| widest | value.unsigned_abs())
}

/// Returns the square of the length of a vector of the table, of which all numbers are below [`SQUARED`].
fn square_of_table(numbers: &[i16; DIMENSIONS]) -> u64 {
    const QUARTER: usize = DIMENSIONS / 4;
    let quarters = numbers.as_chunks::<QUARTER>().0;
    quarters.iter().map(|quarter| u64::from(dot_of_table(quarter, quarter).cast_unsigned())).sum()
}

/// Returns the product of two vectors of the table. Eight sums side by side, for the compiler to multiply as many numbers at once.
#[inline]
fn dot_of_table<const N: usize>(x: &[i16; N], y: &[i16; N]) -> i32 {
    let mut sums = [0_i32; 8];
    for (x, y) in x.as_chunks::<8>().0.iter().zip(y.as_chunks::<8>().0) {
        for ((sum, &x), &y) in sums.iter_mut().zip(x).zip(y) {
            *sum = sum.wrapping_add(i32::from(x) * i32::from(y));
        }
    }
    sums.into_iter().fold(0, i32::wrapping_add)
}

impl Direction {
    /// Returns its length in its unit, rounded up.
    pub(super) fn length(&self) -> u64 {
        self.0.iter().map(|&value| u64::from(value.unsigned_abs()).pow(2)).sum::<u64>().isqrt() + 1
    }

    /// Returns the direction of the sum of some directions.
    pub(super) fn sum<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut values = SmallVec::new();
        for part in parts {
            values.resize(values.len().max(part.0.len()), 0);
            values.iter_mut().zip(&part.0).for_each(|(sum, &value)| *sum += i32::from(value));
        }
        Sentence::of_values(values).direction()
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Score, Sentence};
    use crate::detect::topic::stems::Stems;
    use crate::detect::topic::words::Words;

    /// Words have the sum of the vectors of their pieces, and none if it may not fit.
    #[test]
    fn words_are_their_pieces() {
        let text = |words: &[&str]| words.join(" ");
        let long = ["mortgage", "the", "zebras", "refinancing", "x9", "of", "bitcoin", "tax", "weather", "qzxv"];
        for count in [0, 1, 2, 3, 4, 5, 8, 10] {
            let words = Words::of(&text(&long[..count]), &Stems::default());
            let (mut sum, expected) = (Sentence::default(), Sentence::of_pieces(words.pieces()));
            assert!(sum.set_words(words.terms(), words.rare()));
            assert_eq!((&sum.narrow, sum.norm), (&expected.narrow, expected.norm), "{count}");
        }
        let many = Words::of(&text(&["mortgage"; 200]), &Stems::default());
        assert!(!Sentence::default().set_words(many.terms(), many.rare()));
    }

    #[test]
    fn no_product_that_reaches_a_score_is_less_than_the_least() {
        for size in [0, 1, 2, 90, 11_000] {
            let sentence = Sentence::of_values((0..128).map(|at| (at * 5 % 17 - 8) * size / 8).collect());
            for score in [1, 2_999, 3_000, 9_999].map(Score::of) {
                let least = sentence.least_product(score);
                for product in least.saturating_sub(3)..=least + 3 {
                    assert!(!sentence.reaches(product, score) || product >= least, "{size} {score:?} {product}");
                }
                assert!(size == 0 || sentence.reaches(least + 1, score), "{size} {score:?}: the bound is tight");
            }
        }
    }

    /// Vectors of any size have the product that 64 bits give.
    #[test]
    fn products_are_exact() {
        let wave = |size: i64, step: i64| -> Vec<i64> { (0..128).map(|at| (at * step % 17 - 8) * size / 8).collect() };
        for size in [0, 1, 900, 11_000, 32_767, 32_768, 40_000, 5_000_000] {
            for step in 1..9 {
                let (x, y) = (wave(size, step), wave(600, 3));
                let values = x.iter().map(|&value| i32::try_from(value).unwrap_or_default()).collect();
                let direction = Direction(y.iter().map(|&value| i16::try_from(value).unwrap_or_default()).collect());
                let exact: i64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
                assert_eq!(Sentence::of_values(values).dot(&direction), exact, "{size} {step}");
            }
        }
    }
}
