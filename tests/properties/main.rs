//! Property tests of the promises: chunk invariance, no prefix leak, bounded hold, monotone rules, masking; and of what is seen through.
//!
//! `BANISTER_SEED` and `BANISTER_CASES` choose the seed and the number of cases, `BANISTER_CASE` one case alone. All are printed with a
//! failure.

mod cases;
mod generate;
mod invariance;
mod oracle;
mod rules;
mod union;
