//! A finding, with its location and without its text.

use banister::{ActionTaken, Finding, RuleKind, redact_pointer};
use serde::{Deserialize, Serialize};

use super::context::RecordContext;

/// The part of a record that a finding is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Side {
    /// What the model received.
    Input,
    /// What the model returned, before a guardrail in the application.
    Output,
    /// The metadata of a request, or another field of the record.
    Record,
}

impl Side {
    /// Returns the name, as in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Record => "record",
        }
    }
}

/// What a finding says about the control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// The policy reports such content and forwards it.
    Ok,
    /// The policy masks or blocks such content, and it reached the model.
    Gap,
    /// The policy masks or blocks such content, and the log does not show whether it reached the caller.
    Unverifiable,
}

impl Verdict {
    pub(crate) fn of(side: Side, action: ActionTaken) -> Self {
        match (side, action) {
            (_, ActionTaken::None) => Self::Ok,
            (Side::Output, _) => Self::Unverifiable,
            (Side::Input | Side::Record, _) => Self::Gap,
        }
    }

    /// Returns the name, as in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Gap => "gap",
            Self::Unverifiable => "unverifiable",
        }
    }
}

/// A finding. It has no field for text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FindingRow<'a> {
    /// The unit.
    pub unit_id: &'a str,
    /// The position among the findings of the unit, from 0.
    pub ordinal: u64,
    /// The record.
    #[serde(flatten)]
    pub record: &'a RecordContext,
    /// The part of the record.
    pub side: Side,
    /// The RFC 6901 pointer to the string, with `*` for field names that no Bedrock format has.
    pub pointer: String,
    /// The pointer into the JSON in the string, if the string is JSON.
    pub inner_pointer: String,
    /// `true` if the string is the name of a field.
    pub is_key: bool,
    /// The start in the decoded string, in bytes of UTF-8.
    pub start: u64,
    /// The end in the decoded string, in bytes of UTF-8.
    pub end: u64,
    /// The rule.
    pub rule: &'a str,
    /// The kind of the rule.
    pub kind: RuleKind,
    /// The entity type, or an empty string.
    #[serde(rename = "type")]
    pub entity_type: &'static str,
    /// The action that the policy has for the finding.
    pub action: ActionTaken,
    /// What the finding says about the control.
    pub verdict: Verdict,
    /// The HMAC-SHA-256 of the matched text in hex, if the scan has a key: that of decision records under the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<&'a str>,
}

/// Where in a part of a record a finding is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Location<'a> {
    pub(super) side: Side,
    /// The pointer to the part, if it is not a body.
    pub(super) prefix: &'static str,
    pub(super) pointer: &'a str,
    pub(super) inner_pointer: &'a str,
    pub(super) is_key: bool,
    /// The offset of the evaluated text in the string.
    pub(super) offset: u64,
}

impl Location<'_> {
    /// Returns the location of a part of text without a pointer.
    pub(super) fn text(side: Side, offset: u64) -> Self {
        Self { side, prefix: "", pointer: "", inner_pointer: "", is_key: false, offset }
    }
}

impl<'a> FindingRow<'a> {
    pub(super) fn new(
        (unit_id, ordinal): (&'a str, u64),
        record: &'a RecordContext,
        at: Location<'_>,
        finding: &'a Finding,
    ) -> Self {
        Self {
            unit_id,
            ordinal,
            record,
            side: at.side,
            pointer: [at.prefix, &redact_pointer(at.pointer)].concat(),
            inner_pointer: redact_pointer(at.inner_pointer),
            is_key: at.is_key,
            start: at.offset + finding.span().start() as u64,
            end: at.offset + finding.span().end() as u64,
            rule: finding.rule(),
            kind: finding.kind(),
            entity_type: finding.entity_type().map_or("", banister::EntityType::name),
            action: finding.action(),
            verdict: Verdict::of(at.side, finding.action()),
            fingerprint: finding.fingerprint(),
        }
    }
}
