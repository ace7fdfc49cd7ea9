//! Tests of the policy floor.

mod content;
mod digest;
mod golden;
mod hostile;
mod packs;
mod schema;
mod valid;
