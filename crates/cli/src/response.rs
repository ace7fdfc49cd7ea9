//! An evaluation as ApplyGuardrail's response, and `findings` beside it.

use banister::bedrock::{BodyAssessment, BodyFinding, GuardrailReport, SkipReason};
use banister::{ActionTaken, Assessment, Finding, Outcome, Policy, RuleKind, Source};
use serde::Serialize;

/// The response of ApplyGuardrail, and `findings`.
#[derive(Debug, Serialize)]
pub(crate) struct Response {
    #[serde(flatten)]
    report: GuardrailReport,
    findings: Vec<FindingEntry>,
}

/// One finding with its place.
#[derive(Debug, Serialize)]
pub(crate) struct FindingEntry {
    rule: String,
    kind: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    entity: Option<&'static str>,
    action: &'static str,
    start: usize,
    end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(rename = "innerPointer", skip_serializing_if = "Option::is_none")]
    inner_pointer: Option<String>,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    matched: Option<String>,
}

impl Response {
    /// The response for a text.
    pub(crate) fn new(policy: &Policy, text: &str, assessment: &Assessment) -> Self {
        let outcome = assessment.outcome();
        let mut report = GuardrailReport::new(policy, assessment.source(), outcome, assessment.examined_chars());
        if outcome != Outcome::Passed {
            report.add_output(assessment.apply(text));
        }
        let entry = |finding: &Finding| {
            report.add(policy, finding, finding.matched_text());
            FindingEntry::new(finding)
        };
        let findings = assessment.findings().iter().map(entry).collect();
        Self { report, findings }
    }

    /// The response for a body, of which `output` is what the caller would see instead.
    pub(crate) fn of_body(policy: &Policy, assessment: &BodyAssessment, output: Option<String>) -> Self {
        let mut report =
            GuardrailReport::new(policy, assessment.source(), assessment.outcome(), assessment.examined_chars());
        if let Some(output) = output {
            report.add_output(output);
        }
        let images = assessment.skipped().iter().filter(|skipped| skipped.reason() == SkipReason::Image).count();
        if images > 0 {
            report.add_images(images);
        }
        let entry = |found: &BodyFinding| {
            report.add(policy, found.finding(), found.finding().matched_text());
            FindingEntry::in_body(found)
        };
        let findings = assessment.findings().iter().map(entry).collect();
        Self { report, findings }
    }
}

impl FindingEntry {
    /// The entry of a finding.
    fn new(finding: &Finding) -> Self {
        Self {
            rule: finding.rule().to_owned(),
            kind: kind_name(finding.kind()),
            entity: finding.entity().map(banister::EntityType::name),
            action: finding.action().name(),
            start: finding.span().start(),
            end: finding.span().end(),
            pointer: None,
            inner_pointer: None,
            matched: finding.matched_text().map(str::to_owned),
        }
    }

    /// The entry of a finding in a body.
    pub(crate) fn in_body(found: &BodyFinding) -> Self {
        Self {
            pointer: Some(found.pointer().to_owned()),
            inner_pointer: found.inner_pointer().map(str::to_owned),
            ..Self::new(found.finding())
        }
    }
}

/// What a rule does in a direction.
pub(crate) fn action(rule: &banister::policy::RuleSummary<'_>, source: Source) -> banister::Action {
    match source {
        Source::Input => rule.input(),
        Source::Output => rule.output(),
    }
}

/// The name of a kind of rule.
pub(crate) fn kind_name(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Topic => "topic",
        RuleKind::Word => "word",
        RuleKind::Pii => "pii",
        RuleKind::Regex => "regex",
        _ => "other",
    }
}

/// The name of an outcome.
pub(crate) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Masked => "masked",
        Outcome::Blocked => "blocked",
        _ => "other",
    }
}

/// Whether a finding is one that stops a text.
pub(crate) fn blocks(finding: &Finding) -> bool {
    finding.action() == ActionTaken::Blocked
}
