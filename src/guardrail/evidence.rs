//! What confirming a candidate depends on, besides other candidates.

use super::enforced::EnforcedPolicy;
use super::labels::Labels;
use super::position::Position;
use super::source::Source;
use crate::detect::detectors::Detectors;
use crate::detect::scanner::Views;
use crate::detect::spec::RuleId;
use crate::detect::topic::Similarity;
use crate::policy::Action;
use crate::text::buffer::TextBuffer;

/// What confirming depends on, besides other candidates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence<'a> {
    pub(super) policy: &'a EnforcedPolicy,
    /// The detectors that read the text.
    pub(super) detectors: &'a Detectors,
    /// The topics that the text is compared with.
    pub(super) topics: Option<&'a Similarity>,
    pub(super) source: Source,
    pub(super) position: Position,
    pub(super) text: &'a TextBuffer,
    pub(super) views: &'a Views,
    pub(super) labels: &'a Labels,
    /// No word, and so no exception, that begins before this offset can still arrive.
    pub(super) words_known_until: usize,
}

impl<'a> Evidence<'a> {
    /// Returns `true` if findings of the rule are masked.
    pub(super) fn masks(self, rule: RuleId) -> bool {
        let rule = self.policy.rules().get(rule as usize);
        rule.is_some_and(|rule| self.policy.treatment(rule, self.source, self.position).action == Action::Mask)
    }

    pub(super) fn name(self, rule: RuleId) -> &'a str {
        self.policy.rules().get(rule as usize).map_or("", |rule| &rule.name)
    }
}
