//! The table of weights.

use super::features::ROW_BITS;

const ROWS: usize = 1 << ROW_BITS;

/// For each row the weights of the labels 1 and 2 (1 byte each).
pub(crate) type Rows = [[u8; 2]; ROWS];

/// Returns what a row adds to the labels 1 and 2.
#[inline]
pub(crate) fn row_of(rows: &Rows, row: u16) -> [i32; 2] {
    rows.get(usize::from(row)).copied().unwrap_or_default().map(|weight| i32::from(weight.cast_signed()))
}
