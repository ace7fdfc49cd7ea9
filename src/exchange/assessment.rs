//! The assessment of a body or a stream.

use std::sync::Arc;

use crate::bedrock::{InspectionSummary, Skipped};
use crate::guardrail::{Assessment, Finding, Outcome, Source};

/// A finding in a body, with the string it is in.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyFinding {
    pub(super) finding: Finding,
    pub(super) pointer: String,
    pub(super) inner_pointer: Option<String>,
    pub(super) is_key: bool,
}

impl BodyFinding {
    /// Returns the finding. Its span counts bytes of the decoded string.
    #[must_use]
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    /// Returns the RFC 6901 pointer to the string in the body.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the pointer into the JSON in the string, for a string that is itself JSON, such as the arguments of a tool call.
    #[must_use]
    pub fn inner_pointer(&self) -> Option<&str> {
        self.inner_pointer.as_deref()
    }

    /// Returns `true` if the string is the name of a field, not a value.
    #[must_use]
    pub fn is_key(&self) -> bool {
        self.is_key
    }
}

/// The assessment of a body or a stream: its findings, and the content that was skipped.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyAssessment {
    source: Source,
    outcome: Outcome,
    findings: Vec<BodyFinding>,
    message: Option<Arc<str>>,
    over_limit: bool,
    inspected_chars: usize,
    pub(super) coverage: InspectionSummary,
}

impl BodyAssessment {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            outcome: Outcome::Passed,
            findings: Vec::new(),
            message: None,
            over_limit: false,
            inspected_chars: 0,
            coverage: InspectionSummary::default(),
        }
    }

    /// Adds the findings of one text field. The first field that is blocked determines the message.
    pub(super) fn add(&mut self, findings: impl Iterator<Item = BodyFinding>, text: &Assessment) {
        self.add_with(findings, text, text.outcome());
        if self.message.is_none() {
            self.message = text.message().map(Arc::from);
        }
    }

    /// Adds the findings of a text field that is emptied, whatever the rules' actions are.
    pub(super) fn add_masked(&mut self, findings: impl Iterator<Item = BodyFinding>, text: &Assessment) {
        self.add_with(findings, text, Outcome::Masked);
    }

    fn add_with(&mut self, findings: impl Iterator<Item = BodyFinding>, text: &Assessment, outcome: Outcome) {
        self.findings.extend(findings);
        self.inspected_chars += text.inspected_chars();
        self.over_limit |= text.is_over_limit();
        self.outcome = self.outcome.max(outcome);
    }

    /// Returns an assessment with the masked findings only.
    pub(super) fn masked_findings(&self) -> Self {
        let is_masked = |found: &&BodyFinding| found.finding.action().is_rewritten();
        let findings: Vec<_> = self.findings.iter().filter(is_masked).cloned().collect();
        let outcome = if findings.is_empty() { Outcome::Passed } else { Outcome::Masked };
        Self { findings, outcome, ..Self::new(self.source) }
    }

    /// Adds the assessment of a complete text at `pointer`.
    pub(super) fn add_text(&mut self, pointer: &str, text: &Assessment) {
        self.coverage.inspected_bytes += text.inspected_bytes();
        let findings = text.findings().iter().map(|finding| BodyFinding {
            finding: finding.clone(),
            pointer: pointer.to_owned(),
            inner_pointer: None,
            is_key: false,
        });
        self.add(findings, text);
    }

    /// Adds the assessment of an event, of whose bytes `carried` are counted elsewhere.
    pub(crate) fn merge(&mut self, event: Self, carried: usize) {
        self.findings.extend(event.findings);
        self.inspected_chars += event.inspected_chars;
        self.over_limit |= event.over_limit;
        self.outcome = self.outcome.max(event.outcome);
        self.message = self.message.take().or(event.message);
        self.coverage.inspected_bytes += event.coverage.inspected_bytes.saturating_sub(carried);
        self.coverage.skipped.extend(event.coverage.skipped);
    }

    /// Sets the outcome of an evaluation that blocked and masked nothing itself.
    pub(super) fn set_outcome(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    /// Returns the direction that was evaluated.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// Returns the outcome.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns `true` if the body must not be forwarded.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.outcome == Outcome::Blocked
    }

    /// Returns `true` if a text field is blocked without a rule, see [`Assessment::is_over_limit`].
    #[must_use]
    pub fn is_over_limit(&self) -> bool {
        self.over_limit
    }

    /// Returns all findings, in the order of the body.
    #[must_use]
    pub fn findings(&self) -> &[BodyFinding] {
        &self.findings
    }

    /// Returns the blocked message, if the body is blocked.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns the number of decoded bytes of text that were inspected.
    #[must_use]
    pub fn inspected_bytes(&self) -> usize {
        self.coverage.inspected_bytes
    }

    /// Returns the number of characters of text that were inspected. Bedrock counts its units in these.
    #[must_use]
    pub fn inspected_chars(&self) -> usize {
        self.inspected_chars
    }

    /// Returns the content that was skipped, with reasons.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.coverage.skipped
    }
}
