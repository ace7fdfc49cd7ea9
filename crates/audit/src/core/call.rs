//! Calls and decisions, reduced to what a join of both logs needs.

use serde::{Deserialize, Serialize};

use super::record::Members;

/// The beginning of the schema of decision records.
pub(super) const DECISION_SCHEMA: &str = "banister.decision/";

/// The schema that this version reads.
pub(super) const KNOWN_DECISION_SCHEMA: &str = "banister.decision/1";

/// The keys in the metadata of a request by which the layer tags it.
pub(super) const DECISION_TAG: &str = "banister-decision";
pub(super) const POLICY_TAG: &str = "banister-policy";

/// A call of the invocation log, or a decision of the guardrail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "log", rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum CallRow {
    /// A call, as Bedrock recorded it.
    Call {
        /// The number of the line.
        line: u64,
        /// The request ID.
        request_id: String,
        /// The ID of the decision in the metadata, or an empty string.
        decision: String,
        /// The digest of the policy in the metadata, or an empty string.
        policy: String,
        /// The time.
        time: String,
        /// Findings in the request that the audited policy masks or blocks.
        gaps: u64,
        /// Findings in the response that the audited policy masks or blocks.
        unverifiable: u64,
        /// The call has a response.
        answered: bool,
    },
    /// A decision, as the guardrail recorded it.
    Decision {
        /// The number of the line.
        line: u64,
        /// The request ID, or an empty string.
        request_id: String,
        /// The ID of the decision.
        decision: String,
        /// The digest of the policy.
        policy: String,
        /// The time.
        time: String,
        /// What was evaluated.
        stage: String,
        /// What was done.
        outcome: String,
    },
}

/// Returns the tag in the metadata of a request: decision and policy. Other values than those that the layer writes are left out.
pub(super) fn tag(metadata: &Members<'_>) -> (String, String) {
    (token(&metadata.text(DECISION_TAG)), digest(&metadata.text(POLICY_TAG)))
}

/// Returns the ID of a decision, if it has the form of one: 32 letters from `a` to `p`.
pub(super) fn token(text: &str) -> String {
    let is_token = text.len() == 32 && text.bytes().all(|byte| (b'a'..=b'p').contains(&byte));
    if is_token { text.to_owned() } else { String::new() }
}

/// Returns a digest of SHA-256, if it has the form of one.
pub(super) fn digest(text: &str) -> String {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_digest { text.to_owned() } else { String::new() }
}

/// The stages and outcomes of decisions.
const NAMES: &[&str] = &[
    "request",
    "metadata",
    "response",
    "stream",
    "error",
    "text",
    "passed",
    "detected",
    "masked",
    "blocked",
    "rejected",
    "uninspected",
];

/// Returns a stage or an outcome; `other` for one that this version does not know, and an empty string for none.
pub(super) fn name(text: &str) -> String {
    if text.is_empty() || NAMES.contains(&text) { text.to_owned() } else { "other".to_owned() }
}
