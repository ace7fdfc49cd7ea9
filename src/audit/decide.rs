//! The record of an assessment.

use std::time::Duration;

use super::ids;
use super::record::{
    Coverage, Decision, DecisionOutcome, FindingRecord, PolicyRecord, Rejection, RejectionCode, SkippedRecord, Stage,
};
use crate::guardrail::{Assessment, Finding, Outcome, Source};
use crate::policy::Policy;

/// The number of findings in a record; more are counted. So a record has a few megabytes at most.
const FINDINGS: usize = 10_000;

/// The number of entries of skipped content in a record.
const SKIPPED: usize = 1000;

/// The version of the policy format.
const POLICY_VERSION: u32 = 1;

impl Decision {
    /// Returns the decision on text without a call.
    #[must_use]
    pub fn of_text(policy: &Policy, assessment: &Assessment) -> Self {
        let mut decision = Self::new(policy, Stage::Text, assessment.source());
        decision.add_findings(assessment.outcome(), assessment.findings().iter().map(FindingRecord::of));
        decision.coverage.bytes = assessment.inspected_bytes() as u64;
        decision.coverage.chars = assessment.inspected_chars() as u64;
        decision
    }

    /// Returns a decision under a new ID, without findings.
    pub(crate) fn new(policy: &Policy, stage: Stage, source: Source) -> Self {
        Self {
            decision: ids::random(),
            stage,
            source: source.name().into(),
            operation: None,
            model: None,
            caller: None,
            request_id: None,
            tagged: false,
            policy: PolicyRecord {
                name: policy.name().to_owned(),
                version: POLICY_VERSION,
                digest: policy.digest().to_owned(),
            },
            engine: env!("CARGO_PKG_VERSION").into(),
            outcome: DecisionOutcome::Passed,
            rejection: None,
            interrupted: false,
            findings: Vec::new(),
            findings_omitted: 0,
            coverage: Coverage::default(),
            duration_us: 0,
        }
    }

    pub(crate) fn add_findings(&mut self, outcome: Outcome, findings: impl ExactSizeIterator<Item = FindingRecord>) {
        self.outcome = match outcome {
            Outcome::Blocked => DecisionOutcome::Blocked,
            Outcome::Masked => DecisionOutcome::Masked,
            Outcome::Passed if findings.len() > 0 => DecisionOutcome::Detected,
            Outcome::Passed => DecisionOutcome::Passed,
        };
        self.findings_omitted = findings.len().saturating_sub(FINDINGS) as u64;
        self.findings = findings.take(FINDINGS).collect();
    }

    /// Adds the content that was skipped.
    pub(crate) fn add_skipped(&mut self, skipped: impl ExactSizeIterator<Item = SkippedRecord>) {
        self.coverage.skipped_omitted = skipped.len().saturating_sub(SKIPPED) as u64;
        self.coverage.skipped = skipped.take(SKIPPED).collect();
    }

    /// Sets that it could not be inspected, and was not forwarded.
    pub(crate) fn reject(&mut self, code: RejectionCode, pointer: Option<String>) {
        self.outcome = DecisionOutcome::Rejected;
        self.rejection = Some(Rejection { code, pointer });
    }

    /// Sets the time that the evaluation took.
    pub(crate) fn took(&mut self, time: Duration) {
        self.duration_us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    }
}

impl FindingRecord {
    /// Returns the record of a finding in text without a body.
    pub(crate) fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule().to_owned(),
            kind: finding.kind().name().into(),
            entity_type: finding.entity_type().map(|entity| entity.name().into()),
            action: finding.action().name().into(),
            start: finding.span().start() as u64,
            end: finding.span().end() as u64,
            pointer: None,
            inner_pointer: None,
            key: false,
            within: finding.within().map(|container| container.rule().to_owned()),
            fingerprint: finding.fingerprint().map(str::to_owned),
        }
    }
}

impl SkippedRecord {
    pub(crate) fn new(pointer: String, reason: &'static str, bytes: usize) -> Self {
        Self { pointer, reason: reason.into(), bytes: bytes as u64 }
    }
}
