use std::fmt;
use std::sync::Arc;

use super::enforced::{BufferLimit, EnforcedPolicy};
use super::scratch::ScratchPool;
use crate::detect::topic::Embedder;
use crate::policy::Policy;

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
    enforced: Arc<EnforcedPolicy>,
    /// Memory of evaluations that have ended. It fits the topics, and whether scores are kept.
    scratch: Arc<ScratchPool>,
}

impl Guardrail {
    /// Creates a guardrail that enforces `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { enforced: Arc::new(EnforcedPolicy::new(policy)), scratch: Arc::default() }
    }

    fn change(mut self, change: impl FnOnce(&mut EnforcedPolicy)) -> Self {
        change(Arc::make_mut(&mut self.enforced));
        self
    }

    /// Blocks text of which more than this is buffered, as if the computed limit were wrong.
    #[cfg(test)]
    pub(crate) fn with_enforced_limit(self, bytes: usize) -> Self {
        self.change(|enforced| enforced.enforced_limit = bytes)
    }

    /// Includes the matched text in findings, for [`Finding::matched_text`](super::Finding::matched_text) and the `match` members of
    /// traces. Everyone who can read either then sees what was masked or blocked, such as card numbers. `Debug`, logs and metrics still
    /// do not show it.
    #[must_use]
    pub fn dangerous_include_matches(self) -> Self {
        self.change(|enforced| enforced.keeps_matches = true)
    }

    /// Includes a fingerprint of the matched text in findings: its HMAC-SHA-256 under this key, see
    /// [`Finding::fingerprint`](super::Finding::fingerprint). Equal values have equal fingerprints, so that an audit can count them.
    ///
    /// With the key, anyone can find short values, such as card numbers, by trying all of them. Use at least 32 random bytes, keep them
    /// apart from the records, and destroy them when the fingerprints are to become anonymous.
    #[must_use]
    pub fn with_fingerprints(self, key: impl Into<Arc<[u8]>>) -> Self {
        self.change(|enforced| enforced.fingerprint_key = Some(key.into()))
    }

    /// Includes the best score of each topic with examples, and of each content filter, in assessments, see
    /// [`Assessment::topic_scores`](super::Assessment::topic_scores) and [`Assessment::filter_scores`](super::Assessment::filter_scores).
    #[must_use]
    pub fn with_topic_scores(mut self) -> Self {
        self.scratch = Arc::default();
        self.change(|enforced| enforced.keeps_topic_scores = true)
    }

    /// Calls `pause` after each slice of text, of 16 KiB or less, on the thread that evaluates it.
    ///
    /// Long text takes long to evaluate. A server that evaluates it on threads of its own can block in `pause` while others have their turn.
    /// No lock is held meanwhile.
    #[must_use]
    pub fn with_pauses(self, pause: impl Fn() + Send + Sync + 'static) -> Self {
        self.change(|enforced| enforced.pause = Some(Arc::new(pause)))
    }

    /// Uses a sentence model for the similarity of text and topics. Thresholds that the policy does not set are computed again, for which
    /// the model embeds several hundred short questions.
    #[must_use]
    pub fn with_embedder(mut self, embedder: Arc<dyn Embedder>) -> Self {
        self.scratch = Arc::default();
        self.change(|enforced| {
            enforced.topics = enforced.topics.take().map(|topics| Arc::new(topics.with_embedder(embedder)));
        })
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.enforced.policy
    }

    /// Returns the maximum number of bytes a stream can buffer, and the rule that determines it.
    #[must_use]
    pub fn buffer_limit(&self) -> &BufferLimit {
        &self.enforced.buffer_limit
    }

    /// Reports the same findings, with the actions that the policy has for them, and masks and blocks nothing.
    ///
    /// For text that is over, such as a log: all outcomes are [`Outcome::Passed`](super::Outcome::Passed).
    #[must_use]
    pub fn observing(self) -> Self {
        self.change(|enforced| enforced.observes = true)
    }

    pub(super) fn enforced(&self) -> &EnforcedPolicy {
        &self.enforced
    }

    pub(super) fn scratch(&self) -> &ScratchPool {
        &self.scratch
    }
}

impl fmt::Debug for Guardrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EnforcedPolicy { policy, buffer_limit, .. } = &*self.enforced;
        f.debug_struct("Guardrail").field("policy", policy).field("buffer_limit", buffer_limit).finish()
    }
}
