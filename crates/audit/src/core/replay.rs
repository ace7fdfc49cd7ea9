//! What an evaluation of a recorded body found, in a form that compares with a decision record.

use banister::{ActionTaken, BodyAssessment, FindingRecord};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::finding::Side;
use super::options::hex;

/// The evaluation of a recorded body under a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The digest of the policy.
    pub policy: String,
    /// The part of the record.
    pub side: Side,
    /// The findings: digests of rule, kind, type, action and span, sorted.
    ///
    /// Without pointers: Bedrock records a stream as one response, where the same text has another pointer than in events.
    pub findings: Vec<String>,
}

impl Replay {
    pub(super) fn new(policy: &str, side: Side, assessment: &BodyAssessment) -> Self {
        let keys = assessment.findings().iter().map(|found| {
            let finding = found.finding();
            let entity_type = finding.entity_type().map_or("", banister::EntityType::name);
            let (start, end) = (finding.span().start() as u64, finding.span().end() as u64);
            key([finding.rule(), finding.kind().name(), entity_type, finding.action().name()], start, end)
        });
        Self { policy: policy.to_owned(), side, findings: sorted(keys) }
    }
}

/// Returns the findings of a decision record, as those of a [`Replay`].
pub(super) fn recorded(findings: &[FindingRecord]) -> Vec<String> {
    sorted(findings.iter().map(|finding| {
        let entity_type = finding.entity_type.as_deref().unwrap_or_default();
        key([&finding.rule, &finding.kind, entity_type, &finding.action], finding.start, finding.end)
    }))
}

fn sorted(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut keys: Vec<String> = keys.collect();
    keys.sort_unstable();
    keys
}

fn key(names: [&str; 4], start: u64, end: u64) -> String {
    let fields = serde_json::json!([names, start, end]).to_string();
    hex(Sha256::digest(fields).get(..8).unwrap_or_default())
}

/// Returns the outcome that the policy has for a body: `passed`, `detected`, `masked` or `blocked`.
pub(super) fn outcome(assessment: &BodyAssessment) -> &'static str {
    let rank = |action| match action {
        ActionTaken::None => 1,
        ActionTaken::Anonymized | ActionTaken::Replaced => 2,
        // The strongest, for one that this version does not know too.
        _ => 3,
    };
    match assessment.findings().iter().map(|found| rank(found.finding().action())).max() {
        _ if assessment.is_over_limit() => "blocked",
        None => "passed",
        Some(1) => "detected",
        Some(2) => "masked",
        Some(_) => "blocked",
    }
}
