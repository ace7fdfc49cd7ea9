//! Reads decision records.

use banister::{DecisionOutcome, DecisionRecord, LogEvent, Torn};

use super::call::CallRow;
use super::labels::{WITHHELD, digest, request_id, time, token};
use super::lines::Line;
use super::record::Members;
use super::replay::recorded;

/// A decision record.
pub(super) enum DecisionLine {
    /// The record of a decision.
    Decision(CallRow),
    /// A writer began or ended. One that began after a crash describes the torn line before it.
    Other(Option<Torn>),
    /// A record of an unknown schema, or a damaged one.
    Unknown,
}

/// Reads a decision record, which has these fields.
pub(super) fn read(line: Line, text: &str, members: &Members<'_>) -> (DecisionLine, u64) {
    let record = match DecisionRecord::read(text.as_bytes()) {
        Ok(record) if !members.has_duplicates() => record,
        _ => return (DecisionLine::Unknown, 0),
    };
    let decision = match record.event {
        LogEvent::Decision(decision) => decision,
        LogEvent::Opened(opened) => return (DecisionLine::Other(opened.torn), record.lost),
        _ => return (DecisionLine::Other(None), record.lost),
    };
    let (policy, id) = (digest(&decision.policy.digest), token(&decision.decision));
    if policy.is_empty() || id.is_empty() {
        return (DecisionLine::Unknown, 0);
    }
    let request_id = request_id(decision.request_id.as_deref().unwrap_or_default());
    let is_whole = decision.findings_omitted == 0
        && !decision.interrupted
        && !matches!(decision.outcome, DecisionOutcome::Rejected | DecisionOutcome::Uninspected);
    let row = CallRow::Decision {
        line: line.number,
        // One that is withheld joins nothing.
        request_id: if request_id == WITHHELD { String::new() } else { request_id },
        decision: id,
        policy,
        time: time(&members.text("time")),
        stage: decision.stage,
        outcome: decision.outcome,
        findings: is_whole.then(|| recorded(&decision.findings)),
    };
    (DecisionLine::Decision(row), record.lost)
}
