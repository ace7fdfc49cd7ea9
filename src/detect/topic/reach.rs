//! Bounds of the similarity by meaning.
//!
//! The vector of a window is the sum of the vectors of its pieces, and so is its product with the center of a topic. Each piece's products
//! with all centers, rounded up to a byte, are a row of a table; a few additions show that a window is far from most topics. A row is a
//! function of the policy alone, and is computed when a text first has the piece.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use smallvec::SmallVec;

use super::meaning::{Direction, Sentence};
use super::score::Score;
use super::vectors::{MAX_PIECE_LENGTH, Piece, pieces};

/// Topics whose bounds are in one number of a row, one in each byte.
const LANES: usize = 8;

/// A byte is added to what it means, so that no row is zero.
const BIAS: i32 = 128;

/// A number of the row of a piece that is so near a topic that a byte cannot express it.
const TOO_LARGE: u64 = u64::MAX;

/// As many bytes as this are added without leaving 16 bits.
const MAX_PIECES: usize = 256;

const UNKNOWN: u8 = 0;
const FAR: u8 = 1;
const NEAR: u8 = 2;

/// The bounds of all pieces.
#[derive(Debug)]
pub(super) struct Reach {
    centers: Vec<Direction>,
    groups: usize,
    /// A bound is one of these bytes times two to the power of `shift`. A row that is not known yet is zero, and one that would need a
    /// larger byte is [`TOO_LARGE`].
    rows: Box<[AtomicU64]>,
    shift: u32,
    /// For each piece, whether its vector is at least as similar to a center as `nearness`.
    near: Box<[AtomicU8]>,
    nearness: Score,
}

/// The bounds of some pieces together.
#[derive(Debug)]
pub(super) struct Bounds {
    sums: SmallVec<[[u16; LANES]; 8]>,
    count: usize,
    shift: u32,
}

impl Reach {
    /// Creates the table of the centers of topics. A piece is near one if it is at least as similar to it as `nearness`.
    pub(super) fn new(centers: Vec<Direction>, nearness: Score) -> Self {
        let groups = centers.len().div_ceil(LANES);
        let longest = centers.iter().map(Direction::length).max().unwrap_or(0);
        let largest = MAX_PIECE_LENGTH.saturating_mul(longest);
        Self {
            groups,
            centers,
            rows: std::iter::repeat_with(AtomicU64::default).take(groups * pieces()).collect(),
            // The products of almost all pieces are below a quarter of the largest that there could be, so they fit seven bits.
            shift: (u64::BITS - largest.leading_zeros()).saturating_sub(8),
            near: std::iter::repeat_with(AtomicU8::default).take(pieces()).collect(),
            nearness,
        }
    }

    /// Returns `true` if the vector of a piece is near a center.
    pub(super) fn is_near(&self, piece: Piece) -> bool {
        let Some(near) = self.near.get(usize::from(piece)) else { return false };
        if near.load(Ordering::Relaxed) == UNKNOWN {
            self.compute(piece);
        }
        near.load(Ordering::Relaxed) == NEAR
    }

    /// Returns the bounds of some pieces together, unless they are too many or one is too near a topic.
    pub(super) fn bounds(&self, pieces: impl Iterator<Item = Piece>) -> Option<Bounds> {
        let mut sums = SmallVec::<[[u16; LANES]; 8]>::from_elem([0; LANES], self.groups);
        let mut count = 0;
        for piece in pieces {
            count += 1;
            let row = self.row(piece).filter(|_| count <= MAX_PIECES)?;
            for (sums, row) in sums.iter_mut().zip(row) {
                let number = row.load(Ordering::Relaxed);
                if number == TOO_LARGE {
                    return None;
                }
                let bytes = number.to_le_bytes();
                sums.iter_mut().zip(bytes).for_each(|(sum, byte)| *sum += u16::from(byte));
            }
        }
        Some(Bounds { sums, count, shift: self.shift })
    }

    fn row(&self, piece: Piece) -> Option<&[AtomicU64]> {
        let first = usize::from(piece) * self.groups;
        let row = self.rows.get(first..first + self.groups)?;
        // Every number is stored by itself, so the last one may be the only one that is.
        if row.iter().any(|number| number.load(Ordering::Relaxed) == 0) {
            self.compute(piece);
        }
        Some(row)
    }

    /// Computes what is known of a piece. Threads that do so at the same time store the same.
    #[cold]
    fn compute(&self, piece: Piece) {
        let vector = Sentence::of_pieces(std::iter::once(piece));
        let (mut is_near, mut is_too_large) = (false, false);
        let first = usize::from(piece) * self.groups;
        let row = self.rows.get(first..).unwrap_or_default();
        for (number, centers) in row.iter().zip(self.centers.chunks(LANES)) {
            let mut bytes = [u8::MAX; LANES];
            for (byte, center) in bytes.iter_mut().zip(centers) {
                let product = vector.dot(center);
                is_near |= vector.reaches(product, self.nearness);
                let bound = (product >> self.shift) + 1 + i64::from(BIAS);
                is_too_large |= bound >= u8::MAX.into();
                *byte = u8::try_from(bound.max(1)).unwrap_or(u8::MAX);
            }
            let row = if is_too_large { TOO_LARGE } else { u64::from_le_bytes(bytes) };
            number.store(row, Ordering::Relaxed);
        }
        if let Some(near) = self.near.get(usize::from(piece)) {
            near.store(if is_near { NEAR } else { FAR }, Ordering::Relaxed);
        }
    }
}

impl Bounds {
    /// Returns what the product with the center of a topic does not exceed.
    pub(super) fn of(&self, topic: usize) -> i64 {
        let sum = self.sums.as_flattened().get(topic).copied().unwrap_or(u16::MAX);
        let bias = i64::from(BIAS) * i64::try_from(self.count).unwrap_or(0);
        (i64::from(sum) - bias) << self.shift
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_PIECES, Piece, Reach, Score, Sentence, pieces};

    #[test]
    fn no_product_exceeds_its_bound() {
        let center = |piece: Piece| Sentence::of_pieces([piece, piece / 2, piece / 3].into_iter()).direction();
        let centers: Vec<_> = (0..11).map(|number| center(number * 2_000 + 7)).collect();
        let near = Score::of(3000);
        let reach = Reach::new(centers.clone(), near);
        let mut tightest = i64::MAX;
        for (first, count) in [(0, 1), (7, 1), (9_000, 3), (500, 20), (3_000, MAX_PIECES), (22_000, 60)] {
            let window = || (0..count).filter_map(|number| Piece::try_from((first + number * 13) % pieces()).ok());
            let vector = Sentence::of_pieces(window());
            // The second time all rows are known.
            for _ in 0..2 {
                let bounds = reach.bounds(window()).expect("few pieces");
                for (topic, center) in centers.iter().enumerate() {
                    let (exact, bound) = (vector.dot(center), bounds.of(topic));
                    assert!(exact <= bound, "{first} {count} {topic}: {exact} {bound}");
                    tightest = tightest.min(bound - exact);
                }
            }
        }
        assert!(tightest < 1 << reach.shift, "the bounds are of some use");
        assert!(reach.bounds((0..=MAX_PIECES).map(|_| 1)).is_none());
        for piece in (0..pieces()).step_by(97).filter_map(|piece| Piece::try_from(piece).ok()) {
            let vector = Sentence::of_pieces(std::iter::once(piece));
            let is_near = centers.iter().any(|center| vector.like(center) >= near);
            assert_eq!(reach.is_near(piece), is_near, "{piece}");
        }
    }
}
