//! The features of a word: numbers of rows of the table.

use super::hash::{Mixed, mix};
use super::word::Word;

/// Features of a word.
pub(crate) const FEATURES: usize = 32;

/// Rows of the table, as bits.
pub(crate) const ROW_BITS: u32 = 16;

/// Five neighboring tokens, of which the third is the word.
pub(crate) type Window<'a> = &'a [Word; 5];

/// Returns the rows of all features of a word.
pub(crate) fn rows(window: Window<'_>) -> [u16; FEATURES] {
    let [b2, b1, w, a1, a2] = window;
    let class = |w: &Word| u32::from(w.class.number());
    let shape = |w: &Word| u32::from(w.shape as u8);
    let cue = |w: &Word| u32::from(w.cue as u8);
    let gap = u32::from(w.gap as u8);
    let values = [
        w.hash.number(),
        shape(w),
        w.prefix.finish().number(),
        w.suffix3.finish().number(),
        u32::from(w.class.given()) << 8 | gap,
        u32::from(w.class.surname()),
        u32::from(w.class.habit()),
        class(w),
        pair(class(w), shape(w)),
        b2.hash.number(),
        b1.hash.number(),
        a1.hash.number(),
        a2.hash.number(),
        shape(b1),
        shape(a1),
        class(b1),
        class(a1),
        pair(class(b1), class(w)),
        pair(class(w), class(a1)),
        pair(b2.hash.number(), b1.hash.number()),
        pair(a1.hash.number(), a2.hash.number()),
        0,
        pair(pair(shape(b1), shape(w)), shape(a1)),
        pair(gap, shape(w)),
        b1.suffix2.finish().number(),
        a1.suffix2.finish().number(),
        pair(cue(w), shape(w)),
        pair(cue(b1), shape(w)),
        pair(cue(a1), shape(w)),
        pair(cue(b2), cue(b1)),
        pair(u32::from(w.length), shape(w)),
        pair(b1.hash.number(), class(w)),
    ];
    let mut rows = [0; FEATURES];
    for (feature, (row, value)) in rows.iter_mut().zip(values).enumerate() {
        *row = row_of(feature, value);
    }
    rows
}

/// Returns the row of a value of a feature.
#[inline]
pub(crate) fn row_of(feature: usize, value: u32) -> u16 {
    row_of_mixed(feature, Mixed::from_number(value))
}

/// Returns the row of a mixed value of a feature.
#[inline]
pub(crate) fn row_of_mixed(feature: usize, value: Mixed) -> u16 {
    const _: () = assert!(ROW_BITS == u16::BITS);
    value.mixed(SALTS.get(feature).copied().unwrap_or_default()).first_bits()
}

/// Returns two values as one.
pub(crate) const fn pair(a: u32, b: u32) -> u32 {
    spread(a).wrapping_add(b)
}

/// Returns the part of [`pair`] that depends on the first value.
pub(crate) const fn spread(a: u32) -> u32 {
    spread_mixed(Mixed::from_number(a))
}

/// Returns the part of [`pair`] that depends on the first value, which is mixed.
pub(crate) const fn spread_mixed(a: Mixed) -> u32 {
    a.mixed(0).number().wrapping_mul(0x9E37_79B1)
}

/// A number for each feature: the same value of two features has two rows.
#[allow(clippy::indexing_slicing, reason = "below the length; a constant has no iterators")]
const SALTS: [u32; FEATURES] = {
    let (mut salts, mut feature) = ([0; FEATURES], 0);
    while feature < FEATURES {
        salts[feature] = mix((feature as u32 + 1).wrapping_mul(0x51ED_270B));
        feature += 1;
    }
    salts
};
