//! The checker: the file, the problems so far, and what the document refers to.

use crate::policy::problem::Problems;
use crate::policy::render::shown;
use crate::policy::yaml::{Path, Place, Source};

/// Checks one document.
#[derive(Debug)]
pub(in crate::policy) struct Checker<'a> {
    pub(super) source: &'a Source,
    pub(super) problems: &'a mut Problems,
    pub(super) references: Vec<Reference>,
    /// Rules seen so far.
    pub(super) rules: usize,
    /// Patterns seen so far.
    pub(super) patterns: usize,
}

/// Something outside the document that it needs.
#[derive(Debug)]
pub(in crate::policy) struct Reference {
    pub(in crate::policy) wanted: Wanted,
    pub(in crate::policy) place: Place,
    pub(in crate::policy) path: String,
}

/// What a reference is to.
#[derive(Debug)]
pub(in crate::policy) enum Wanted {
    /// Another policy, by name or path.
    Policy(String),
    /// A word list.
    WordFile(String),
    /// The key of `replacement: hash`.
    HashKey,
}

impl<'a> Checker<'a> {
    pub(in crate::policy) fn new(source: &'a Source, problems: &'a mut Problems) -> Self {
        Self { source, problems, references: Vec::new(), rules: 0, patterns: 0 }
    }

    /// What the document needs from outside.
    pub(in crate::policy) fn into_references(self) -> Vec<Reference> {
        self.references
    }

    /// Notes a problem; an empty help is none.
    pub(super) fn problem(
        &mut self,
        place: Place,
        path: Path<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let help = Some(help.into()).filter(|help| !help.is_empty());
        self.problems.at(self.source, place, path, message.into(), help);
    }

    pub(super) fn refer(&mut self, wanted: Wanted, place: Place, path: Path<'_>) {
        self.references.push(Reference { wanted, place, path: shown(&path.to_string()) });
    }
}
