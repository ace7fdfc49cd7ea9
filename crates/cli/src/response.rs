//! An evaluation as ApplyGuardrail's response, and `findings` beside it.

use banister::bedrock::BodyFinding;
use banister::{ActionTaken, Assessment, Finding, Outcome, Policy, RuleKind, Source};
use serde::Serialize;

/// Characters that Bedrock counts as one unit of text.
const UNIT_CHARS: usize = 1000;

/// The response of ApplyGuardrail, and `findings`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response {
    action: &'static str,
    action_reason: &'static str,
    outputs: Vec<Output>,
    assessments: [Policies; 1],
    usage: Usage,
    guardrail_coverage: Coverage,
    findings: Vec<FindingEntry>,
}

#[derive(Debug, Serialize)]
struct Output {
    text: String,
}

/// What each kind of rule found, in Bedrock's grouping.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Policies {
    #[serde(skip_serializing_if = "Option::is_none")]
    topic_policy: Option<TopicPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    word_policy: Option<WordPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensitive_information_policy: Option<SensitivePolicy>,
}

#[derive(Debug, Default, Serialize)]
struct TopicPolicy {
    topics: Vec<Item>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct WordPolicy {
    custom_words: Vec<Item>,
    managed_word_lists: Vec<Item>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct SensitivePolicy {
    pii_entities: Vec<Item>,
    regexes: Vec<Item>,
}

/// One finding in a group; which members it has depends on the group.
#[derive(Debug, PartialEq, Serialize)]
struct Item {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    matched: Option<String>,
    action: &'static str,
    detected: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    topic_policy_units: usize,
    content_policy_units: usize,
    word_policy_units: usize,
    sensitive_information_policy_units: usize,
    sensitive_information_policy_free_units: usize,
    contextual_grounding_policy_units: usize,
    content_policy_image_units: usize,
    automated_reasoning_policy_units: usize,
    automated_reasoning_policies: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Coverage {
    text_characters: Characters,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<Images>,
}

/// How much text was examined.
#[derive(Debug, Serialize)]
pub(crate) struct Characters {
    pub(crate) guarded: usize,
    pub(crate) total: usize,
}

/// How many images were examined: none, ever.
#[derive(Debug, Serialize)]
pub(crate) struct Images {
    pub(crate) guarded: usize,
    pub(crate) total: usize,
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
    pub(crate) fn new(policy: &Policy, text: &str, assessment: &Assessment, show_matches: bool) -> Self {
        let parts = assessment.findings().iter().map(|finding| Part {
            finding,
            pointer: None,
            inner_pointer: None,
            matched: show_matches.then(|| text[finding.span().range()].to_owned()),
        });
        let output = (assessment.outcome() != Outcome::Passed).then(|| assessment.apply(text).to_owned());
        let characters = text.chars().count();
        let coverage = Characters { guarded: characters, total: characters };
        Self::of(policy, assessment.source(), assessment.outcome(), output, coverage, None, parts)
    }

    /// The response from its parts.
    pub(crate) fn of<'f>(
        policy: &Policy,
        source: Source,
        outcome: Outcome,
        output: Option<String>,
        characters: Characters,
        images: Option<Images>,
        parts: impl Iterator<Item = Part<'f>>,
    ) -> Self {
        let (action, action_reason) = match outcome {
            Outcome::Blocked => ("GUARDRAIL_INTERVENED", "Guardrail blocked."),
            Outcome::Masked => ("GUARDRAIL_INTERVENED", "Guardrail masked."),
            _ => ("NONE", "No action."),
        };
        let mut policies = Policies::default();
        let mut findings = Vec::new();
        for part in parts {
            policies.add(&part);
            findings.push(FindingEntry::new(part));
        }
        Self {
            action,
            action_reason,
            outputs: output.into_iter().map(|text| Output { text }).collect(),
            assessments: [policies],
            usage: Usage::new(policy, source, characters.guarded),
            guardrail_coverage: Coverage { text_characters: characters, images },
            findings,
        }
    }
}

impl FindingEntry {
    /// The entry of a finding.
    pub(crate) fn new(part: Part<'_>) -> Self {
        let finding = part.finding;
        Self {
            rule: finding.rule().to_owned(),
            kind: kind_name(finding.kind()),
            entity: finding.entity().map(banister::EntityType::name),
            action: finding.action().name(),
            start: finding.span().start(),
            end: finding.span().end(),
            pointer: part.pointer,
            inner_pointer: part.inner_pointer,
            matched: part.matched,
        }
    }
}

impl<'f> Part<'f> {
    /// A finding in a body.
    pub(crate) fn of_body(found: &'f BodyFinding, matched: Option<String>) -> Self {
        Self {
            finding: found.finding(),
            pointer: Some(found.pointer().to_owned()),
            inner_pointer: found.inner_pointer().map(str::to_owned),
            matched,
        }
    }
}

/// A finding, and what may be said about it.
pub(crate) struct Part<'f> {
    pub(crate) finding: &'f Finding,
    /// Where in a body.
    pub(crate) pointer: Option<String>,
    /// Where in the document that the string there is.
    pub(crate) inner_pointer: Option<String>,
    /// The text that was found, when it was asked for.
    pub(crate) matched: Option<String>,
}

impl Policies {
    fn add(&mut self, part: &Part<'_>) {
        let finding = part.finding;
        let item = |name: Option<&str>, kind: Option<String>, matched: Option<String>| Item {
            name: name.map(str::to_owned),
            kind,
            matched,
            action: finding.action().name(),
            detected: true,
        };
        let matched = part.matched.clone();
        match (finding.kind(), finding.managed()) {
            (RuleKind::Topic, _) => {
                let topics = &mut self.topic_policy.get_or_insert_default().topics;
                let topic = item(Some(finding.rule()), Some("DENY".to_owned()), None);
                // A topic is on or off for a text as a whole.
                if !topics.contains(&topic) {
                    topics.push(topic);
                }
            }
            (RuleKind::Word, None) => {
                self.word_policy.get_or_insert_default().custom_words.push(item(None, None, matched));
            }
            (RuleKind::Word, Some(list)) => {
                let item = item(None, Some(list.to_uppercase()), matched);
                self.word_policy.get_or_insert_default().managed_word_lists.push(item);
            }
            (RuleKind::Pii, _) => {
                let item = item(None, finding.entity().map(|entity| entity.name().to_owned()), matched);
                self.sensitive_information_policy.get_or_insert_default().pii_entities.push(item);
            }
            _ => {
                let item = item(Some(finding.rule()), None, matched);
                self.sensitive_information_policy.get_or_insert_default().regexes.push(item);
            }
        }
    }
}

impl Usage {
    /// Units as Bedrock counts them: for each kind of rule that is in force, one for every thousand characters begun. Regexes
    /// are free.
    fn new(policy: &Policy, source: Source, characters: usize) -> Self {
        let units = |kind: RuleKind| {
            let in_force =
                policy.rules().any(|rule| rule.kind() == kind && action(&rule, source) != banister::Action::Off);
            if in_force { characters.div_ceil(UNIT_CHARS) } else { 0 }
        };
        Self {
            topic_policy_units: units(RuleKind::Topic),
            content_policy_units: 0,
            word_policy_units: units(RuleKind::Word),
            sensitive_information_policy_units: units(RuleKind::Pii),
            sensitive_information_policy_free_units: units(RuleKind::Regex),
            contextual_grounding_policy_units: 0,
            content_policy_image_units: 0,
            automated_reasoning_policy_units: 0,
            automated_reasoning_policies: 0,
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
