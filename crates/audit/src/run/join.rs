//! Joins the calls of the invocation log with the decisions on them.

use std::collections::{BTreeMap, BTreeSet};

use banister::{DecisionOutcome, Stage};
use sha2::{Digest as _, Sha256};

use super::approval::Approval;
use super::decisions::{CallProblem, DecisionAudit, DecisionProblem};
use super::error::AuditError;
use super::store::Store;
use crate::core::{CallRow, Replay, Side};

/// The bytes of calls and decisions that are joined at once.
const PART_BYTES: u64 = 128 << 20;

/// Where a row is.
#[derive(Clone, Debug)]
struct Place {
    unit_id: String,
    line: u64,
    time: String,
    request_id: String,
}

impl Place {
    fn problem(&self, problem: DecisionProblem) -> CallProblem {
        let Self { unit_id, line, time, request_id } = self.clone();
        CallProblem { problem, unit_id, line, time, request_id }
    }
}

struct Call {
    place: Place,
    policy: String,
    gaps: u64,
    unverifiable: u64,
    answered: bool,
    tagged: bool,
    replays: Vec<Replay>,
}

#[derive(Clone)]
struct Decision {
    place: Place,
    policy: String,
    stage: Stage,
    outcome: DecisionOutcome,
    findings: Option<Vec<String>>,
}

#[derive(Default)]
struct Group {
    calls: Vec<Call>,
    decisions: Vec<Decision>,
    /// The key is the ID of the decision, so that each decision is in one such group.
    is_by_decision: bool,
}

/// Joins the calls and decisions of all units. Memory is bounded: keys are joined in parts of about the same size.
pub(super) fn join(store: &Store, approved: &[Approval]) -> Result<DecisionAudit, AuditError> {
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
    let place = |line, time, request_id| Place { unit_id: unit_id.to_owned(), line, time, request_id };
    store.each_line(name, |line| {
        let row: CallRow =
            serde_json::from_str(line).map_err(|_| AuditError::integrity(format!("{name}: is damaged")))?;
        match row {
            CallRow::Call { line, request_id, decision, policy, time, gaps, unverifiable, answered, replays } => {
                let tagged = !decision.is_empty();
                let key = if tagged { format!("decision {decision}") } else { format!("request {request_id}") };
                if is_mine(&key) {
                    let place = place(line, time, request_id);
                    let call = Call { place, policy, gaps, unverifiable, answered, tagged, replays };
                    groups.entry(key).or_default().calls.push(call);
                }
            }
            CallRow::Decision { line, request_id, decision, policy, time, stage, outcome, findings } => {
                let (by_decision, by_request) = (format!("decision {decision}"), format!("request {request_id}"));
                let decision =
                    Decision { place: place(line, time, request_id.clone()), policy, stage, outcome, findings };
                if is_mine(&by_decision) {
                    let group = groups.entry(by_decision).or_default();
                    group.is_by_decision = true;
                    group.decisions.push(decision.clone());
                }
                if !request_id.is_empty() && is_mine(&by_request) {
                    groups.entry(by_request).or_default().decisions.push(decision);
                }
            }
        }
        Ok(())
    })
}

/// Compares calls with the decisions that have the same key.
fn judge(group: &Group, audit: &mut DecisionAudit) {
    if group.is_by_decision {
        judge_approvals(group, audit);
    }
    let owners = Owners::of(group);
    for call in &group.calls {
        audit.calls += 1;
        audit.tagged += u64::from(call.tagged);
        if group.decisions.is_empty() {
            audit.problem(call.place.problem(DecisionProblem::NoDecision));
            continue;
        }
        if !owners.include(call) {
            audit.problem(call.place.problem(DecisionProblem::OtherCall));
            continue;
        }
        audit.decided += 1;
        let mut policies: Vec<&String> = group.decisions.iter().map(|decision| &decision.policy).collect();
        policies.sort_unstable();
        policies.dedup();
        for policy in &policies {
            *audit.policies.entry((*policy).clone()).or_default() += 1;
        }
        if !call.policy.is_empty() && policies.iter().any(|policy| **policy != call.policy) {
            audit.problem(call.place.problem(DecisionProblem::TagMismatch));
        }
        if call.gaps > 0 {
            audit.problem(call.place.problem(DecisionProblem::WeakerInput));
        }
        let is_stopped = |decision: &Decision| {
            decision.stage == Stage::Request
                && matches!(decision.outcome, DecisionOutcome::Blocked | DecisionOutcome::Rejected)
        };
        if group.decisions.iter().any(is_stopped) {
            audit.problem(call.place.problem(DecisionProblem::BlockedCall));
        }
        if call.unverifiable > 0 && call.answered {
            judge_response(call, group, audit);
        }
        replay(call, group, audit);
    }
}

/// The calls that the decisions of a tag belong to. Whoever reads a log can copy a tag to a call that no guardrail saw.
struct Owners<'a> {
    /// The request IDs in decisions on responses.
    request_ids: BTreeSet<&'a str>,
    /// The number of calls that have a response.
    answered: usize,
}

impl<'a> Owners<'a> {
    fn of(group: &'a Group) -> Self {
        let request_ids = group.decisions.iter().map(|decision| decision.place.request_id.as_str());
        Self {
            request_ids: request_ids.filter(|id| !id.is_empty()).collect(),
            answered: group.calls.iter().filter(|call| call.answered).count(),
        }
    }

    fn include(&self, call: &Call) -> bool {
        // A call that failed may be followed by another attempt with the same tag.
        if !call.tagged || !call.answered {
            return true;
        }
        if self.request_ids.is_empty() {
            self.answered == 1
        } else {
            self.request_ids.contains(&*call.place.request_id)
        }
    }
}

/// Checks that the policies of decisions were approved, also of decisions without a call.
fn judge_approvals(group: &Group, audit: &mut DecisionAudit) {
    let (mut never, mut not_then) = (None, None);
    for decision in &group.decisions {
        let mut approvals = audit.approved.iter().filter(|approval| approval.digest == decision.policy).peekable();
        if approvals.peek().is_none() {
            never.get_or_insert(decision);
        } else if !approvals.any(|approval| approval.covers(&decision.place.time)) {
            not_then.get_or_insert(decision);
        }
    }
    let problems = [(never, DecisionProblem::UnapprovedPolicy), (not_then, DecisionProblem::UnapprovedTime)];
    for (decision, problem) in problems {
        if let Some(decision) = decision {
            audit.problem(decision.place.problem(problem));
        }
    }
}

fn judge_response(call: &Call, group: &Group, audit: &mut DecisionAudit) {
    let is_response = |decision: &&Decision| matches!(decision.stage, Stage::Response | Stage::Stream);
    let mut responses = group.decisions.iter().filter(is_response).peekable();
    let is_handled =
        |outcome| matches!(outcome, DecisionOutcome::Masked | DecisionOutcome::Blocked | DecisionOutcome::Rejected);
    if responses.peek().is_none() {
        audit.problem(call.place.problem(DecisionProblem::NoResponseDecision));
    } else if responses.all(|decision| is_handled(decision.outcome)) {
        audit.output_handled += 1;
    } else {
        audit.problem(call.place.problem(DecisionProblem::WeakerOutput));
    }
}

/// What a comparison of a decision with another evaluation gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compared {
    Same,
    Different,
    NotComparable,
    OtherPolicy,
}

/// Compares decisions with other evaluations of the recorded bodies.
fn replay(call: &Call, group: &Group, audit: &mut DecisionAudit) {
    let mut is_different = false;
    for decision in &group.decisions {
        let side = match decision.stage {
            Stage::Request => Side::Input,
            Stage::Response | Stage::Stream => Side::Output,
            _ => continue,
        };
        let counts = &mut audit.replay;
        match compare(call, decision, side) {
            Compared::Same => counts.same += 1,
            Compared::Different => {
                counts.different += 1;
                is_different = true;
            }
            Compared::NotComparable => counts.not_comparable += 1,
            Compared::OtherPolicy => counts.other_policy += 1,
        }
    }
    if is_different {
        audit.problem(call.place.problem(DecisionProblem::ReplayMismatch));
    }
}

fn compare(call: &Call, decision: &Decision, side: Side) -> Compared {
    let Some(recorded) = &decision.findings else { return Compared::NotComparable };
    // Bedrock recorded the request after it was masked.
    if side == Side::Input && !matches!(decision.outcome, DecisionOutcome::Passed | DecisionOutcome::Detected) {
        return Compared::NotComparable;
    }
    let of_side = || call.replays.iter().filter(|replay| replay.side == side);
    let Some(replay) = of_side().find(|replay| replay.policy == decision.policy) else {
        return if of_side().next().is_none() { Compared::NotComparable } else { Compared::OtherPolicy };
    };
    // A stream ends where a rule blocks it, and Bedrock recorded what would have followed.
    let is_cut = decision.stage == Stage::Stream && decision.outcome == DecisionOutcome::Blocked;
    let is_same = if is_cut { is_part(recorded, &replay.findings) } else { *recorded == replay.findings };
    if is_same { Compared::Same } else { Compared::Different }
}

/// Returns `true` if all of `part` are in `whole`, as often. Both are sorted.
fn is_part(part: &[String], whole: &[String]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|one| rest.any(|other| other == one))
}

#[cfg(test)]
mod tests {
    use super::is_part;

    #[test]
    fn a_part_has_each_element_at_most_as_often() {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (part, whole, expected) in
            [("", "", true), ("a", "a b", true), ("a b", "a a b", true), ("a a", "a b", false), ("c", "a b", false)]
        {
            assert_eq!(is_part(&list(part), &list(whole)), expected, "{part} in {whole}");
        }
    }
}
