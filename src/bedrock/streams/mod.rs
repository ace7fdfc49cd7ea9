//! Guards the texts that run through the events of a stream.
//!
//! Each text has a *lane*: a content block, a choice, or all blocks where a model opens one for every token. A lane has a guard of its
//! own, and events keep their order: what a lane still holds when its block ends goes out in an event before the one that ends it.

mod field_names;
mod guard;
mod lane;
mod lanes;
mod seams;
mod tool;

#[cfg(test)]
mod tests;

pub(crate) use guard::{EventGuard, OutEvent};
pub(crate) use lanes::{Facts, Plan, Substreams};
