//! The one step from a document to rules: checks what types cannot say and makes each rule with what its detector looks for.

mod compiler;
mod effect;
mod pattern;
mod rules;

pub(super) use compiler::{Compiler, Reference, Target};
