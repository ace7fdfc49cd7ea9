//! Reads decision records.

use super::call::{CallRow, KNOWN_DECISION_SCHEMA, digest, name, token};
use super::labels::{WITHHELD, identifier, time};
use super::lines::Line;
use super::record::Members;

/// A decision record.
pub(super) enum DecisionLine {
    /// The record of a decision.
    Decision(CallRow),
    /// A writer began or ended.
    Other,
    /// A record of an unknown schema, or a damaged one.
    Unknown,
}

/// Reads a decision record.
pub(super) fn read(line: Line, members: &Members<'_>) -> DecisionLine {
    if members.text("schema") != KNOWN_DECISION_SCHEMA || members.has_duplicates() {
        return DecisionLine::Unknown;
    }
    if members.text("event") != "decision" {
        return DecisionLine::Other;
    }
    let policy = members.object("policy").map(|policy| digest(&policy.text("digest"))).unwrap_or_default();
    let decision = token(&members.text("decision"));
    let (stage, outcome) = (name(&members.text("stage")), name(&members.text("outcome")));
    if [&policy, &decision, &stage, &outcome].iter().any(|text| text.is_empty()) {
        return DecisionLine::Unknown;
    }
    let request_id = identifier(&members.text("request_id"));
    DecisionLine::Decision(CallRow::Decision {
        line: line.number,
        // One that is withheld joins nothing.
        request_id: if request_id == WITHHELD { String::new() } else { request_id },
        decision,
        policy,
        time: time(&members.text("time")),
        stage,
        outcome,
    })
}
