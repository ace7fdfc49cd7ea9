use std::fmt;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::detect::EntityType;
use crate::detect::topic::{Score, SimilarityMatch};
use crate::policy::{Action, RuleKind};
use crate::text::Span;
use crate::text::names::names;

/// What was done about a finding, in Bedrock's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActionTaken {
    /// `NONE`: reported only.
    None,
    /// `ANONYMIZED`: masked.
    Anonymized,
    /// `REPLACED`: a rule that blocks found it in a turn before the last one, and it was replaced; for a topic, with all its text. Bedrock
    /// has no such action.
    Replaced,
    /// `BLOCKED`: the text was refused.
    Blocked,
}

impl ActionTaken {
    /// Returns true if the span does not reach the other side as it was, and nothing is blocked for it.
    pub(crate) fn is_rewritten(self) -> bool {
        matches!(self, Self::Anonymized | Self::Replaced)
    }

    pub(crate) fn of(action: Action) -> Self {
        match action {
            Action::Block => Self::Blocked,
            Action::Mask => Self::Anonymized,
            Action::Detect | Action::Off => Self::None,
        }
    }
}

names!(ActionTaken, "action", {
    None => "NONE",
    Anonymized => "ANONYMIZED",
    Replaced => "REPLACED",
    Blocked => "BLOCKED",
});

/// One detection: which rule, where, and what was done. It does not hold the text that was found, unless that was asked for with
/// [`Guardrail::dangerous_include_matches`](crate::Guardrail::dangerous_include_matches).
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub(super) rule: Arc<str>,
    pub(super) number: u32,
    pub(super) kind: RuleKind,
    pub(super) entity: Option<EntityType>,
    pub(super) managed: Option<&'static str>,
    pub(super) action: ActionTaken,
    pub(super) span: Span,
    pub(super) explanation: Option<TopicExplanation>,
    pub(super) matched: Option<Matched>,
    /// Which reading of the text found it: 0 for that of the text as it is.
    pub(super) reading: usize,
    pub(super) within: Option<Container>,
}

impl Finding {
    /// Name of the rule; for entity types the type's name.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What kind of rule it is.
    #[must_use]
    pub fn kind(&self) -> RuleKind {
        self.kind
    }

    /// The entity type, for rules of kind `pii`.
    #[must_use]
    pub fn entity_type(&self) -> Option<EntityType> {
        self.entity
    }

    /// The managed word list, where the rule takes its words from one.
    #[must_use]
    pub fn managed_list(&self) -> Option<&'static str> {
        self.managed
    }

    /// What was done.
    #[must_use]
    pub fn action(&self) -> ActionTaken {
        self.action
    }

    /// Where, in bytes of the text as given, on character boundaries.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Why, for a topic that was found by similarity to its examples.
    #[must_use]
    pub fn explanation(&self) -> Option<&TopicExplanation> {
        self.explanation.as_ref()
    }

    /// The text that was found, where [`Guardrail::dangerous_include_matches`](crate::Guardrail::dangerous_include_matches) asked for it.
    #[must_use]
    pub fn matched_text(&self) -> Option<&str> {
        self.matched.as_ref().map(|matched| &*matched.0)
    }

    /// Returns the finding that this one lies in, if it is of a weaker entity type: the first digits of a card number may be a finding
    /// of type `PHONE` as well. Both are findings. What people read leaves this one out.
    #[must_use]
    pub fn within(&self) -> Option<&Container> {
        self.within.as_ref()
    }

    /// The rule's position in its policy.
    pub(crate) fn rule_number(&self) -> u32 {
        self.number
    }
}

/// Members as `banister check --format json` has them: `rule`, `kind`, `type` for an entity type, `action`, `start` and `end` in bytes,
/// `within`, `match` if matches are included, `score` and `threshold` for a topic that was found by its examples.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("rule", self.rule())?;
        map.serialize_entry("kind", &self.kind)?;
        if let Some(entity) = self.entity {
            map.serialize_entry("type", &entity)?;
        }
        map.serialize_entry("action", &self.action)?;
        map.serialize_entry("start", &self.span.start())?;
        map.serialize_entry("end", &self.span.end())?;
        if let Some(container) = &self.within {
            map.serialize_entry("within", container)?;
        }
        if let Some(text) = self.matched_text() {
            map.serialize_entry("match", text)?;
        }
        if let Some(explanation) = &self.explanation {
            map.serialize_entry("score", &explanation.score())?;
            map.serialize_entry("threshold", &explanation.threshold())?;
        }
        map.end()
    }
}

/// The finding that a weaker one lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    pub(super) rule: Arc<str>,
    pub(super) entity: EntityType,
    pub(super) span: Span,
}

impl Container {
    /// Returns the name of its rule.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns its entity type.
    #[must_use]
    pub fn entity_type(&self) -> EntityType {
        self.entity
    }

    /// Returns its span, in bytes of the text as given.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
}

impl Serialize for Container {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("rule", self.rule())?;
        map.serialize_entry("start", &self.span.start())?;
        map.serialize_entry("end", &self.span.end())?;
        map.end()
    }
}

/// Text that was found. `Debug` does not show it: whoever asked for matches did not ask for them in logs.
#[derive(Clone, PartialEq)]
pub(super) struct Matched(Arc<str>);

impl Matched {
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// Why a stretch of text counts as a topic: what the policy's own examples have in common with it.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicExplanation(Arc<SimilarityMatch>);

impl TopicExplanation {
    pub(super) fn new(similarity: SimilarityMatch) -> Self {
        Self(Arc::new(similarity))
    }

    /// Returns the score, from 0 to 1.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.0.score.number()
    }

    /// Returns the threshold that the score reached: the policy's, or the one computed for the topic.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.0.threshold.number()
    }

    /// Number of the closest example of the topic, from 0.
    #[must_use]
    pub fn example_index(&self) -> usize {
        self.0.example
    }

    /// The stems, and pairs of stems, of the policy's examples that carried the score, heaviest first.
    #[must_use]
    pub fn terms(&self) -> &[String] {
        &self.0.terms
    }
}

/// The best score of a topic in some text.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicScore {
    pub(super) rule: Arc<str>,
    pub(super) score: Score,
    pub(super) threshold: Score,
}

impl TopicScore {
    /// Returns the name of the topic.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the best score of a sentence, from 0 to 1. It is 0 if no sentence holds a word that can carry the topic.
    #[must_use]
    pub fn score(&self) -> f32 {
        self.score.number()
    }

    /// Returns the score from which a sentence is on the topic.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.threshold.number()
    }
}

impl Serialize for TopicScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("rule", self.rule())?;
        map.serialize_entry("score", &self.score())?;
        map.serialize_entry("threshold", &self.threshold())?;
        map.end()
    }
}
