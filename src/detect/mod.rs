//! Floor 1. What is found in a text; what is done about it is decided above.

pub(crate) mod entity;
pub(crate) mod spec;

pub use entity::EntityType;
