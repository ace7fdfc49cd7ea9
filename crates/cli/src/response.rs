//! Results as the response of ApplyGuardrail, with `findings`.

use std::borrow::Cow;
use std::collections::HashMap;

use banister::{
    ActionTaken, Assessment, Container, ContentExplanation, EntityType, FilterScore, FilterStrength, Finding, Outcome,
    Policy, RuleKind, Source, TopicExplanation, TopicScore,
};
use banister::{ApplyGuardrailResponse, BodyAssessment, BodyFinding, SkipReason};
use serde::Serialize;
use serde_json::Value;

use crate::offsets::{OffsetConverter, Offsets};

/// The response of ApplyGuardrail, and `findings`.
#[derive(Debug, Serialize)]
pub(crate) struct Response {
    #[serde(flatten)]
    report: ApplyGuardrailResponse,
    findings: Vec<FindingEntry>,
    /// The best score of each topic, if requested.
    #[serde(rename = "topicScores", skip_serializing_if = "Vec::is_empty")]
    topic_scores: Vec<TopicScore>,
    /// The best score of each content filter, if requested.
    #[serde(rename = "filterScores", skip_serializing_if = "Vec::is_empty")]
    filter_scores: Vec<FilterScore>,
    /// The unit of offsets, unless it is bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    offsets: Option<&'static str>,
}

/// A finding with its span and pointer.
#[derive(Debug, Serialize)]
pub(crate) struct FindingEntry {
    rule: String,
    kind: RuleKind,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    entity: Option<EntityType>,
    action: ActionTaken,
    start: usize,
    end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(rename = "innerPointer", skip_serializing_if = "Option::is_none")]
    inner_pointer: Option<String>,
    /// The finding that contains this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<ContainerEntry>,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    matched: Option<String>,
    /// The score of a topic that matched by its examples, or of a content filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f32>,
    /// The confidence of a content filter, and its strength.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<FilterStrength>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strength: Option<FilterStrength>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<ExplanationEntry>,
    /// Why a model found a name or an address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signs: Vec<&'static str>,
}

/// The reason why a topic matched by its examples, or a content filter.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExplanationEntry {
    /// The index of the closest example of a topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    example_index: Option<usize>,
    /// What contributed to the score, the heaviest first: stems and pairs of stems, or terms of the list of a content filter.
    terms: Vec<String>,
}

impl ExplanationEntry {
    fn new(why: &TopicExplanation) -> Self {
        Self { example_index: Some(why.example_index()), terms: why.terms().to_vec() }
    }

    fn of_filter(why: &ContentExplanation) -> Self {
        Self { example_index: None, terms: why.terms().map(str::to_owned).collect() }
    }
}

/// The finding that contains another one.
#[derive(Debug, Serialize)]
struct ContainerEntry {
    rule: String,
    start: usize,
    end: usize,
}

impl ContainerEntry {
    fn new(container: &Container) -> Self {
        let span = container.span();
        Self { rule: container.rule().to_owned(), start: span.start(), end: span.end() }
    }
}

impl Response {
    pub(crate) fn new(policy: &Policy, text: &str, assessment: &Assessment, offsets: Offsets) -> Self {
        let outcome = assessment.outcome();
        let mut report =
            ApplyGuardrailResponse::new(policy, assessment.source(), outcome, assessment.inspected_chars());
        if outcome != Outcome::Passed {
            report.add_output(assessment.apply_to(text));
        }
        let converter = OffsetConverter::new(text, offsets);
        let entry = |finding: &Finding| {
            report.add_finding(policy, finding, finding.matched_text());
            let mut entry = FindingEntry::new(finding);
            entry.count(&converter);
            entry
        };
        let findings = assessment.findings().iter().map(entry).collect();
        Self {
            report,
            findings,
            topic_scores: assessment.topic_scores().to_vec(),
            filter_scores: assessment.filter_scores().to_vec(),
            offsets: named(offsets),
        }
    }

    /// Creates the response for a body. `output` is what the caller would receive instead of it.
    pub(crate) fn of_body(policy: &Policy, assessment: &BodyAssessment, output: Option<String>) -> Self {
        let mut report = ApplyGuardrailResponse::new(
            policy,
            assessment.source(),
            assessment.outcome(),
            assessment.inspected_chars(),
        );
        if let Some(output) = output {
            report.add_output(output);
        }
        let images = assessment.skipped().iter().filter(|skipped| skipped.reason() == SkipReason::Image).count();
        if images > 0 {
            report.add_skipped_images(images);
        }
        let entry = |found: &BodyFinding| {
            report.add_finding(policy, found.finding(), found.finding().matched_text());
            FindingEntry::in_body(found)
        };
        let findings = assessment.findings().iter().map(entry).collect();
        Self { report, findings, topic_scores: Vec::new(), filter_scores: Vec::new(), offsets: None }
    }

    /// Converts the offsets to another unit, each in its own string of `body`.
    pub(crate) fn count_in_body(&mut self, body: &[u8], assessment: &BodyAssessment, offsets: Offsets) {
        self.offsets = named(offsets);
        if self.offsets.is_none() {
            return;
        }
        // It was inspected, so it is JSON.
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let found = assessment.findings().iter().zip(&mut self.findings);
        let mut strings: HashMap<(&str, Option<&str>, bool), Vec<&mut FindingEntry>> = HashMap::new();
        for (found, entry) in found {
            strings.entry((found.pointer(), found.inner_pointer(), found.is_key())).or_default().push(entry);
        }
        for ((pointer, inner, is_key), entries) in strings {
            // A value that is not a string is a number, which is ASCII.
            let Some(text) = string_at(&body, pointer, inner, is_key) else { continue };
            let converter = OffsetConverter::new(&text, offsets);
            entries.into_iter().for_each(|entry| entry.count(&converter));
        }
    }
}

impl FindingEntry {
    /// Creates the entry of a finding.
    fn new(finding: &Finding) -> Self {
        let (topic, filter) = (finding.explanation(), finding.content_explanation());
        Self {
            rule: finding.rule().to_owned(),
            kind: finding.kind(),
            entity: finding.entity_type(),
            action: finding.action(),
            start: finding.span().start(),
            end: finding.span().end(),
            pointer: None,
            inner_pointer: None,
            within: finding.within().map(ContainerEntry::new),
            matched: finding.matched_text().map(str::to_owned),
            score: topic.map(TopicExplanation::score).or(filter.map(ContentExplanation::score)),
            threshold: topic.map(TopicExplanation::threshold),
            confidence: filter.map(ContentExplanation::confidence),
            strength: filter.map(ContentExplanation::strength),
            explanation: topic.map(ExplanationEntry::new).or(filter.map(ExplanationEntry::of_filter)),
            signs: finding.signs(),
        }
    }

    fn count(&mut self, converter: &OffsetConverter<'_>) {
        (self.start, self.end) = (converter.at(self.start), converter.at(self.end));
        if let Some(within) = &mut self.within {
            (within.start, within.end) = (converter.at(within.start), converter.at(within.end));
        }
    }

    /// Creates the entry of a finding in a body.
    pub(crate) fn in_body(found: &BodyFinding) -> Self {
        Self {
            pointer: Some(found.pointer().to_owned()),
            inner_pointer: found.inner_pointer().map(str::to_owned),
            ..Self::new(found.finding())
        }
    }
}

/// Returns the unit, unless it is bytes.
fn named(offsets: Offsets) -> Option<&'static str> {
    (offsets != Offsets::Bytes).then(|| offsets.name())
}

/// Returns the decoded string at a pointer, or the name of the field there. `inner` is a pointer in a string that is itself JSON.
fn string_at<'b>(body: &'b Value, pointer: &str, inner: Option<&str>, is_key: bool) -> Option<Cow<'b, str>> {
    if is_key {
        let (_, name) = inner.unwrap_or(pointer).rsplit_once('/')?;
        return Some(name.replace("~1", "/").replace("~0", "~").into());
    }
    let text = body.pointer(pointer)?.as_str()?;
    let Some(inner) = inner else { return Some(text.into()) };
    let document: Value = serde_json::from_str(text).ok()?;
    Some(document.pointer(inner)?.as_str()?.to_owned().into())
}

/// Returns the action of a rule in a direction.
pub(crate) fn action(rule: &banister::RuleSummary<'_>, source: Source) -> banister::Action {
    match source {
        Source::Input => rule.input(),
        Source::Output => rule.output(),
    }
}

pub(crate) fn blocks(finding: &Finding) -> bool {
    finding.action() == ActionTaken::Blocked
}
