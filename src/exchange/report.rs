//! Assessments in Bedrock's formats.

use serde::{Serialize, Serializer};

use crate::detect::FilterStrength;
use crate::guardrail::{ActionTaken, Finding, Outcome, Source};
use crate::policy::{Action, Policy, RuleKind};

/// Characters that Bedrock counts as one unit of text.
const UNIT_CHARS: usize = 1000;

/// An evaluation in the shape of an ApplyGuardrail response. Serialize it.
///
/// A `match` field is present if [`add_finding`](Self::add_finding) receives the matched text. Usage counts units as Bedrock does, although they
/// cost nothing here: for each kind of active rule, one for every thousand characters or part of them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplyGuardrailResponse {
    action: &'static str,
    action_reason: &'static str,
    outputs: Vec<Output>,
    assessments: [ReportedAssessment; 1],
    usage: ReportedUsage,
    guardrail_coverage: ReportedCoverage,
}

#[derive(Clone, Serialize)]
struct Output {
    text: String,
}

impl std::fmt::Debug for Output {
    // Without the text, which may be the caller's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.text.len())
    }
}

/// `GuardrailAssessment`: the findings of each kind of rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedAssessment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) topic_policy: Option<ReportedTopics>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_policy: Option<ReportedFilters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) word_policy: Option<ReportedWords>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sensitive_information_policy: Option<ReportedSensitive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invocation_metrics: Option<ReportedMetrics>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct ReportedTopics {
    pub(crate) topics: Vec<ReportedItem>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct ReportedFilters {
    pub(crate) filters: Vec<ReportedFilter>,
}

/// `GuardrailContentFilter`: a category that was or was not found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedFilter {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(serialize_with = "upper_case")]
    pub(crate) confidence: FilterStrength,
    #[serde(serialize_with = "upper_case")]
    pub(crate) filter_strength: FilterStrength,
    pub(crate) action: &'static str,
    pub(crate) detected: bool,
}

/// Writes a strength as Bedrock does.
fn upper_case<S: Serializer>(strength: &FilterStrength, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&strength.name().to_uppercase())
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedWords {
    pub(crate) custom_words: Vec<ReportedItem>,
    pub(crate) managed_word_lists: Vec<ReportedItem>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedSensitive {
    pub(crate) pii_entities: Vec<ReportedItem>,
    pub(crate) regexes: Vec<ReportedItem>,
}

/// One entry of a group, which determines its fields.
#[derive(Clone, PartialEq, Serialize)]
pub(crate) struct ReportedItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub(crate) matched: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) regex: Option<String>,
    pub(crate) action: &'static str,
    pub(crate) detected: bool,
}

impl std::fmt::Debug for ReportedItem {
    // Without the text that was found.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportedItem")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

/// `GuardrailInvocationMetrics`, without the latency: equal calls have equal responses.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedMetrics {
    pub(crate) usage: ReportedUsage,
    pub(crate) guardrail_coverage: ReportedCoverage,
}

/// `GuardrailUsage`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedUsage {
    pub(crate) topic_policy_units: usize,
    pub(crate) content_policy_units: usize,
    pub(crate) word_policy_units: usize,
    pub(crate) sensitive_information_policy_units: usize,
    pub(crate) sensitive_information_policy_free_units: usize,
    contextual_grounding_policy_units: usize,
    content_policy_image_units: usize,
    automated_reasoning_policy_units: usize,
    automated_reasoning_policies: usize,
}

/// `GuardrailCoverage`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportedCoverage {
    pub(crate) text_characters: Extent,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<Extent>,
}

/// How much of something was inspected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Extent {
    pub(crate) guarded: usize,
    pub(crate) total: usize,
}

impl ApplyGuardrailResponse {
    /// Creates the response to an evaluation of `chars` characters with an outcome. Add its findings with [`add_finding`](Self::add_finding).
    #[must_use]
    pub fn new(policy: &Policy, source: Source, outcome: Outcome, chars: usize) -> Self {
        let (action, action_reason) = match outcome {
            Outcome::Blocked => ("GUARDRAIL_INTERVENED", reason(outcome)),
            Outcome::Masked => ("GUARDRAIL_INTERVENED", reason(outcome)),
            Outcome::Passed => ("NONE", reason(outcome)),
        };
        Self {
            action,
            action_reason,
            outputs: Vec::new(),
            assessments: [ReportedAssessment::default()],
            usage: ReportedUsage::new(policy, source, chars),
            guardrail_coverage: ReportedCoverage::new(chars),
        }
    }

    /// Adds a finding, with `matched` as its `match` if it has such a field. Findings [within](Finding::within) others are left out.
    pub fn add_finding(&mut self, policy: &Policy, finding: &Finding, matched: Option<&str>) {
        self.assessments[0].add(policy, finding, matched);
    }

    /// Adds the topics, content filters and entity types of the policy that did not match, for `outputScope: FULL`.
    pub fn add_undetected(&mut self, policy: &Policy, source: Source) {
        self.assessments[0].add_undetected(policy, source);
    }

    /// Removes the findings.
    pub(crate) fn withhold(&mut self) {
        self.assessments = [ReportedAssessment::default()];
    }

    /// Adds text that is safe to release, or the blocked message.
    pub fn add_output(&mut self, text: impl Into<String>) {
        self.outputs.push(Output { text: text.into() });
    }

    /// Returns the response as JSON.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        // Strings and numbers under fixed names can always be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn action(&self) -> &'static str {
        self.action
    }

    pub(crate) fn action_reason(&self) -> &'static str {
        self.action_reason
    }

    pub(crate) fn outputs(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|output| output.text.as_str())
    }

    pub(crate) fn assessment(&self) -> &ReportedAssessment {
        &self.assessments[0]
    }

    pub(crate) fn usage(&self) -> ReportedUsage {
        self.usage
    }

    pub(crate) fn coverage(&self) -> ReportedCoverage {
        self.guardrail_coverage
    }

    /// Adds `images` pictures that were skipped.
    pub fn add_skipped_images(&mut self, images: usize) {
        self.guardrail_coverage.images.get_or_insert_default().total += images;
    }
}

/// Returns the reason that Bedrock gives for an action.
pub(crate) fn reason(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Blocked => "Guardrail blocked.",
        Outcome::Masked => "Guardrail masked.",
        Outcome::Passed => "No action.",
    }
}

impl ReportedAssessment {
    /// Adds a finding, unless it is within another one.
    pub(crate) fn add(&mut self, policy: &Policy, finding: &Finding, matched: Option<&str>) {
        if finding.within().is_some() {
            return;
        }
        let item = ReportedItem {
            name: None,
            kind: None,
            matched: matched.map(str::to_owned),
            regex: None,
            action: finding.action().name(),
            detected: true,
        };
        let name = Some(finding.rule().to_owned());
        match (finding.kind(), finding.managed_list()) {
            (RuleKind::Topic, _) => {
                let topics = &mut self.topic_policy.get_or_insert_default().topics;
                let topic = ReportedItem { name, kind: Some("DENY".to_owned()), matched: None, ..item };
                // A topic is on or off for a text as a whole.
                if !topics.contains(&topic) {
                    topics.push(topic);
                }
            }
            (RuleKind::Content, _) => self.add_filter(finding),
            (RuleKind::Word, None) => self.word_policy.get_or_insert_default().custom_words.push(item),
            (RuleKind::Word, Some(list)) => {
                // Bedrock has one list; what follows the first `_` is the language and the severity.
                let kind = list.split('_').next().unwrap_or(list).to_uppercase();
                let item = ReportedItem { kind: Some(kind), ..item };
                self.word_policy.get_or_insert_default().managed_word_lists.push(item);
            }
            (RuleKind::Pii, _) => self.sensitive().pii_entities.push(ReportedItem { kind: name, ..item }),
            (RuleKind::Regex, _) => {
                let rule = policy.compiled_rules().get(finding.rule_number() as usize);
                let regex = rule.and_then(|rule| rule.pattern.as_deref()).map(str::to_owned);
                self.sensitive().regexes.push(ReportedItem { name, regex, ..item });
            }
        }
    }

    /// Adds the active topics, content filters and entity types that did not match.
    pub(crate) fn add_undetected(&mut self, policy: &Policy, source: Source) {
        let item = |name: Option<&str>, kind: &str, matched: Option<&str>| ReportedItem {
            name: name.map(str::to_owned),
            kind: Some(kind.to_owned()),
            matched: matched.map(str::to_owned),
            regex: None,
            action: ActionTaken::None.name(),
            detected: false,
        };
        for rule in policy.compiled_rules().iter().filter(|rule| rule.action(source) != Action::Off) {
            match rule.kind {
                RuleKind::Topic => {
                    let topics = &mut self.topic_policy.get_or_insert_default().topics;
                    if !topics.iter().any(|topic| topic.name.as_deref() == Some(&rule.name)) {
                        topics.push(item(Some(&rule.name), "DENY", None));
                    }
                }
                RuleKind::Pii => {
                    let entities = &mut self.sensitive().pii_entities;
                    if !entities.iter().any(|entity| entity.kind.as_deref() == Some(&rule.name)) {
                        entities.push(item(None, &rule.name, Some("")));
                    }
                }
                RuleKind::Content => {
                    let Some(filter) = rule.filter else { continue };
                    let kind = rule.name.to_uppercase();
                    let filters = &mut self.content_policy.get_or_insert_default().filters;
                    if !filters.iter().any(|known| known.kind == kind) {
                        filters.push(ReportedFilter {
                            kind,
                            confidence: FilterStrength::None,
                            filter_strength: filter.strength(source),
                            action: ActionTaken::None.name(),
                            detected: false,
                        });
                    }
                }
                // As in Bedrock: what words and regexes did not find is never reported.
                RuleKind::Word | RuleKind::Regex => {}
            }
        }
    }

    /// Adds a finding of a content filter. A category is found in a text as a whole, with the highest confidence of its findings.
    fn add_filter(&mut self, finding: &Finding) {
        let Some(why) = finding.content_explanation() else { return };
        let filter = ReportedFilter {
            kind: why.category().name().to_uppercase(),
            confidence: why.confidence(),
            filter_strength: why.strength(),
            action: finding.action().name(),
            detected: true,
        };
        let filters = &mut self.content_policy.get_or_insert_default().filters;
        match filters.iter_mut().find(|known| known.kind == filter.kind && known.action == filter.action) {
            Some(known) => known.confidence = known.confidence.max(filter.confidence),
            None => filters.push(filter),
        }
    }

    fn sensitive(&mut self) -> &mut ReportedSensitive {
        self.sensitive_information_policy.get_or_insert_default()
    }
}

impl ReportedUsage {
    pub(crate) fn new(policy: &Policy, source: Source, chars: usize) -> Self {
        let units = |kind: RuleKind| {
            let mut rules = policy.compiled_rules().iter();
            let in_force = rules.any(|rule| rule.kind == kind && rule.action(source) != Action::Off);
            if in_force { chars.div_ceil(UNIT_CHARS) } else { 0 }
        };
        Self {
            topic_policy_units: units(RuleKind::Topic),
            content_policy_units: units(RuleKind::Content),
            word_policy_units: units(RuleKind::Word),
            sensitive_information_policy_units: units(RuleKind::Pii),
            // Regexes are free.
            sensitive_information_policy_free_units: units(RuleKind::Regex),
            ..Self::default()
        }
    }
}

impl ReportedCoverage {
    /// All characters were inspected: content that is not text is not counted in characters.
    pub(crate) fn new(chars: usize) -> Self {
        Self { text_characters: Extent { guarded: chars, total: chars }, images: None }
    }
}
