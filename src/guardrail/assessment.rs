use std::sync::Arc;

use serde::Serialize;

use super::explanation::{FilterScore, TopicScore};
use super::finding::Finding;
use super::source::Source;
use crate::text::names::names;

/// The outcome of an evaluation. Outcomes compare by severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// The text may be forwarded as it is.
    Passed,
    /// The text may be forwarded with spans masked.
    Masked,
    /// The text must not be forwarded.
    Blocked,
}

names!(Outcome, "outcome", {
    Passed => "passed",
    Masked => "masked",
    Blocked => "blocked",
});

/// The outcome of an evaluation, with its findings and the text that may be forwarded.
///
/// In JSON it has `source`, `outcome`, `findings`, `topicScores` and `filterScores` if they are kept, `inspectedBytes` and `inspectedChars`, but
/// not the text, masked or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    pub(super) source: Source,
    pub(super) outcome: Outcome,
    pub(super) findings: Vec<Finding>,
    /// The masked text, if it differs from the text.
    #[serde(skip)]
    pub(super) masked: Option<String>,
    #[serde(skip)]
    pub(super) message: Option<Arc<str>>,
    #[serde(skip)]
    pub(super) over_limit: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) topic_scores: Vec<TopicScore>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) filter_scores: Vec<FilterScore>,
    pub(super) inspected_bytes: usize,
    pub(super) inspected_chars: usize,
}

impl Assessment {
    /// Returns the direction of the text.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Returns the outcome.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns true if the text must not be forwarded.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.outcome == Outcome::Blocked
    }

    /// Returns true if the text was blocked not by a rule but because more of it was buffered than
    /// [`Guardrail::buffer_limit`](crate::Guardrail::buffer_limit). The limit is computed from the policy, so this is a bug in Banister.
    #[must_use]
    pub fn is_over_limit(&self) -> bool {
        self.over_limit
    }

    /// Returns the findings, in text order.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the best score of each topic with examples, whatever the outcome. Empty without
    /// [`Guardrail::with_topic_scores`](crate::Guardrail::with_topic_scores).
    #[must_use]
    pub fn topic_scores(&self) -> &[TopicScore] {
        &self.topic_scores
    }

    /// Returns the best score of each content filter, whatever the outcome. Empty without
    /// [`Guardrail::with_topic_scores`](crate::Guardrail::with_topic_scores).
    #[must_use]
    pub fn filter_scores(&self) -> &[FilterScore] {
        &self.filter_scores
    }

    /// Returns what may be forwarded in place of `text`, which is the text that was assessed: the text itself, the masked text, or the
    /// blocked message.
    #[must_use]
    pub fn apply_to<'a>(&'a self, text: &'a str) -> &'a str {
        match (&self.message, &self.masked) {
            (Some(message), _) => message,
            (None, Some(masked)) => masked,
            (None, None) => text,
        }
    }

    /// Returns the masked text, if that is the outcome and the text was not assessed in chunks.
    #[must_use]
    pub fn masked_text(&self) -> Option<&str> {
        self.masked.as_deref()
    }

    /// Returns the blocked message, if the text is blocked.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns the number of bytes that were inspected.
    #[must_use]
    pub fn inspected_bytes(&self) -> usize {
        self.inspected_bytes
    }

    /// Returns the number of characters that were inspected. Bedrock counts text units in characters.
    #[must_use]
    pub fn inspected_chars(&self) -> usize {
        self.inspected_chars
    }
}
