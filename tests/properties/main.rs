//! Property tests of the promises: chunk invariance, no prefix leak, bounded hold, monotone rules, masking.
//!
//! `BANISTER_SEED` and `BANISTER_CASES` choose the seed and the number of cases; both are printed with a failure.

mod generate;
mod invariance;
mod oracle;
mod rules;
