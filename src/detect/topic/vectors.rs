//! The table of vectors of word pieces: what words mean, as far as a sum of vectors expresses it.
//!
//! `tools/vectors` trains it and lays it out as follows, so that nothing has to be built when it is first used. Numbers are little-endian.
//!
//! | part | size |
//! |---|---|
//! | number of pieces, seed of the hash | 4 bytes each |
//! | for each of the 4,096 values of a key's first 12 bits, the first piece with such a key; and the number of pieces | 2 bytes each |
//! | keys: hashes of the pieces, in order | 4 bytes each |
//! | scales | 1 byte each |
//! | vectors: 128 numbers from -7 to 7, to be multiplied by the scale | 64 bytes each |

use once_cell::sync::Lazy;
use smallvec::SmallVec;

/// Numbers of a vector.
pub(super) const DIMENSIONS: usize = 128;

/// Numbers of a row that are side by side in 16 bits.
const LANES: usize = DIMENSIONS / 4;

/// Scales of which the sum is at most this may be added in 16 bits: eight times it fits with a sign.
const MAX_SCALES: u16 = 4_095;

/// The vector of no piece is longer.
pub(super) const MAX_PIECE_LENGTH: u64 = 5_500;

/// Number of a piece in the table.
pub(super) type Piece = u16;

/// The pieces of a word.
pub(super) type Pieces = SmallVec<[Piece; 4]>;

static FILE: &[u8] = include_bytes!("vectors.bin");

const BUCKET_BITS: u32 = 12;
const BUCKETS: usize = 1 << BUCKET_BITS;
const FILTER_BITS: u32 = 18;
const ROW_BYTES: usize = DIMENSIONS / 2;

/// No piece is longer.
const MAX_PIECE_BYTES: usize = 18;

/// The initial value of the hash of a piece that does not begin a word.
const INSIDE: u32 = 0x9E37_79B9;

/// The parts of the table.
struct Table {
    seed: u32,
    buckets: &'static [u8],
    keys: &'static [u8],
    scales: &'static [u8],
    rows: &'static [u8],
    /// One bit for each value of a key's first bits, set if there is such a key: most letters of a word end no piece.
    has_key: Vec<u64>,
}

static TABLE: Lazy<Table> = Lazy::new(|| Table::read(FILE).unwrap_or(Table::EMPTY));

impl Table {
    const EMPTY: Self = Self { seed: 0, buckets: &[], keys: &[], scales: &[], rows: &[], has_key: Vec::new() };

    fn read(file: &'static [u8]) -> Option<Self> {
        let count = read_u32(file, 0)? as usize;
        let seed = read_u32(file, 1)?;
        let (buckets, rest) = file.get(8..)?.split_at_checked(2 * (BUCKETS + 1))?;
        let (keys, rest) = rest.split_at_checked(4 * count)?;
        let (scales, rows) = rest.split_at_checked(count)?;
        let mut has_key = vec![0; 1 << (FILTER_BITS - 6)];
        for &key in keys.as_chunks::<4>().0 {
            let (word, bit) = filter_bit(u32::from_le_bytes(key));
            has_key.get_mut(word).into_iter().for_each(|bits| *bits |= bit);
        }
        (rows.len() == count * ROW_BYTES).then_some(Self { seed, buckets, keys, scales, rows, has_key })
    }

    /// Returns the piece with a key.
    fn piece(&self, key: u32) -> Option<Piece> {
        let (word, bit) = filter_bit(key);
        if self.has_key.get(word).is_none_or(|bits| bits & bit == 0) {
            return None;
        }
        let bucket = (key >> (32 - BUCKET_BITS)) as usize;
        let (first, end) = (read_u16(self.buckets, bucket)?, read_u16(self.buckets, bucket + 1)?);
        let keys = self.keys.as_chunks::<4>().0.get(usize::from(first)..usize::from(end))?;
        (first..end).zip(keys).find(|&(_, known)| u32::from_le_bytes(*known) == key).map(|(piece, _)| piece)
    }
}

/// Returns the number of a key's word in the filter, and its bit there.
#[inline]
fn filter_bit(key: u32) -> (usize, u64) {
    let bit = key >> (32 - FILTER_BITS);
    ((bit >> 6) as usize, 1 << (bit & 63))
}

fn read_u32(bytes: &[u8], index: usize) -> Option<u32> {
    let bytes = bytes.get(4 * index..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}

fn read_u16(bytes: &[u8], index: usize) -> Option<u16> {
    let bytes = bytes.get(2 * index..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

/// Returns the pieces of a lower-case word: the longest that begins it, then the longest that begins the rest, and so on. A word of
/// anything but ASCII letters and digits has none.
pub(super) fn pieces_of(word: &[u8]) -> Pieces {
    let mut pieces = Pieces::new();
    let mut rest = word;
    if !rest.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return pieces;
    }
    while !rest.is_empty() {
        let (piece, length) = longest_piece(rest, !pieces.is_empty());
        if let Some(piece) = piece {
            pieces.push(piece);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    pieces
}

/// Returns the longest piece that begins some bytes, with its length.
fn longest_piece(bytes: &[u8], inside: bool) -> (Option<Piece>, usize) {
    let table = &*TABLE;
    let mut keys = [0; MAX_PIECE_BYTES];
    let mut key = if inside { table.seed ^ INSIDE } else { table.seed };
    for (slot, &byte) in keys.iter_mut().zip(bytes) {
        key = (key ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        *slot = key;
    }
    let longest = bytes.len().min(MAX_PIECE_BYTES);
    let mut candidates = keys.iter().take(longest).enumerate().rev();
    candidates
        .find_map(|(last, &key)| table.piece(spread(key)).map(|piece| (Some(piece), last + 1)))
        .unwrap_or((None, 1))
}

/// Returns the bits of a hash, mixed, so that its first ones depend on all bytes.
fn spread(key: u32) -> u32 {
    let key = (key ^ (key >> 15)).wrapping_mul(0x2C1B_3C6D);
    key ^ (key >> 13)
}

/// Returns the number of pieces.
pub(super) fn pieces() -> usize {
    TABLE.scales.len()
}

/// The sum of the vectors of some pieces, in 16 bits.
///
/// Four numbers of a vector are in 16 bits of its row. Each is added with those at the same position, so a few instructions add many of
/// them: a sum has the first of each four numbers first, then the second ones, and so on. Products do not depend on the order.
#[derive(Clone, Debug, Default)]
#[repr(align(16))]
pub(super) struct Batch {
    /// Sums that are too large by `excess`. They may leave 16 bits on the way.
    lanes: [[u16; LANES]; 4],
    excess: u16,
    /// The sum of the scales: no number of the sum is larger than eight times it.
    scales: u16,
}

/// The sum of the vectors of some pieces that is added as a whole.
#[derive(Clone, Debug)]
#[repr(align(16))]
pub(super) struct Row {
    numbers: [u16; DIMENSIONS],
    scales: u16,
}

impl Row {
    /// Adds nothing.
    pub(super) const ZERO: Self = Self { numbers: [0; DIMENSIONS], scales: 0 };
}

impl Batch {
    /// Adds the vector of a piece. Returns `false` if the sum may leave 16 bits, and is as it was.
    pub(super) fn add(&mut self, piece: Piece) -> bool {
        let table = &*TABLE;
        let row = table.rows.as_chunks::<ROW_BYTES>().0.get(usize::from(piece));
        let (Some(row), Some(&scale)) = (row, table.scales.get(usize::from(piece))) else { return true };
        let scale = u16::from(scale);
        if self.scales + scale > MAX_SCALES {
            return false;
        }
        self.scales += scale;
        self.excess = self.excess.wrapping_add(8 * scale);
        let [first, second, third, fourth] = &mut self.lanes;
        let fours = row.as_chunks::<2>().0.iter().map(|&four| u16::from_le_bytes(four));
        for ((((first, second), third), fourth), four) in first.iter_mut().zip(second).zip(third).zip(fourth).zip(fours)
        {
            *first = first.wrapping_add((four & 15) * scale);
            *second = second.wrapping_add((four >> 4 & 15) * scale);
            *third = third.wrapping_add((four >> 8 & 15) * scale);
            *fourth = fourth.wrapping_add((four >> 12) * scale);
        }
        true
    }

    /// Adds four rows, which costs little more than one. Returns `false` if the sum may leave 16 bits, and is as it was.
    #[inline]
    pub(super) fn add_rows(&mut self, [a, b, c, d]: [&Row; 4]) -> bool {
        let scales = self.scales + a.scales + b.scales + c.scales + d.scales;
        if scales > MAX_SCALES {
            return false;
        }
        self.scales = scales;
        let rows = a.numbers.iter().zip(&b.numbers).zip(&c.numbers).zip(&d.numbers);
        for (lane, (((a, b), c), d)) in self.lanes.as_flattened_mut().iter_mut().zip(rows) {
            *lane = lane.wrapping_add(*a).wrapping_add(*b).wrapping_add(*c).wrapping_add(*d);
        }
        true
    }

    /// Returns the sum as a row.
    pub(super) fn row(&self) -> Row {
        Row { numbers: self.sum().map(i16::cast_unsigned), scales: self.scales }
    }

    /// Returns the sum.
    pub(super) fn sum(&self) -> [i16; DIMENSIONS] {
        let mut sum = [0; DIMENSIONS];
        // The difference is within 16 bits with a sign, where what is below zero wraps.
        let lanes = self.lanes.as_flattened();
        sum.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum = lane.wrapping_sub(self.excess).cast_signed());
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds all pieces, a batch after another.
    fn sum(pieces: impl Iterator<Item = Piece>) -> Vec<i32> {
        let mut sum = vec![0; DIMENSIONS];
        let mut add = |batch: &Batch| sum.iter_mut().zip(batch.sum()).for_each(|(sum, more)| *sum += i32::from(more));
        let mut batch = Batch::default();
        for piece in pieces {
            if !batch.add(piece) {
                add(&std::mem::take(&mut batch));
                assert!(batch.add(piece), "one fits");
            }
        }
        add(&batch);
        sum
    }

    fn similarity(a: &str, b: &str) -> f64 {
        let (a, b) = (sum(pieces_of(a.as_bytes()).into_iter()), sum(pieces_of(b.as_bytes()).into_iter()));
        let dot = |a: &[i32], b: &[i32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
        dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
    }

    #[test]
    fn the_file_is_a_table() {
        let table = Table::read(FILE).expect("a table");
        assert!(table.scales.len() > 20_000);
        let keys: Vec<_> = (0..table.scales.len()).filter_map(|index| read_u32(table.keys, index)).collect();
        assert!(keys.is_sorted_by(|one, next| one < next));
        for bytes in [0, 7, 100, FILE.len() - 1] {
            assert!(Table::read(FILE.get(..bytes).unwrap_or_default()).is_none(), "{bytes}");
        }
        assert!(FILE.len() <= 2_000_000, "{} bytes", FILE.len());
    }

    /// A window has more pieces than the sum of so many vectors fits 16 bits.
    #[test]
    fn sums_are_exact() {
        let value = |piece: Piece, at: usize| {
            let (row, scale) = (usize::from(piece) * ROW_BYTES, TABLE.scales.get(usize::from(piece)).copied());
            let byte = TABLE.rows.get(row + at / 2).copied().unwrap_or_default();
            (i32::from(if at.is_multiple_of(2) { byte & 15 } else { byte >> 4 }) - 8)
                * i32::from(scale.unwrap_or_default())
        };
        let all = || (0..pieces()).filter_map(|piece| Piece::try_from(piece).ok());
        let heaviest = all().max_by_key(|&piece| TABLE.scales.get(usize::from(piece))).unwrap_or_default();
        for all in [vec![], vec![7], (0..15).collect(), (100..200).collect(), vec![heaviest; 400]] {
            // The first of each four numbers, then the second ones, and so on.
            let order = (0..4).flat_map(|first| (first..DIMENSIONS).step_by(4));
            let exact: Vec<i32> = order.map(|at| all.iter().map(|&piece| value(piece, at)).sum()).collect();
            assert_eq!(sum(all.into_iter()), exact);
        }
        let length =
            |piece| sum(std::iter::once(piece)).iter().map(|x| u64::from(x.unsigned_abs()).pow(2)).sum::<u64>();
        assert_eq!(all().map(length).max().map(u64::isqrt), Some(5_483), "less than `MAX_PIECE_LENGTH`");
    }

    #[test]
    fn words_have_pieces() {
        assert_eq!(pieces_of(b"stock").len(), 1);
        assert_ne!(pieces_of(b"stock"), pieces_of(b"tax"));
        assert!(pieces_of(b"cryptocurrencies").len() > 1);
        assert!(pieces_of("qx7".repeat(20).as_bytes()).len() >= 20);
        for word in ["", "акции", "株", "Stock", "a-b"] {
            assert!(pieces_of(word.as_bytes()).is_empty(), "{word}");
        }
    }

    #[test]
    fn like_words_have_like_vectors() {
        for (word, like, unlike) in [("bitcoin", "crypto", "recipe"), ("doctor", "physician", "railway")] {
            assert!(similarity(word, like) > similarity(word, unlike) + 0.2, "{word}");
        }
    }
}
