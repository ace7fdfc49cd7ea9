//! Walks a document and notes everything that is wrong with it, without touching files.
//!
//! What passes here is a [`PolicyDocument`](super::document::PolicyDocument) for `serde_yaml`, and compiles.

mod checker;
mod document;
mod effects;
mod fields;
mod rules;
mod values;

pub(super) use checker::{Checker, Reference, Wanted};
