//! Compiles a document to rules.

mod compiler;
mod content;
mod effect;
mod overrides;
mod pattern;
mod rules;

pub(super) use compiler::{CompiledDocument, Compiler, Override, Reference, Target};
