//! The receipt of a unit: what was read, and the digest of what was found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chain::Chains;
use super::finding::{FindingRow, Side, Verdict};
use super::quarantine::ReasonCode;

/// How much of a unit was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum UnitStatus {
    /// All of it.
    Complete,
    /// A part of it.
    Partial,
    /// Nothing.
    Failed,
}

/// A side object that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideReceipt {
    /// The digest of the stored bytes.
    pub sha256: String,
    /// The number of stored bytes.
    pub size: u64,
}

/// The location of a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapSample {
    /// The number of the line.
    pub line: u64,
    /// The request ID.
    pub request_id: String,
    /// The time.
    pub time: String,
    /// The model.
    pub model: String,
    /// The part of the record.
    pub side: Side,
    /// The pointer to the string.
    pub pointer: String,
    /// The start in the decoded string, in bytes.
    pub start: u64,
    /// The end in the decoded string, in bytes.
    pub end: u64,
    /// The rule.
    pub rule: String,
    /// The entity type, or an empty string.
    #[serde(rename = "type")]
    pub entity_type: String,
}

/// The maximum number of gaps that a receipt locates. All of them are among the findings.
const MAX_SAMPLES: usize = 20;

/// Counts of records and findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tally {
    /// Records by format: `invocation_log`, `decision`, `json`, `text`.
    pub records_by_format: BTreeMap<String, u64>,
    /// Records by day.
    pub records_by_day: BTreeMap<String, u64>,
    /// Records by model.
    pub records_by_model: BTreeMap<String, u64>,
    /// Records by operation.
    pub records_by_operation: BTreeMap<String, u64>,
    /// Records by account and region.
    pub records_by_region: BTreeMap<String, u64>,
    /// Records by caller.
    pub records_by_caller: BTreeMap<String, u64>,
    /// Content that policies do not apply to, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Bodies: `in_record`, `side_object`, `not_recorded`, `unknown_format`.
    pub bodies: BTreeMap<String, u64>,
    /// Quarantined lines and bodies, by reason code.
    pub quarantined: BTreeMap<String, u64>,
    /// Decision records by outcome, `lost` for those that their writer lost, and `torn` for lines in which a writer crashed, as the next one
    /// recorded.
    pub decisions: BTreeMap<String, u64>,
    /// Findings by rule, kind, type, side, action and verdict, separated by tabs.
    pub findings: BTreeMap<String, u64>,
    /// Findings by verdict and day, separated by a tab.
    pub findings_by_day: BTreeMap<String, u64>,
    /// Findings by verdict and model, separated by a tab.
    pub findings_by_model: BTreeMap<String, u64>,
    /// Findings by verdict and caller, separated by a tab.
    pub findings_by_caller: BTreeMap<String, u64>,
    /// Bodies by side, outcome under the policy, and outcome under the other policy, separated by tabs.
    pub against: BTreeMap<String, u64>,
    /// Findings of the other policy by rule, kind, type, side and action, separated by tabs.
    pub against_findings: BTreeMap<String, u64>,
}

pub(crate) fn count(map: &mut BTreeMap<String, u64>, key: &str, by: u64) {
    match map.get_mut(key) {
        Some(value) => *value += by,
        None => drop(map.insert(key.to_owned(), by)),
    }
}

/// The maximum number of labels of a kind in a receipt, of which callers choose some.
const MAX_LABELS: usize = 1000;

/// Counts a label. Beyond the maximum, labels count as one.
pub(super) fn count_label(map: &mut BTreeMap<String, u64>, label: &str) {
    let is_known = map.contains_key(label) || map.len() < MAX_LABELS;
    match label.split_once('\t') {
        _ if is_known => count(map, label, 1),
        Some((verdict, _)) => count(map, &[verdict, OTHERS].join("\t"), 1),
        None => count(map, OTHERS, 1),
    }
}

const OTHERS: &str = "(others)";

impl Tally {
    /// Adds another tally.
    pub fn add(&mut self, other: &Self) {
        let maps =
            |tally: &mut Self| -> Vec<BTreeMap<String, u64>> { tally.maps().into_iter().map(std::mem::take).collect() };
        let others = maps(&mut other.clone());
        for (map, other) in self.maps().into_iter().zip(others) {
            for (key, value) in other {
                count(map, &key, value);
            }
        }
    }

    fn maps(&mut self) -> [&mut BTreeMap<String, u64>; 16] {
        [
            &mut self.records_by_format,
            &mut self.records_by_day,
            &mut self.records_by_model,
            &mut self.records_by_operation,
            &mut self.records_by_region,
            &mut self.records_by_caller,
            &mut self.skipped,
            &mut self.bodies,
            &mut self.quarantined,
            &mut self.decisions,
            &mut self.findings,
            &mut self.findings_by_day,
            &mut self.findings_by_model,
            &mut self.findings_by_caller,
            &mut self.against,
            &mut self.against_findings,
        ]
    }

    /// Returns the number of records.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records_by_format.values().sum()
    }

    /// Returns the number of quarantined lines and bodies.
    #[must_use]
    pub fn quarantined(&self) -> u64 {
        self.quarantined.values().sum()
    }

    /// Returns the number of findings.
    #[must_use]
    pub fn findings(&self) -> u64 {
        self.findings.values().sum()
    }

    /// Returns the number of findings with a verdict.
    #[must_use]
    pub fn findings_with(&self, verdict: Verdict) -> u64 {
        let is_of = |key: &str| key.rsplit('\t').next() == Some(verdict.as_str());
        self.findings.iter().filter(|(key, _)| is_of(key)).map(|(_, count)| count).sum()
    }

    pub(super) fn add_finding(&mut self, row: &FindingRow<'_>) {
        let (kind, verdict) = (row.kind.name(), row.verdict.as_str());
        let key = [row.rule, kind, row.entity_type, row.side.as_str(), row.action.name(), verdict].join("\t");
        count(&mut self.findings, &key, 1);
        let record = row.record;
        for (map, value) in [
            (&mut self.findings_by_day, record.day()),
            (&mut self.findings_by_model, &record.model),
            (&mut self.findings_by_caller, &record.caller),
        ] {
            count_label(map, &[verdict, value].join("\t"));
        }
    }
}

/// The receipt of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The unit.
    pub unit_id: String,
    /// How much of the unit was read.
    pub status: UnitStatus,
    /// Why the unit was not read, or not to its end.
    pub reason: Option<ReasonCode>,
    /// The digest of the stored bytes; empty if they could not be read.
    pub sha256: String,
    /// The number of stored bytes that were read.
    pub size: u64,
    /// The number of bytes after decompression.
    pub uncompressed: u64,
    /// The object is a marker by which Bedrock checks its permissions.
    pub marker: bool,
    /// The number of bytes of text that were evaluated.
    pub inspected_bytes: u64,
    /// The side objects that were read, by name.
    pub side_objects: BTreeMap<String, SideReceipt>,
    /// The digest of the findings as JSON Lines.
    pub findings_digest: String,
    /// The digest of the calls and decisions as JSON Lines.
    pub calls_digest: String,
    /// The digest of the quarantine as JSON Lines.
    pub quarantine_digest: String,
    /// The files with findings and quarantine, with their digests. The writer of these files sets it.
    pub files: BTreeMap<String, String>,
    /// The policy.
    pub policy_digest: String,
    /// The engine and its options.
    pub engine_digest: String,
    /// Counts.
    pub tally: Tally,
    /// The chains of decision records, if there are some.
    pub chains: Option<Chains>,
    /// The first gaps.
    pub gap_samples: Vec<GapSample>,
}

impl Receipt {
    pub(super) fn add_finding(&mut self, row: &FindingRow<'_>) {
        self.tally.add_finding(row);
        if row.verdict == Verdict::Gap && self.gap_samples.len() < MAX_SAMPLES {
            self.gap_samples.push(GapSample {
                line: row.record.line,
                request_id: row.record.request_id.clone(),
                time: row.record.time.clone(),
                model: row.record.model.clone(),
                side: row.side,
                pointer: row.pointer.clone(),
                start: row.start,
                end: row.end,
                rule: row.rule.to_owned(),
                entity_type: row.entity_type.to_owned(),
            });
        }
    }
}
