use std::fmt;
use std::sync::Arc;

use super::labels::LabelSet;
use super::overlap::Blocked;
use super::source::Source;
use crate::detect::detectors::Detectors;
use crate::detect::topic::{Embedder, Similarity};
use crate::policy::Policy;
use crate::policy::rule::Rule;

/// A compiled policy, ready to evaluate text.
///
/// Clones are cheap and evaluation takes `&self`, so one guardrail serves all threads. Evaluation cannot fail, does no I/O, and takes
/// time linear in the text.
///
/// ```
/// use banister::{Guardrail, Outcome, Policy, Source};
///
/// let policy = Policy::from_yaml(
///     "version: 1
/// name: support
/// pii:
///   - types: [EMAIL]
///     action: mask
/// ",
/// )?;
/// let guardrail = Guardrail::new(policy);
/// let text = "Write to jane.roe@example.com";
/// let assessment = guardrail.assess(Source::Input, text);
/// assert_eq!(assessment.outcome(), Outcome::Masked);
/// assert_eq!(assessment.apply_to(text), "Write to {EMAIL}");
/// # Ok::<(), banister::PolicyError>(())
/// ```
#[derive(Clone)]
pub struct Guardrail {
    policy: Policy,
    buffer_limit: BufferLimit,
    /// The most bytes to buffer before the text is blocked: the buffer limit, except in tests.
    enforced_limit: usize,
    max_merged_bytes: usize,
    labels: Arc<LabelSet>,
    keeps_matches: bool,
    /// The key of fingerprints.
    fingerprint_key: Option<Arc<[u8]>>,
    /// The topics of the policy that have examples.
    topics: Option<Arc<Similarity>>,
    keeps_topic_scores: bool,
    pause: Option<Pause>,
    /// Findings are reported, and nothing is masked or blocked.
    observes: bool,
}

/// What an evaluation calls between slices of its text.
type Pause = Arc<dyn Fn() + Send + Sync>;

impl Guardrail {
    /// Creates a guardrail that enforces `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
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

    /// Blocks text of which more than this is buffered, as if the computed limit were wrong.
    #[cfg(test)]
    pub(crate) fn with_enforced_limit(mut self, bytes: usize) -> Self {
        self.enforced_limit = bytes;
        self
    }

    /// Includes the matched text in findings, for [`Finding::matched_text`](super::Finding::matched_text) and the `match` members of
    /// traces. Everyone who can read either then sees what was masked or blocked, such as card numbers. `Debug`, logs and metrics still
    /// do not show it.
    #[must_use]
    pub fn dangerous_include_matches(mut self) -> Self {
        self.keeps_matches = true;
        self
    }

    /// Includes a fingerprint of the matched text in findings: its HMAC-SHA-256 under this key, see
    /// [`Finding::fingerprint`](super::Finding::fingerprint). Equal values have equal fingerprints, so that an audit can count them.
    ///
    /// With the key, anyone can find short values, such as card numbers, by trying all of them. Use at least 32 random bytes, keep them
    /// apart from the records, and destroy them when the fingerprints are to become anonymous.
    #[must_use]
    pub fn with_fingerprints(mut self, key: impl Into<Arc<[u8]>>) -> Self {
        self.fingerprint_key = Some(key.into());
        self
    }

    /// Includes the best score of each topic with examples, and of each content filter, in assessments, see
    /// [`Assessment::topic_scores`](super::Assessment::topic_scores) and [`Assessment::filter_scores`](super::Assessment::filter_scores).
    #[must_use]
    pub fn with_topic_scores(mut self) -> Self {
        self.keeps_topic_scores = true;
        self
    }

    /// Calls `pause` after each slice of text, of 16 KiB or less, on the thread that evaluates it.
    ///
    /// Long text takes long to evaluate. A server that evaluates it on threads of its own can block in `pause` while others have their turn.
    /// No lock is held meanwhile.
    #[must_use]
    pub fn with_pauses(mut self, pause: impl Fn() + Send + Sync + 'static) -> Self {
        self.pause = Some(Arc::new(pause));
        self
    }

    /// Uses a sentence model for the similarity of text and topics. Thresholds that the policy does not set are computed again, for which
    /// the model embeds several hundred short questions.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.topics = self.topics.map(|topics| Arc::new(topics.with_embedder(embedder)));
        self
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the maximum number of bytes a stream can buffer, and the rule that determines it.
    #[must_use]
    pub fn buffer_limit(&self) -> &BufferLimit {
        &self.buffer_limit
    }

    pub(crate) fn detectors(&self) -> &Detectors {
        self.policy.detectors()
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        self.policy.compiled_rules()
    }

    pub(super) fn topics(&self) -> Option<&Arc<Similarity>> {
        self.topics.as_ref()
    }

    pub(super) fn keeps_topic_scores(&self) -> bool {
        self.keeps_topic_scores
    }

    pub(super) fn pause(&self) {
        if let Some(pause) = &self.pause {
            pause();
        }
    }

    /// Reports the same findings, with the actions that the policy has for them, and masks and blocks nothing.
    ///
    /// For text that is over, such as a log: all outcomes are [`Outcome::Passed`](super::Outcome::Passed).
    #[must_use]
    pub fn observing(mut self) -> Self {
        self.observes = true;
        self
    }

    pub(super) fn observes(&self) -> bool {
        self.observes
    }

    pub(super) fn keeps_matches(&self) -> bool {
        self.keeps_matches
    }

    pub(super) fn fingerprint_key(&self) -> Option<&[u8]> {
        self.fingerprint_key.as_deref()
    }

    pub(super) fn max_merged_bytes(&self) -> usize {
        self.max_merged_bytes
    }

    pub(super) fn enforced_limit(&self) -> usize {
        self.enforced_limit
    }

    pub(super) fn labels(&self) -> &LabelSet {
        &self.labels
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

impl fmt::Debug for Guardrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guardrail").field("policy", &self.policy).field("buffer_limit", &self.buffer_limit).finish()
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
