//! Bounds of the similarity by meaning.
//!
//! The vector of a window is the sum of the vectors of its words, and so is its product with the center of a topic. Each word's products
//! with all centers, rounded up to a byte, are a row of a table; a few additions show that a window is far from most topics. A word that
//! is not common has a row for each of its pieces. A row is a function of the policy alone, and is computed when a text first has the word.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use smallvec::SmallVec;

use super::common;
use super::meaning::{Direction, Sentence};
use super::score::Score;
use super::vectors::{MAX_PIECE_LENGTH, Piece, pieces};
use super::words::Term;

/// Topics whose bounds are added together, one in each byte.
pub(super) const LANES: usize = 16;

/// A byte is added to what it means, so that it has no sign.
const BIAS: i32 = 128;

/// As many bytes as this are added without leaving 16 bits.
const MAX_ROWS: usize = 256;

/// What is known of a word or a piece: that its row is computed, that it is near a topic, and that it is so near that a byte cannot express
/// it.
pub(super) const KNOWN: u8 = 1;
pub(super) const NEAR: u8 = 2;
const TOO_NEAR: u8 = 4;

/// Every other byte.
const EVEN: u64 = 0x00FF_00FF_00FF_00FF;

/// The bounds of one word or piece for the topics of a group, as two numbers.
type Row = [AtomicU64; 2];

/// The bounds of all pieces, or of all common words.
#[derive(Debug)]
struct Table {
    /// For each group of topics the rows. A bound is one of these bytes times two to the power of `shift`.
    rows: Vec<Box<[Row]>>,
    /// What is known of each.
    known: Box<[AtomicU8]>,
}

impl Table {
    fn new(groups: usize, length: usize) -> Self {
        let group = || std::iter::repeat_with(Row::default).take(length).collect();
        Self {
            rows: std::iter::repeat_with(group).take(groups).collect(),
            known: std::iter::repeat_with(AtomicU8::default).take(length).collect(),
        }
    }
}

/// The bounds of all pieces and of all common words.
#[derive(Debug)]
pub(super) struct Reach {
    centers: Vec<Direction>,
    pieces: Table,
    common: Table,
    shift: u32,
    /// A vector is near a center if it is at least as similar to it as this.
    nearness: Score,
}

/// The bounds of some words together.
#[derive(Debug)]
pub(super) struct Bounds {
    /// The sums of the bytes of each group.
    sums: SmallVec<[[u16; LANES]; 4]>,
    /// What is added to each sum.
    bias: i32,
    shift: u32,
}

impl Reach {
    /// Creates the table of the centers of topics. A vector is near one if it is at least as similar to it as `nearness`.
    pub(super) fn new(centers: Vec<Direction>, nearness: Score) -> Self {
        let longest = centers.iter().map(Direction::length).max().unwrap_or(0);
        let largest = MAX_PIECE_LENGTH.saturating_mul(longest);
        let groups = centers.len().div_ceil(LANES);
        Self {
            pieces: Table::new(groups, pieces()),
            common: Table::new(groups, common::all().len()),
            centers,
            // The products of almost all pieces are below a quarter of the largest that there could be, so they fit seven bits.
            shift: (u64::BITS - largest.leading_zeros()).saturating_sub(8),
            nearness,
        }
    }

    /// Returns `true` if the vector of a piece is near a center.
    pub(super) fn is_near(&self, piece: Piece) -> bool {
        self.piece(piece) & NEAR != 0
    }

    /// Returns what is known of a piece.
    #[inline]
    fn piece(&self, piece: Piece) -> u8 {
        self.known(&self.pieces, piece.into(), || Sentence::of_pieces(std::iter::once(piece)))
    }

    /// Returns what is known of a common word, `None` if it has no bounds. Other words of a window are taken by their pieces.
    #[inline]
    pub(super) fn common(&self, number: u16) -> Option<u8> {
        let pieces = || common::all().get(usize::from(number)).into_iter().flat_map(|word| word.pieces.iter().copied());
        let known = self.known(&self.common, number.into(), || Sentence::of_pieces(pieces()));
        (known & TOO_NEAR == 0).then_some(known)
    }

    /// Returns the bounds of some words together. The common ones have bounds, the others have these pieces. `None` if they are too many or
    /// a piece is too near a topic.
    pub(super) fn bounds(&self, words: &[Term], rare: &[Piece]) -> Option<Bounds> {
        let is_bounded = |&piece: &Piece| self.piece(piece) & (KNOWN | TOO_NEAR) == KNOWN;
        if words.len() + rare.len() > MAX_ROWS || !rare.iter().all(is_bounded) {
            return None;
        }
        let groups = self.common.rows.iter().zip(&self.pieces.rows);
        let sums = groups.map(|(common, pieces)| sum_rows((common, words), (pieces, rare))).collect();
        let common = words.iter().filter(|word| word.lexeme.is_common()).count();
        let count = i32::try_from(common + rare.len()).unwrap_or(0);
        Some(Bounds { sums, bias: BIAS * count, shift: self.shift })
    }

    /// Returns what is known of a row, which is computed then.
    #[inline]
    fn known(&self, table: &Table, number: usize, vector: impl FnOnce() -> Sentence) -> u8 {
        let Some(known) = table.known.get(number) else { return 0 };
        match known.load(Ordering::Acquire) {
            0 => self.compute(table, number, &vector()),
            known => known,
        }
    }

    /// Computes a row. Threads that do so at the same time store the same.
    #[cold]
    fn compute(&self, table: &Table, number: usize, vector: &Sentence) -> u8 {
        let mut all = KNOWN;
        for (rows, centers) in table.rows.iter().zip(self.centers.chunks(LANES)) {
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
            let halves = bytes.as_chunks::<8>().0.iter().map(|half| u64::from_le_bytes(*half));
            let row = rows.get(number).into_iter().flatten();
            row.zip(halves).for_each(|(number, half)| number.store(half, Ordering::Relaxed));
        }
        // The row is complete for whoever sees this.
        table.known.get(number).into_iter().for_each(|known| known.store(all, Ordering::Release));
        all
    }
}

/// Adds the rows of common words and of pieces.
fn sum_rows((common, words): (&[Row], &[Term]), (pieces, rare): (&[Row], &[Piece])) -> [u16; LANES] {
    let mut sums = [[0; 2]; 2];
    for row in words.iter().filter_map(|word| common.get(usize::from(word.lexeme.common))) {
        add_row(&mut sums, row);
    }
    for row in rare.iter().filter_map(|&piece| pieces.get(usize::from(piece))) {
        add_row(&mut sums, row);
    }
    let [first, second] =
        sums.map(|[even, odd]| [even, odd, even >> 16, odd >> 16, even >> 32, odd >> 32, even >> 48, odd >> 48]);
    let mut lanes = [0; LANES];
    lanes.iter_mut().zip(first.iter().chain(&second)).for_each(|(lane, sum)| *lane = (sum & 0xFFFF) as u16);
    lanes
}

/// Adds the even and the odd bytes of each number of a row, in 16 bits each.
#[inline]
fn add_row([first, second]: &mut [[u64; 2]; 2], row: &Row) {
    let add = |[even, odd]: &mut [u64; 2], number: &AtomicU64| {
        let bytes = number.load(Ordering::Relaxed);
        *even += bytes & EVEN;
        *odd += bytes >> 8 & EVEN;
    };
    let [one, other] = row;
    add(first, one);
    add(second, other);
}

impl Bounds {
    /// Returns for one topic after another what the product with its center does not exceed, in units of [`Self::unit`].
    pub(super) fn group(&self, group: usize) -> Option<[i32; LANES]> {
        self.sums.get(group).map(|sums| sums.map(|sum| i32::from(sum) - self.bias))
    }

    /// Returns the unit of products.
    pub(super) fn unit(&self) -> i64 {
        1 << self.shift
    }

    /// Returns what the product with the center of one topic does not exceed.
    pub(super) fn of_topic(&self, number: usize) -> Option<i64> {
        let sum = *self.sums.get(number / LANES)?.get(number % LANES)?;
        Some(i64::from(i32::from(sum) - self.bias) * self.unit())
    }

    /// Returns, for one topic after another, what the product with its center does not exceed.
    pub(super) fn of_topics(&self) -> impl Iterator<Item = i64> {
        (0..self.sums.len()).filter_map(|group| self.group(group)).flatten().map(|sum| i64::from(sum) * self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ROWS, Piece, Reach, Score, Sentence, pieces};
    use crate::detect::topic::stems::Stems;
    use crate::detect::topic::words::Words;

    #[test]
    fn no_product_exceeds_its_bound() {
        let center = |piece: Piece| Sentence::of_pieces([piece, piece / 2, piece / 3].into_iter()).direction();
        let centers: Vec<_> = (0..11).map(|number| center(number * 2_000 + 7)).collect();
        let near = Score::of(3000);
        let reach = Reach::new(centers.clone(), near);
        let mut tightest = i64::MAX;
        for (first, count) in [(0, 1), (7, 1), (9_000, 3), (500, 20), (3_000, MAX_ROWS), (22_000, 60)] {
            let window = || (0..count).filter_map(|number| Piece::try_from((first + number * 13) % pieces()).ok());
            let vector = Sentence::of_pieces(window());
            // The second time all rows are known.
            for _ in 0..2 {
                let bounds = reach.bounds(&[], &window().collect::<Vec<_>>()).expect("few pieces");
                for ((topic, center), bound) in centers.iter().enumerate().zip(bounds.of_topics()) {
                    let exact = vector.dot(center);
                    assert!(exact <= bound, "{first} {count} {topic}: {exact} {bound}");
                    tightest = tightest.min(bound - exact);
                }
            }
        }
        assert!(tightest < 1 << reach.shift, "the bounds are of some use");
        assert!(reach.bounds(&[], &[1; MAX_ROWS + 1]).is_none());
        for piece in (0..pieces()).step_by(97).filter_map(|piece| Piece::try_from(piece).ok()) {
            let vector = Sentence::of_pieces(std::iter::once(piece));
            let is_near = centers.iter().any(|center| vector.like(center) >= near);
            assert_eq!(reach.is_near(piece), is_near, "{piece}");
        }
    }

    /// The bounds of common words and of others, in two groups of topics.
    #[test]
    fn words_do_not_exceed_their_bounds() {
        let center = |piece: Piece| Sentence::of_pieces([piece, piece / 5].into_iter()).direction();
        let centers: Vec<_> = (0..19).map(|number| center(number * 1_300 + 11)).collect();
        let reach = Reach::new(centers.clone(), Score::of(3000));
        for text in [
            "the",
            "how should I invest my savings",
            "zebras and cryptocurrencies of the qzxv",
            "stocks stocks mortgages",
        ] {
            let words = Words::of(text, &Stems::default());
            let vector = Sentence::of_pieces(words.pieces());
            assert!(
                words.terms().iter().all(|word| !word.lexeme.is_common() || reach.common(word.lexeme.common).is_some())
            );
            let bounds = reach.bounds(words.terms(), words.rare()).expect("few words");
            for (center, bound) in centers.iter().zip(bounds.of_topics()) {
                let exact = vector.dot(center);
                assert!((exact..exact + 40 * bounds.unit()).contains(&bound), "{text}: {exact} {bound}");
            }
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
            assert!(reach.is_near(longest) && reach.bounds(&[], &[longest]).is_none(), "{topics}");
            let bounds = all().step_by(501).filter_map(|piece| Some((piece, reach.bounds(&[], &[piece])?)));
            for (piece, bounds) in bounds {
                assert!(bounds.of_topics().count() >= topics.into());
                for (center, bound) in centers.iter().zip(bounds.of_topics()) {
                    assert!(vector(piece).dot(center) <= bound, "{topics} {piece}");
                }
            }
        }
    }
}
