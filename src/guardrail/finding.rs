use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::explanation::{ContentExplanation, TopicExplanation};
use crate::detect::EntityType;
use crate::detect::Signs;
use crate::policy::{Action, RuleKind};
use crate::text::Span;
use crate::text::names::names;

/// The action taken for a finding, as Bedrock names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActionTaken {
    /// `NONE`: the finding was only reported.
    None,
    /// `ANONYMIZED`: the span was masked.
    Anonymized,
    /// `REPLACED`: a blocking rule matched in an earlier turn, and the span was replaced, or all the text for a topic. Bedrock has no such
    /// action.
    Replaced,
    /// `BLOCKED`: the text was blocked.
    Blocked,
}

impl ActionTaken {
    /// Returns true if the span was replaced and nothing was blocked.
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

/// A match of a rule: which rule, where, and what was done.
///
/// It does not contain the matched text, unless
/// [`Guardrail::dangerous_include_matches`](crate::Guardrail::dangerous_include_matches) is set.
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
    pub(super) content: Option<ContentExplanation>,
    pub(super) signs: Signs,
    pub(super) matched: Option<Matched>,
    pub(super) fingerprint: Option<Box<str>>,
    /// The number of the reading that found it: 0 for the text as it is.
    pub(super) reading: usize,
    pub(super) within: Option<Container>,
}

impl Finding {
    /// Returns the name of the rule, or of the entity type.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the kind of the rule.
    #[must_use]
    pub fn kind(&self) -> RuleKind {
        self.kind
    }

    /// Returns the entity type, for rules of kind `pii`.
    #[must_use]
    pub fn entity_type(&self) -> Option<EntityType> {
        self.entity
    }

    /// Returns the managed word list, if the rule uses one.
    #[must_use]
    pub fn managed_list(&self) -> Option<&'static str> {
        self.managed
    }

    /// Returns the action taken.
    #[must_use]
    pub fn action(&self) -> ActionTaken {
        self.action
    }

    /// Returns the span, in bytes of the original text, on character boundaries.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Returns the explanation of a topic that matched by similarity to its examples.
    #[must_use]
    pub fn explanation(&self) -> Option<&TopicExplanation> {
        self.explanation.as_ref()
    }

    /// Returns the explanation of a finding of a content filter.
    #[must_use]
    pub fn content_explanation(&self) -> Option<&ContentExplanation> {
        self.content.as_ref()
    }

    /// Returns why a model found a name or an address, the strongest reason first: "a title before it", "a given name". Empty for all other
    /// findings.
    #[must_use]
    pub fn signs(&self) -> Vec<&'static str> {
        self.signs.names().collect()
    }

    /// Returns the matched text, if [`Guardrail::dangerous_include_matches`](crate::Guardrail::dangerous_include_matches) is set.
    #[must_use]
    pub fn matched_text(&self) -> Option<&str> {
        self.matched.as_ref().map(|matched| &*matched.0)
    }

    /// Returns the HMAC-SHA-256 of the matched text in hex, if [`Guardrail::with_fingerprints`](crate::Guardrail::with_fingerprints) is set.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// Returns the more certain finding that contains this one, if any: the first digits of a card number may also match `PHONE`. Both are
    /// findings, but human-readable output omits the contained one.
    #[must_use]
    pub fn within(&self) -> Option<&Container> {
        self.within.as_ref()
    }

    /// Returns the index of the rule in its policy.
    pub(crate) fn rule_number(&self) -> u32 {
        self.number
    }
}

/// Members as `banister check --format json` has them: `rule`, `kind`, `type` for an entity type, `action`, `start` and `end` in bytes,
/// `within`, `match` if matches are included, `signs` of a name or an address that a model found, `score` and `threshold` for a topic
/// that was found by its examples, `score`, `confidence` and `strength` for a content filter.
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
        if !self.signs().is_empty() {
            map.serialize_entry("signs", &self.signs())?;
        }
        if let Some(explanation) = &self.explanation {
            map.serialize_entry("score", &explanation.score())?;
            map.serialize_entry("threshold", &explanation.threshold())?;
        }
        if let Some(content) = &self.content {
            map.serialize_entry("score", &content.score())?;
            map.serialize_entry("confidence", &content.confidence())?;
            map.serialize_entry("strength", &content.strength())?;
        }
        map.end()
    }
}

/// The finding that contains a less certain one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Container {
    pub(super) rule: Arc<str>,
    #[serde(skip)]
    pub(super) entity: EntityType,
    #[serde(flatten)]
    pub(super) span: Span,
}

impl Container {
    /// Returns the name of the rule.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the entity type.
    #[must_use]
    pub fn entity_type(&self) -> EntityType {
        self.entity
    }

    /// Returns the span, in bytes of the original text.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
}

/// Matched text. `Debug` does not show it: matches in findings are not meant for logs.
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
