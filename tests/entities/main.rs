//! The entity types on the engine that users run: their cases, and labelled sets that lie beside the project.

mod cases;
mod corpus;
mod ids;
#[path = "../../benches/findings/logs/mod.rs"]
mod logs;
mod names;
mod ordinary;
#[path = "../../src/detect/tagger/random.rs"]
mod random;

use std::ops::Range;
use std::path::{Path, PathBuf};

use banister::{EntityType, Guardrail, Policy, Source};

/// Finds the values of one entity type.
pub(crate) struct Matcher(Guardrail);

impl Matcher {
    pub(crate) fn new(entity: EntityType) -> Self {
        Self::with(&format!("types: [{entity}]"))
    }

    /// Returns a matcher with these keys of its rule.
    pub(crate) fn with(keys: &str) -> Self {
        let yaml = format!("{{version: 1, name: cases, pii: [{{{keys}, action: detect}}]}}");
        Self(Guardrail::new(Policy::from_yaml(&yaml).expect("valid")))
    }

    /// Returns the findings in order, of overlapping ones the longest.
    pub(crate) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let assessment = self.0.assess(Source::Input, text);
        let mut found: Vec<_> = assessment.findings().iter().map(|finding| finding.span().range()).collect();
        found.sort_by_key(|span| (std::cmp::Reverse(span.len()), span.start));
        let mut kept: Vec<Range<usize>> = Vec::new();
        for span in found {
            if kept.iter().all(|other| span.end <= other.start || other.end <= span.start) {
                kept.push(span);
            }
        }
        kept.sort_by_key(|span| span.start);
        kept
    }
}

pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}
