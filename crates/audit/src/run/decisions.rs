//! The decision audit: each call of the invocation log beside the decisions of the guardrail.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::approval::Approval;
use super::chains::ChainAudit;
use crate::core::codes;

/// The maximum number of calls that a summary locates, for each problem.
const MAX_LOCATIONS: usize = 100;

codes! {
    /// What is wrong with the decisions of a call.
    DecisionProblem {
        /// No decision record belongs to the call.
        NoDecision => "no_decision",
        /// The policy of a decision is not approved at any time.
        UnapprovedPolicy => "unapproved_policy",
        /// The policy of a decision was not approved at that time.
        UnapprovedTime => "unapproved_time",
        /// The tag in Bedrock's log names another policy than the decision.
        TagMismatch => "tag_mismatch",
        /// Decision records say that the request passed, or was masked, and it has findings that the policy masks or blocks.
        WeakerInput => "weaker_input",
        /// The response has findings that the policy masks or blocks, and its decision record says that it passed.
        WeakerOutput => "weaker_output",
        /// The call has a response with such findings, and no decision record of it.
        NoResponseDecision => "no_response_decision",
        /// The decision record says that the request was not forwarded, and Bedrock recorded the call.
        BlockedCall => "blocked_call",
        /// The decision records with the call's tag belong to another call: the tag was copied, or the call was repeated.
        OtherCall => "other_call",
        /// Another evaluation of the recorded body has other findings than the decision record.
        ReplayMismatch => "replay_mismatch",
    }
}

/// A call or a decision with a problem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallProblem {
    /// The problem.
    pub problem: DecisionProblem,
    /// The unit.
    pub unit_id: String,
    /// The number of the line.
    pub line: u64,
    /// The time.
    pub time: String,
    /// The request ID.
    pub request_id: String,
}

/// How many decisions were compared with another evaluation of the recorded body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayCounts {
    /// The findings are the same.
    pub same: u64,
    /// The findings differ.
    pub different: u64,
    /// Not compared: the log does not hold what was evaluated, such as a request before it was masked, or the record not all of the result.
    pub not_comparable: u64,
    /// Not compared: their policies were not among those of the audit.
    pub other_policy: u64,
}

/// The result of the join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionAudit {
    /// The policies that count as approved.
    pub approved: Vec<Approval>,
    /// Calls of the invocation log.
    pub calls: u64,
    /// Calls that decision records belong to.
    pub decided: u64,
    /// Calls that carry the tag of the layer.
    pub tagged: u64,
    /// Calls whose response has findings that the policy masks or blocks, and whose decision record says that it was.
    pub output_handled: u64,
    /// Calls by problem.
    pub problems: BTreeMap<DecisionProblem, u64>,
    /// The policies of decisions, with the number of calls.
    pub policies: BTreeMap<String, u64>,
    /// The decisions that were replayed.
    pub replay: ReplayCounts,
    /// The chains of the decision records.
    pub chain: ChainAudit,
    /// The first calls with problems.
    pub locations: Vec<CallProblem>,
}

impl DecisionAudit {
    /// Returns the number of calls and decisions with problems, each as often as it has some.
    #[must_use]
    pub fn problem_count(&self) -> u64 {
        self.problems.values().sum()
    }

    pub(super) fn problem(&mut self, location: CallProblem) {
        *self.problems.entry(location.problem).or_default() += 1;
        self.locations.push(location);
    }

    /// Keeps the first locations of each problem.
    pub(super) fn trim(&mut self) {
        self.locations.sort();
        let mut kept: BTreeMap<DecisionProblem, usize> = BTreeMap::new();
        self.locations.retain(|location| {
            let count = kept.entry(location.problem).or_default();
            *count += 1;
            *count <= MAX_LOCATIONS
        });
    }
}
