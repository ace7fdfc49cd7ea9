//! Tests of the policy floor.

mod digest;
mod golden;
mod hostile;
mod packs;
mod schema;
mod valid;
