//! Words and phrases, also in disguise.

mod automaton;
mod gap;
mod hit;
mod keyed;
mod keys;
mod matcher;
mod skeleton;
mod sorted;
#[cfg(test)]
mod tests;

pub(super) use hit::{WordHit, WordRole};
pub(super) use keys::eight;
pub(super) use matcher::{Spelling, Words, WordsBuilder, WordsState, max_bytes};
pub(super) use skeleton::span_in_disguise;
