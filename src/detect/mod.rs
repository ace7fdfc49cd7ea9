//! Floor 1. What is found in a text; what is done about it is decided above.

pub(crate) mod canonical;
pub(crate) mod detectors;
pub(crate) mod entity;
pub(crate) mod pattern;
pub(crate) mod scanner;
pub(crate) mod spec;
pub(crate) mod topic;
pub(crate) mod words;

pub use entity::EntityType;
pub use topic::Embedder;
