//! What is found in a text; what is done about it is decided above.

// Offsets come from the text under evaluation. What indexes with them must not be able to fail.
#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod automaton;
mod build;
pub(crate) mod canonical;
mod compile;
pub(crate) mod detectors;
pub(crate) mod entity;
pub(crate) mod pattern;
pub(crate) mod scanner;
mod skeleton;
pub(crate) mod spec;
pub(crate) mod topic;
pub(crate) mod words;

pub use entity::EntityType;
pub use topic::Embedder;
