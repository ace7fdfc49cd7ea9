//! Classes of characters, from generated tables.
//!
//! `tables.rs` is the output of `tests::generate`. A test generates it again in memory and compares the two, so the tables
//! cannot be edited by hand. To write it after an update of `regex-syntax` or `unicode-normalization`, run
//! `UPDATE_TABLES=1 cargo test -p banister --lib text::unicode`.

mod tables;
#[cfg(test)]
pub(super) mod tests;

use self::tables::{DASHES, DIGITS, INVISIBLE, Range, SOFT_MARKS, SPACES};

/// Returns `true` if a reader does not see `c`: `Default_Ignorable_Code_Point`, `Bidi_Control`, and the three characters that
/// delimit an interlinear annotation.
pub(super) fn is_invisible(c: char) -> bool {
    find(INVISIBLE, c).is_some()
}

/// Returns `true` for a dash other than the ASCII one: `Dash_Punctuation`, the property `Dash`, and hyphen bullet, modifier
/// minus and heavy minus, which have neither.
pub(super) fn is_dash(c: char) -> bool {
    find(DASHES, c).is_some()
}

/// Returns `true` for a space other than the ASCII one: `Space_Separator`.
pub(super) fn is_space(c: char) -> bool {
    find(SPACES, c).is_some()
}

/// Returns the ASCII digit of the same value as a decimal digit (`Decimal_Number`) outside ASCII.
pub(super) fn ascii_digit(c: char) -> Option<char> {
    // Unicode encodes decimal digits in rows of ten, in ascending order.
    let (first, _) = find(DIGITS, c)?;
    char::from_digit((u32::from(c) - first) % 10, 10)
}

/// Returns `true` if `c` is a mark that writers put after or before a word, and that is normalized to letters or digits: a superscript or
/// subscript, a circled or parenthesized character, a fraction, a unit in a square, a letterlike symbol such as `™` or `№`.
///
/// A value ends before such a mark even where a letter or digit would continue it. Characters that are another way to write a
/// letter or digit in the line (fullwidth, mathematical, ligatures, presentation forms) are no marks.
pub(crate) fn is_soft_mark(c: char) -> bool {
    !c.is_ascii() && find(SOFT_MARKS, c).is_some()
}

/// Returns `true` for the dashes that part sentences: the em dash, longer ones, and their forms for other layouts. Models write them
/// without spaces.
pub(crate) fn is_sentence_dash(c: char) -> bool {
    matches!(c, '\u{2014}' | '\u{2015}' | '\u{2e3a}' | '\u{2e3b}' | '\u{fe31}' | '\u{fe58}')
}

/// Blocks in which every character is normalized to itself in every view.
const UNCHANGED: &[Range] =
    &[(0x3400, 0x9FFF), (0xE000, 0xF8FF), (0x2_0000, 0x2_F7FF), (0x2_FA20, 0xD_FFFF), (0xE_1000, 0x10_FFFF)];

/// Returns the last character of the large block around `c` in which nothing folds: ideographs, private use, what is unassigned.
/// Spares those who fold whole classes of characters most of Unicode.
pub(crate) fn last_unchanged(c: char) -> Option<char> {
    find(UNCHANGED, c).and_then(|(_, last)| char::from_u32(last))
}

/// Returns the range of a sorted table that holds `c`.
fn find(table: &[Range], c: char) -> Option<Range> {
    let code = u32::from(c);
    let &range = table.get(table.partition_point(|&(_, last)| last < code))?;
    (range.0 <= code).then_some(range)
}
