//! What came of a body.

use std::sync::Arc;

use crate::bedrock::{InspectionSummary, Skipped};
use crate::guardrail::{Assessment, Finding, Outcome, Source};

/// A finding in a body: what was found, and in which string of it.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyFinding {
    pub(super) finding: Finding,
    pub(super) pointer: String,
    pub(super) inner_pointer: Option<String>,
    pub(super) is_key: bool,
}

impl BodyFinding {
    /// What was found. Its span counts in bytes of the decoded string.
    #[must_use]
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    /// RFC 6901 pointer to the string in the body.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Where the string is itself JSON, such as the arguments of a tool call: the pointer to the string in that document.
    #[must_use]
    pub fn inner_pointer(&self) -> Option<&str> {
        self.inner_pointer.as_deref()
    }

    /// Whether the text is the name of a member, not its value.
    #[must_use]
    pub fn is_key(&self) -> bool {
        self.is_key
    }
}

/// Everything that was found in a body or a stream, and what was not examined.
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

    /// Adds what was found in one text. The first text that is blocked gives the message.
    pub(super) fn add(&mut self, findings: impl Iterator<Item = BodyFinding>, text: &Assessment) {
        self.findings.extend(findings);
        self.inspected_chars += text.inspected_chars();
        self.over_limit |= text.is_over_limit();
        self.outcome = stronger(self.outcome, text.outcome());
        if self.message.is_none() {
            self.message = text.message().map(Arc::from);
        }
    }

    /// Adds what was found in a text that is emptied, whatever the rules say.
    pub(super) fn add_masked(&mut self, findings: impl Iterator<Item = BodyFinding>, text: &Assessment) {
        self.findings.extend(findings);
        self.inspected_chars += text.inspected_chars();
        self.over_limit |= text.is_over_limit();
        self.outcome = stronger(self.outcome, Outcome::Masked);
    }

    /// The findings that were masked, and no more.
    pub(super) fn masked_findings(&self) -> Self {
        let is_masked = |found: &&BodyFinding| found.finding.action().is_rewritten();
        let findings: Vec<_> = self.findings.iter().filter(is_masked).cloned().collect();
        let outcome = if findings.is_empty() { Outcome::Passed } else { Outcome::Masked };
        Self { findings, outcome, ..Self::new(self.source) }
    }

    /// Adds a text that is whole, and stands at `pointer`.
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

    /// Adds what was found in an event of a stream, of whose bytes `carried` are counted elsewhere.
    pub(crate) fn absorb(&mut self, event: Self, carried: usize) {
        self.findings.extend(event.findings);
        self.inspected_chars += event.inspected_chars;
        self.over_limit |= event.over_limit;
        self.outcome = stronger(self.outcome, event.outcome);
        self.message = self.message.take().or(event.message);
        self.coverage.inspected_bytes += event.coverage.inspected_bytes.saturating_sub(carried);
        self.coverage.skipped.extend(event.coverage.skipped);
    }

    /// Which direction was evaluated.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// What came of the body.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Whether the body must not go on.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.outcome == Outcome::Blocked
    }

    /// Whether a text of the body is blocked without a rule, see [`Assessment::is_over_limit`].
    #[must_use]
    pub fn is_over_limit(&self) -> bool {
        self.over_limit
    }

    /// All findings, in the order of the body.
    #[must_use]
    pub fn findings(&self) -> &[BodyFinding] {
        &self.findings
    }

    /// What the caller is told instead, when the body is blocked.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Decoded bytes of text that were examined.
    #[must_use]
    pub fn inspected_bytes(&self) -> usize {
        self.coverage.inspected_bytes
    }

    /// Characters of text that were examined; Bedrock counts its units in these.
    #[must_use]
    pub fn inspected_chars(&self) -> usize {
        self.inspected_chars
    }

    /// Content that was not examined, and why.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.coverage.skipped
    }
}

/// The stronger of two outcomes.
pub(super) fn stronger(a: Outcome, b: Outcome) -> Outcome {
    match (a, b) {
        (Outcome::Blocked, _) | (_, Outcome::Blocked) => Outcome::Blocked,
        (Outcome::Masked, _) | (_, Outcome::Masked) => Outcome::Masked,
        _ => Outcome::Passed,
    }
}
