//! Floor 1. What is found in a text; what is done about it is decided above.

mod automaton;
pub(crate) mod canonical;
pub(crate) mod detectors;
pub(crate) mod entity;
pub(crate) mod pattern;
mod rewritten;
pub(crate) mod scanner;
mod skeleton;
pub(crate) mod spec;
pub(crate) mod topic;
pub(crate) mod words;

pub use entity::EntityType;
