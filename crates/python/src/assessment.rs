//! Assessments and findings.

use banister::{ApplyGuardrailResponse, Assessment as LibraryAssessment, Outcome, Policy};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::contain::contained;
use crate::direction;
use crate::offsets::Offsets;

/// A match of a rule: which rule, where, and what was done.
///
/// `text[start:end]` is the span; `byte_start` and `byte_end` are its bytes of UTF-8. `kind` is `"topic"`, `"word"`, `"pii"` or
/// `"regex"`, and `action` is `"NONE"`, `"ANONYMIZED"`, `"REPLACED"` or `"BLOCKED"`, as Bedrock names them. `within` names the rule of a more certain finding
/// that contains this one. `matched_text` and `fingerprint` are `None` unless the guardrail includes them, `score` and `threshold` unless
/// a topic matched by its examples.
#[pyclass(frozen, eq, get_all, module = "banister")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    rule: String,
    kind: &'static str,
    entity_type: Option<&'static str>,
    managed_list: Option<&'static str>,
    action: &'static str,
    start: usize,
    end: usize,
    byte_start: usize,
    byte_end: usize,
    within: Option<String>,
    matched_text: Option<String>,
    fingerprint: Option<String>,
    score: Option<f32>,
    threshold: Option<f32>,
}

impl Finding {
    fn new(finding: &banister::Finding, offsets: &Offsets) -> Self {
        let span = finding.span();
        let explanation = finding.explanation();
        Self {
            rule: finding.rule().to_owned(),
            kind: finding.kind().name(),
            entity_type: finding.entity_type().map(banister::EntityType::name),
            managed_list: finding.managed_list(),
            action: finding.action().name(),
            start: offsets.chars_before(span.start()),
            end: offsets.chars_before(span.end()),
            byte_start: span.start(),
            byte_end: span.end(),
            within: finding.within().map(|container| container.rule().to_owned()),
            matched_text: finding.matched_text().map(str::to_owned),
            fingerprint: finding.fingerprint().map(str::to_owned),
            score: explanation.map(banister::TopicExplanation::score),
            threshold: explanation.map(banister::TopicExplanation::threshold),
        }
    }
}

#[pymethods]
impl Finding {
    fn __repr__(&self) -> String {
        let Self { rule, kind, action, start, end, .. } = self;
        format!("Finding(rule={rule:?}, kind={kind:?}, action={action:?}, start={start}, end={end})")
    }
}

/// The similarity of some text to a topic's examples.
#[pyclass(frozen, eq, get_all, module = "banister")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TopicScore {
    rule: String,
    score: f32,
    threshold: f32,
}

/// The outcome of an evaluation.
#[pyclass(frozen, module = "banister")]
#[derive(Debug)]
pub(crate) struct Assessment {
    policy: Policy,
    assessment: LibraryAssessment,
    findings: Vec<Finding>,
    /// The text that may be forwarded, or the blocked message; unknown for a stream, whose text was released before.
    text: Option<String>,
}

impl Assessment {
    /// Creates the assessment of some text.
    pub(crate) fn of_text(policy: &Policy, text: &str, assessment: LibraryAssessment) -> Self {
        let released = assessment.apply_to(text).to_owned();
        Self { text: Some(released), ..Self::of_stream(policy, &Offsets::of(text), assessment) }
    }

    pub(crate) fn of_stream(policy: &Policy, offsets: &Offsets, assessment: LibraryAssessment) -> Self {
        let findings = assessment.findings().iter().map(|finding| Finding::new(finding, offsets)).collect();
        Self { policy: policy.clone(), assessment, findings, text: None }
    }

    fn response(&self) -> ApplyGuardrailResponse {
        let (policy, assessment) = (&self.policy, &self.assessment);
        let outcome = assessment.outcome();
        let mut response =
            ApplyGuardrailResponse::new(policy, assessment.source(), outcome, assessment.inspected_chars());
        if outcome != Outcome::Passed
            && let Some(text) = self.text.as_deref().or(assessment.message())
        {
            response.add_output(text);
        }
        for finding in assessment.findings() {
            response.add_finding(policy, finding, finding.matched_text());
        }
        response
    }
}

#[pymethods]
impl Assessment {
    /// The direction of the text: `"input"` or `"output"`.
    #[getter]
    fn direction(&self) -> &'static str {
        direction::name(self.assessment.source())
    }

    /// The outcome: `"passed"`, `"masked"` or `"blocked"`.
    #[getter]
    fn outcome(&self) -> &'static str {
        self.assessment.outcome().name()
    }

    /// Whether the text must not be forwarded.
    #[getter]
    fn is_blocked(&self) -> bool {
        self.assessment.is_blocked()
    }

    /// Whether the text was blocked because more than the buffer limit would have been buffered.
    #[getter]
    fn is_over_limit(&self) -> bool {
        self.assessment.is_over_limit()
    }

    /// The findings, in the order of the text.
    #[getter]
    fn findings(&self) -> Vec<Finding> {
        self.findings.clone()
    }

    /// The text with replacements, if any span is masked and nothing is blocked.
    #[getter]
    fn masked_text(&self) -> Option<&str> {
        self.assessment.masked_text()
    }

    /// The message for the caller, if the text is blocked.
    #[getter]
    fn message(&self) -> Option<&str> {
        self.assessment.message()
    }

    /// What may be forwarded: the text, the masked text, or the blocked message. `None` for a stream, which has released its text.
    #[getter]
    fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The number of bytes evaluated.
    #[getter]
    fn inspected_bytes(&self) -> usize {
        self.assessment.inspected_bytes()
    }

    /// The number of characters evaluated.
    #[getter]
    fn inspected_chars(&self) -> usize {
        self.assessment.inspected_chars()
    }

    /// The best score of each topic, if the guardrail includes them.
    #[getter]
    fn topic_scores(&self) -> Vec<TopicScore> {
        let scores = self.assessment.topic_scores().iter();
        scores
            .map(|score| TopicScore {
                rule: score.rule().to_owned(),
                score: score.score(),
                threshold: score.threshold(),
            })
            .collect()
    }

    /// Returns the response that Bedrock's ApplyGuardrail would give: `action`, `outputs`, `assessments` and `usage`.
    fn apply_guardrail_response<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let text = contained(|| serde_json::to_string(&self.response()))?;
        let text = text.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(py.import("json")?.call_method1("loads", (text,))?.cast_into::<PyDict>()?)
    }

    // Without the text.
    fn __repr__(&self) -> String {
        let findings = self.findings.len();
        format!("Assessment(outcome={:?}, direction={:?}, findings={findings})", self.outcome(), self.direction())
    }
}
