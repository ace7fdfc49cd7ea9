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

/// A byte is added to what it means, so that it has no sign.
const BIAS: i32 = 128;

/// As many bytes as this are added without leaving 16 bits.
const MAX_PIECES: usize = 256;

/// What is known of a piece: that its row is computed, that it is near a topic, and that it is so near that a byte cannot express it.
const KNOWN: u8 = 1;
const NEAR: u8 = 2;
const TOO_NEAR: u8 = 4;

/// Every other byte.
const EVEN: u64 = 0x00FF_00FF_00FF_00FF;

/// The bounds of all pieces.
#[derive(Debug)]
pub(super) struct Reach {
    centers: Vec<Direction>,
    groups: usize,
    /// A bound is one of these bytes times two to the power of `shift`.
    rows: Box<[AtomicU64]>,
    shift: u32,
    /// What is known of each piece. A piece is near a center if its vector is at least as similar to it as `nearness`.
    known: Box<[AtomicU8]>,
    nearness: Score,
}

/// The bounds of some pieces together.
#[derive(Debug)]
pub(super) struct Bounds {
    /// The sums of the even and of the odd bytes of each number, in 16 bits each.
    sums: SmallVec<[[u64; 2]; 8]>,
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
            known: std::iter::repeat_with(AtomicU8::default).take(pieces()).collect(),
            nearness,
        }
    }

    /// Returns `true` if the vector of a piece is near a center.
    pub(super) fn is_near(&self, piece: Piece) -> bool {
        self.known(piece) & NEAR != 0
    }

    /// Returns the bounds of some pieces together, unless they are too many or one is too near a topic.
    pub(super) fn bounds(&self, pieces: &[Piece]) -> Option<Bounds> {
        if pieces.len() > MAX_PIECES {
            return None;
        }
        if pieces.iter().any(|&piece| self.known(piece) & (KNOWN | TOO_NEAR) != KNOWN) {
            return None;
        }
        let sums = (0..self.groups).map(|group| self.sums(pieces, group)).collect();
        Some(Bounds { sums, count: pieces.len(), shift: self.shift })
    }

    /// Returns the sums of one number of the rows of some pieces.
    #[inline]
    fn sums(&self, pieces: &[Piece], group: usize) -> [u64; 2] {
        let (mut even, mut odd) = (0, 0);
        for &piece in pieces {
            let number = self.rows.get(usize::from(piece) * self.groups + group);
            let bytes = number.map_or(0, |number| number.load(Ordering::Relaxed));
            even += bytes & EVEN;
            odd += bytes >> 8 & EVEN;
        }
        [even, odd]
    }

    /// Returns what is known of a piece, of which the row is computed then.
    #[inline]
    fn known(&self, piece: Piece) -> u8 {
        let Some(known) = self.known.get(usize::from(piece)) else { return 0 };
        match known.load(Ordering::Acquire) {
            0 => self.compute(piece, known),
            known => known,
        }
    }

    #[inline]
    fn row(&self, piece: Piece) -> &[AtomicU64] {
        let first = usize::from(piece) * self.groups;
        self.rows.get(first..first + self.groups).unwrap_or_default()
    }

    /// Computes what is known of a piece. Threads that do so at the same time store the same.
    #[cold]
    fn compute(&self, piece: Piece, known: &AtomicU8) -> u8 {
        let vector = Sentence::of_pieces(std::iter::once(piece));
        let mut all = KNOWN;
        for (number, centers) in self.row(piece).iter().zip(self.centers.chunks(LANES)) {
            let mut bytes = [0; LANES];
            for (byte, center) in bytes.iter_mut().zip(centers) {
                let product = vector.dot(center);
                let bound = (product >> self.shift) + 1 + i64::from(BIAS);
                *byte = u8::try_from(bound.max(0)).unwrap_or_else(|_| {
                    all |= TOO_NEAR;
                    u8::MAX
                });
                all |= if vector.reaches(product, self.nearness) { NEAR } else { 0 };
            }
            number.store(u64::from_le_bytes(bytes), Ordering::Relaxed);
        }
        // The row is complete for whoever sees this.
        known.store(all, Ordering::Release);
        all
    }
}

impl Bounds {
    /// Returns, for one topic after another, what the product with its center does not exceed.
    pub(super) fn of_topics(&self) -> impl Iterator<Item = i64> {
        let bias = i64::from(BIAS) * i64::try_from(self.count).unwrap_or(0);
        let sums = self
            .sums
            .iter()
            .flat_map(|&[even, odd]| [even, odd, even >> 16, odd >> 16, even >> 32, odd >> 32, even >> 48, odd >> 48]);
        sums.map(move |sum| ((sum & 0xFFFF).cast_signed() - bias) << self.shift)
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
                let bounds = reach.bounds(&window().collect::<Vec<_>>()).expect("few pieces");
                for ((topic, center), bound) in centers.iter().enumerate().zip(bounds.of_topics()) {
                    let exact = vector.dot(center);
                    assert!(exact <= bound, "{first} {count} {topic}: {exact} {bound}");
                    tightest = tightest.min(bound - exact);
                }
            }
        }
        assert!(tightest < 1 << reach.shift, "the bounds are of some use");
        assert!(reach.bounds(&[1; MAX_PIECES + 1]).is_none());
        for piece in (0..pieces()).step_by(97).filter_map(|piece| Piece::try_from(piece).ok()) {
            let vector = Sentence::of_pieces(std::iter::once(piece));
            let is_near = centers.iter().any(|center| vector.like(center) >= near);
            assert_eq!(reach.is_near(piece), is_near, "{piece}");
        }
    }

    /// A long vector that is a topic's center has no bound, and any number of topics have theirs.
    #[test]
    fn a_piece_that_is_too_near_has_no_bounds() {
        let all = || (0..pieces()).filter_map(|piece| Piece::try_from(piece).ok());
        let vector = |piece: Piece| Sentence::of_pieces(std::iter::once(piece));
        let longest = all().max_by_key(|&piece| vector(piece).lengths()).expect("pieces");
        for topics in [1_u16, 8, 9, 30] {
            let centers: Vec<_> = (0..topics).map(|number| vector(longest - number).direction()).collect();
            let reach = Reach::new(centers.clone(), Score::of(3000));
            assert!(reach.is_near(longest) && reach.bounds(&[longest]).is_none(), "{topics}");
            let bounds = all().step_by(501).filter_map(|piece| Some((piece, reach.bounds(&[piece])?)));
            for (piece, bounds) in bounds {
                assert!(bounds.of_topics().count() >= topics.into());
                for (center, bound) in centers.iter().zip(bounds.of_topics()) {
                    assert!(vector(piece).dot(center) <= bound, "{topics} {piece}");
                }
            }
        }
    }
}
