//! The decision audit: each call of the invocation log beside the decisions of the guardrail.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::AuditError;
use super::store::Store;
use crate::core::CallRow;

/// The bytes of calls and decisions that are joined at once.
const PART_BYTES: u64 = 128 << 20;

/// The maximum number of calls that a summary locates, for each problem.
const MAX_LOCATIONS: usize = 100;

/// What is wrong with the decisions of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DecisionProblem {
    /// No decision record belongs to the call.
    NoDecision,
    /// The policy of a decision was not approved.
    UnapprovedPolicy,
    /// The tag in Bedrock's log names another policy than the decision.
    TagMismatch,
    /// Decision records say that the request passed, or was masked, and it has findings that the policy masks or blocks.
    WeakerInput,
    /// The response has findings that the policy masks or blocks, and its decision record says that it passed.
    WeakerOutput,
    /// The call has a response with such findings, and no decision record of it.
    NoResponseDecision,
}

impl DecisionProblem {
    /// Returns the name, as in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoDecision => "no_decision",
            Self::UnapprovedPolicy => "unapproved_policy",
            Self::TagMismatch => "tag_mismatch",
            Self::WeakerInput => "weaker_input",
            Self::WeakerOutput => "weaker_output",
            Self::NoResponseDecision => "no_response_decision",
        }
    }
}

/// A call with a problem.
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

/// The result of the join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionAudit {
    /// The digests of the policies that count as approved.
    pub approved: Vec<String>,
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
    /// The first calls with problems.
    pub locations: Vec<CallProblem>,
}

impl DecisionAudit {
    /// Returns the number of calls with problems, each as often as it has some.
    #[must_use]
    pub fn problem_count(&self) -> u64 {
        self.problems.values().sum()
    }

    fn problem(&mut self, problem: DecisionProblem, call: &Call) {
        *self.problems.entry(problem).or_default() += 1;
        self.locations.push(CallProblem {
            problem,
            unit_id: call.unit_id.clone(),
            line: call.line,
            time: call.time.clone(),
            request_id: call.request_id.clone(),
        });
    }

    /// Keeps the first locations of each problem.
    fn trim(&mut self) {
        self.locations.sort();
        let mut kept: BTreeMap<DecisionProblem, usize> = BTreeMap::new();
        self.locations.retain(|location| {
            let count = kept.entry(location.problem).or_default();
            *count += 1;
            *count <= MAX_LOCATIONS
        });
    }
}

struct Call {
    unit_id: String,
    line: u64,
    request_id: String,
    policy: String,
    time: String,
    gaps: u64,
    unverifiable: u64,
    answered: bool,
    tagged: bool,
}

struct Decision {
    policy: String,
    stage: String,
    outcome: String,
}

#[derive(Default)]
struct Group {
    calls: Vec<Call>,
    decisions: Vec<Decision>,
}

/// Joins the calls and decisions of all units. Memory is bounded: keys are joined in parts of about the same size.
pub(super) fn join(store: &Store, approved: &[String]) -> Result<DecisionAudit, AuditError> {
    let names: Vec<String> = store.files()?.into_iter().filter(|name| name.starts_with("calls/")).collect();
    let mut bytes = 0;
    for name in &names {
        bytes += store.size(name)?;
    }
    let parts = bytes / PART_BYTES + 1;
    let mut audit = DecisionAudit { approved: approved.to_vec(), ..DecisionAudit::default() };
    for part in 0..parts {
        let mut groups = BTreeMap::new();
        for name in &names {
            read(store, name, (part, parts), &mut groups)?;
        }
        for group in groups.values() {
            judge(group, &mut audit);
        }
        audit.trim();
    }
    Ok(audit)
}

/// Adds the rows of a file whose keys are in the part.
fn read(
    store: &Store,
    name: &str,
    (part, parts): (u64, u64),
    groups: &mut BTreeMap<String, Group>,
) -> Result<(), AuditError> {
    let unit_id = name.trim_start_matches("calls/").trim_end_matches(".jsonl");
    let is_mine = |key: &str| {
        let digest = Sha256::digest(key);
        digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % parts == part
    };
    store.each_line(name, |line| {
        let row: CallRow =
            serde_json::from_str(line).map_err(|_| AuditError::integrity(format!("{name}: is damaged")))?;
        match row {
            CallRow::Call { line, request_id, decision, policy, time, gaps, unverifiable, answered } => {
                let tagged = !decision.is_empty();
                let key = if tagged { format!("decision {decision}") } else { format!("request {request_id}") };
                if is_mine(&key) {
                    let unit_id = unit_id.to_owned();
                    let call = Call { unit_id, line, request_id, policy, time, gaps, unverifiable, answered, tagged };
                    groups.entry(key).or_default().calls.push(call);
                }
            }
            CallRow::Decision { request_id, decision, policy, stage, outcome, .. } => {
                let mut keys = vec![format!("decision {decision}")];
                if !request_id.is_empty() {
                    keys.push(format!("request {request_id}"));
                }
                for key in keys.into_iter().filter(|key| is_mine(key)) {
                    let decision = Decision { policy: policy.clone(), stage: stage.clone(), outcome: outcome.clone() };
                    groups.entry(key).or_default().decisions.push(decision);
                }
            }
        }
        Ok(())
    })
}

/// Compares calls with the decisions that have the same key.
fn judge(group: &Group, audit: &mut DecisionAudit) {
    for call in &group.calls {
        audit.calls += 1;
        audit.tagged += u64::from(call.tagged);
        if group.decisions.is_empty() {
            audit.problem(DecisionProblem::NoDecision, call);
            continue;
        }
        audit.decided += 1;
        let mut policies: Vec<&String> = group.decisions.iter().map(|decision| &decision.policy).collect();
        policies.sort_unstable();
        policies.dedup();
        for policy in &policies {
            *audit.policies.entry((*policy).clone()).or_default() += 1;
        }
        if policies.iter().any(|policy| !audit.approved.contains(policy)) {
            audit.problem(DecisionProblem::UnapprovedPolicy, call);
        }
        if !call.policy.is_empty() && policies.iter().any(|policy| **policy != call.policy) {
            audit.problem(DecisionProblem::TagMismatch, call);
        }
        if call.gaps > 0 {
            audit.problem(DecisionProblem::WeakerInput, call);
        }
        if call.unverifiable > 0 && call.answered {
            judge_response(call, group, audit);
        }
    }
}

fn judge_response(call: &Call, group: &Group, audit: &mut DecisionAudit) {
    let is_response = |decision: &&Decision| matches!(decision.stage.as_str(), "response" | "stream");
    let mut responses = group.decisions.iter().filter(is_response).peekable();
    if responses.peek().is_none() {
        audit.problem(DecisionProblem::NoResponseDecision, call);
    } else if responses.all(|decision| matches!(decision.outcome.as_str(), "masked" | "blocked" | "rejected")) {
        audit.output_handled += 1;
    } else {
        audit.problem(DecisionProblem::WeakerOutput, call);
    }
}
