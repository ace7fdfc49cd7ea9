//! A policy, and how a guardrail enforces it.

use std::fmt;
use std::sync::Arc;

use super::labels::LabelSet;
use super::overlap::Blocked;
use super::source::Source;
use crate::detect::detectors::Detectors;
use crate::detect::topic::Similarity;
use crate::policy::Policy;
use crate::policy::rule::Rule;

/// What an evaluation calls between slices of its text.
type Pause = Arc<dyn Fn() + Send + Sync>;

/// A policy, and how a guardrail enforces it.
#[derive(Clone)]
pub(super) struct EnforcedPolicy {
    pub(super) policy: Policy,
    pub(super) buffer_limit: BufferLimit,
    /// The most bytes to buffer before the text is blocked: the buffer limit, except in tests.
    pub(super) enforced_limit: usize,
    pub(super) max_merged_bytes: usize,
    pub(super) labels: Arc<LabelSet>,
    pub(super) keeps_matches: bool,
    pub(super) fingerprint_key: Option<Arc<[u8]>>,
    /// The topics of the policy that have examples.
    pub(super) topics: Option<Arc<Similarity>>,
    pub(super) keeps_topic_scores: bool,
    pub(super) pause: Option<Pause>,
    /// Findings are reported, and nothing is masked or blocked.
    pub(super) observes: bool,
}

impl EnforcedPolicy {
    pub(super) fn new(policy: Policy) -> Self {
        let longest = policy.detectors().bounds().iter().map(|bound| bound.span).max().unwrap_or(0);
        let max_merged_bytes = 2 * longest;
        let labels = LabelSet::of(policy.compiled_rules());
        let bounds = policy.detectors().bounds().iter();
        let widest = bounds.max_by_key(|bound| bound.span + bound.wait);
        let name = |rule: u32| policy.compiled_rules().get(rule as usize).map(|rule| Arc::clone(&rule.name));
        let buffer_limit = BufferLimit {
            bytes: widest.map_or(0, |bound| bound.span + bound.wait + labels.longest() + max_merged_bytes),
            rule: widest.and_then(|bound| name(bound.rule)),
        };
        let enforced_limit = buffer_limit.bytes;
        Self {
            topics: policy.detectors().similarity().cloned(),
            policy,
            buffer_limit,
            enforced_limit,
            max_merged_bytes,
            labels: Arc::new(labels),
            keeps_matches: false,
            fingerprint_key: None,
            keeps_topic_scores: false,
            pause: None,
            observes: false,
        }
    }

    pub(super) fn detectors(&self) -> &Detectors {
        self.policy.detectors()
    }

    pub(super) fn rules(&self) -> &[Rule] {
        self.policy.compiled_rules()
    }

    pub(super) fn pause(&self) {
        if let Some(pause) = &self.pause {
            pause();
        }
    }

    /// Returns the message for blocked text.
    pub(super) fn blocked_message(&self, blocked: Blocked, source: Source) -> Arc<str> {
        let messages = self.policy.messages();
        let general = match source {
            Source::Input => &messages.blocked_input,
            Source::Output => &messages.blocked_output,
        };
        let rule = match blocked {
            Blocked::By(rule) => self.rules().get(rule as usize),
            Blocked::OverLimit => None,
        };
        Arc::clone(rule.and_then(|rule| rule.message.as_ref()).unwrap_or(general))
    }
}

impl fmt::Debug for EnforcedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, buffer_limit, .. } = self;
        f.debug_struct("EnforcedPolicy")
            .field("policy", policy)
            .field("buffer_limit", buffer_limit)
            .finish_non_exhaustive()
    }
}

/// The maximum number of bytes a stream can buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferLimit {
    bytes: usize,
    rule: Option<Arc<str>>,
}

impl BufferLimit {
    /// Returns the number of bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the name of the rule that determines the limit, or `None` if the policy has no rules.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }
}
