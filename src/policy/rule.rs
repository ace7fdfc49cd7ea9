//! A rule as compiled: what is done about what its detector finds.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::detect::EntityType;
use crate::text::names::names;

/// What a rule does about a finding.
///
/// Where findings overlap, the stronger action wins: block, then mask, then detect. Actions compare by strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ActionWord")]
#[non_exhaustive]
pub enum Action {
    /// Blocks the text.
    Block = 3,
    /// Replaces the span.
    Mask = 2,
    /// Reports the finding and leaves the text as it is.
    Detect = 1,
    /// Does nothing: the rule is not evaluated in this direction.
    Off = 0,
}

names!(Action, "action", {
    Block => "block",
    Mask => "mask",
    Detect => "detect",
    Off => "off",
});

/// The kind of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RuleKind {
    /// A denied topic.
    Topic,
    /// A word filter.
    Word,
    /// An entity type.
    Pii,
    /// A custom regex.
    Regex,
}

names!(RuleKind, "kind of rule", {
    Topic => "topic",
    Word => "word",
    Pii => "pii",
    Regex => "regex",
});

/// How a masked span is written.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum ReplacementStyle {
    /// `{EMAIL}`, or the rule's name in braces.
    Label,
    /// `{EMAIL_1}`: the same value has the same number within one conversation.
    Numbered,
    /// All letters and digits but the last four become `*`.
    KeepLast4,
    /// `{EMAIL:` and the shortened HMAC-SHA-256 of the value `}`, under this key.
    Hash(Arc<[u8]>),
    /// This text.
    Fixed(String),
}

/// One rule of a compiled policy.
#[derive(Clone)]
pub(crate) struct Rule {
    /// Name as in the policy; for entity types the type's name.
    pub(crate) name: Arc<str>,
    pub(crate) kind: RuleKind,
    pub(crate) entity: Option<EntityType>,
    /// For word filters: the managed list it takes its words from.
    pub(crate) managed: Option<&'static str>,
    /// For regexes: the pattern, as the policy writes it.
    pub(crate) pattern: Option<Arc<str>>,
    pub(crate) input: Action,
    pub(crate) output: Action,
    pub(crate) style: ReplacementStyle,
    /// What the caller is told instead of the policy's message when this rule blocks.
    pub(crate) message: Option<Arc<str>>,
}
