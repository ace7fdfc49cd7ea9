//! Compiled rules: what to do about what a detector finds.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::detect::{ContentCategory, EntityType, FilterStrength};
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
    /// A content filter.
    Content,
}

names!(RuleKind, "kind of rule", {
    Topic => "topic",
    Word => "word",
    Pii => "pii",
    Regex => "regex",
    Content => "content",
});

/// The replacement of a masked span.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum ReplacementStyle {
    /// `{EMAIL}`, or the rule's name in braces.
    Label,
    /// `{EMAIL_1}`: equal values have equal numbers in one conversation.
    Numbered,
    /// The value, with `*` for all letters and digits except the last four.
    KeepLast4,
    /// `{EMAIL:…}` with the truncated HMAC-SHA-256 of the value under this key.
    Hash(Arc<[u8]>),
    /// This text.
    Fixed(String),
}

/// The category and the strengths of a content filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentFilter {
    pub(crate) category: ContentCategory,
    /// The strength for prompts.
    pub(crate) input: FilterStrength,
    /// The strength for completions.
    pub(crate) output: FilterStrength,
    pub(crate) accepts_false_positives: bool,
}

/// The definition of a rule: where its policy file says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RuleOrigin {
    /// The path of the policy file, or a name in angle brackets.
    pub(crate) file: Arc<str>,
    /// The line, counted from 1.
    pub(crate) line: usize,
}

/// A rule of a compiled policy.
#[derive(Clone)]
pub(crate) struct Rule {
    /// The name in the policy, or of the entity type.
    pub(crate) name: Arc<str>,
    pub(crate) kind: RuleKind,
    pub(crate) entity: Option<EntityType>,
    /// The managed list of a word filter.
    pub(crate) managed: Option<&'static str>,
    /// The category and the strengths of a content filter.
    pub(crate) filter: Option<ContentFilter>,
    /// The pattern of a regex, as written in the policy.
    pub(crate) pattern: Option<Arc<str>>,
    pub(crate) input: Action,
    pub(crate) output: Action,
    pub(crate) style: ReplacementStyle,
    /// The message if this rule blocks, in place of the policy's.
    pub(crate) message: Option<Arc<str>>,
    /// Not part of the policy's meaning.
    pub(crate) origin: RuleOrigin,
}
