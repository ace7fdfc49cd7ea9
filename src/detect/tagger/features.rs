//! The features of a word: numbers of rows of the table.

use super::hash::mix;
use super::word::Word;

/// Features of a word.
pub(crate) const FEATURES: usize = 32;

/// Rows of the table, as bits.
pub(crate) const ROW_BITS: u32 = 16;

/// Five neighboring tokens, of which the third is the word.
pub(crate) type Window<'a> = [&'a Word; 5];

/// Returns the rows of the features of a word.
pub(crate) fn rows(window: Window<'_>) -> [u16; FEATURES] {
    let [b2, b1, w, a1, a2] = window;
    let class = |w: &Word| u32::from(w.class.number());
    let shape = |w: &Word| u32::from(w.shape as u8);
    let cue = |w: &Word| u32::from(w.cue as u8);
    let gap = u32::from(w.gap as u8);
    let pair = |a: u32, b: u32| mix(a).wrapping_mul(0x9E37_79B1).wrapping_add(b);
    let values = [
        w.hash,
        shape(w),
        w.prefix,
        w.suffix3,
        u32::from(w.class.given) << 8 | gap,
        u32::from(w.class.surname),
        u32::from(w.class.habit),
        class(w),
        pair(class(w), shape(w)),
        b2.hash,
        b1.hash,
        a1.hash,
        a2.hash,
        shape(b1),
        shape(a1),
        class(b1),
        class(a1),
        pair(class(b1), class(w)),
        pair(class(w), class(a1)),
        pair(b2.hash, b1.hash),
        pair(a1.hash, a2.hash),
        0,
        pair(pair(shape(b1), shape(w)), shape(a1)),
        pair(gap, shape(w)),
        b1.suffix2,
        a1.suffix2,
        pair(cue(w), shape(w)),
        pair(cue(b1), shape(w)),
        pair(cue(a1), shape(w)),
        pair(cue(b2), cue(b1)),
        pair(u32::from(w.length), shape(w)),
        pair(b1.hash, class(w)),
    ];
    let mut rows = [0; FEATURES];
    for ((row, value), salt) in rows.iter_mut().zip(values).zip(SALTS) {
        *row = (mix(value ^ salt) >> (32 - ROW_BITS)) as u16;
    }
    rows
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
