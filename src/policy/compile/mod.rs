//! Compiles a document to rules.

mod compiler;
mod effect;
mod pattern;
mod rules;

pub(super) use compiler::{Compiler, Reference, Target};
