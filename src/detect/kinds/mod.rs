//! The kinds of detectors, one per file.
//!
//! A new kind is a file here with a `compile` function and an implementation of [`Detector`](super::detector::Detector), a row in
//! [`KINDS`], and its rules in `spec.rs`.

mod content;
mod entities;
mod patterns;
mod similarity;
mod tagged;
mod topics;
mod word_filters;
mod words;

use super::compiler::{Compiled, Compiler};
use super::spec::DetectorSpec;
use crate::text::rewrite::Rewriting;

pub(crate) use topics::MAX_TOPIC_PATTERN_BYTES;

/// Compiles the rules of one kind into detectors.
pub(super) struct Kind {
    /// Compiles the rules of this kind.
    pub(super) compile: fn(&DetectorSpec, &mut Compiler) -> Compiled<()>,
    /// Copies the rules with `evasion: strict` that read a rewriting.
    pub(super) strict: fn(&DetectorSpec, Rewriting, &mut DetectorSpec),
}

/// All kinds. The words of all other kinds are compiled together, so they come before them.
pub(super) const KINDS: [Kind; 7] = [
    Kind { compile: word_filters::compile, strict: word_filters::strict },
    Kind { compile: patterns::compile, strict: |_, _, _| {} },
    Kind { compile: entities::compile, strict: entities::strict },
    Kind { compile: topics::compile, strict: topics::strict },
    Kind { compile: words::compile, strict: |_, _, _| {} },
    Kind { compile: content::compile, strict: |_, _, _| {} },
    Kind { compile: similarity::compile, strict: |_, _, _| {} },
];
