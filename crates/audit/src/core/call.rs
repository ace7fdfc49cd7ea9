//! Calls and decisions, reduced to what a join of both logs needs.

use banister::{DecisionOutcome, Stage};
use serde::{Deserialize, Serialize};

use super::labels::{digest, token};
use super::record::Members;
use super::replay::Replay;

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
        /// The findings of each body, under each policy that decisions may have.
        replays: Vec<Replay>,
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
        stage: Stage,
        /// What was done.
        outcome: DecisionOutcome,
        /// The findings, as those of [`Replay`]; `None` if the record does not have all of the evaluation.
        findings: Option<Vec<String>>,
    },
}

/// Returns the tag in the metadata of a request: decision and policy. Other values than those that the layer writes are left out.
pub(super) fn tag(metadata: &Members<'_>) -> (String, String) {
    (token(&metadata.text(DECISION_TAG)), digest(&metadata.text(POLICY_TAG)))
}
