//! Property tests of the promises: chunk invariance, no prefix leak, bounded hold, monotone rules, masking; and of what is seen through.
//!
//! `BANISTER_SEED` and `BANISTER_CASES` choose the seed and the number of cases, `BANISTER_CASE` one case alone. All are printed with a
//! failure. `BANISTER_KEEP_GOING` runs the cases after a failure as well, and counts those that fail.
//!
//! A million cut texts, in release:
//!
//! ```text
//! BANISTER_CASES=17000 BANISTER_SEED=$RANDOM cargo test --release --test properties invariance -- --nocapture
//! ```

mod beside;
mod cases;
mod characters;
mod disguise;
mod evasion;
mod generate;
mod hostile;
mod invariance;
mod label;
mod numbers;
mod oracle;
mod prefix;
mod reuse;
mod rules;
mod space;
mod table;
mod union;
mod wrappers;
