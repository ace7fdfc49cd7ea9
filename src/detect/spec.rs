//! The rules of a policy as the detectors need them: by number, without actions.

use super::content::{ContentCategory, FilterStrength};
use super::entity::EntityType;
use super::pattern::ParsedPattern;
use crate::text::rewrite::Encoding;

/// Number of a rule within its policy, in the order the policy gives them.
pub(crate) type RuleId = u32;

/// All rules of a policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct DetectorSpec {
    pub(crate) words: Vec<WordSpec>,
    pub(crate) patterns: Vec<PatternSpec>,
    pub(crate) entities: Vec<EntitySpec>,
    pub(crate) topics: Vec<TopicSpec>,
    pub(crate) content: Vec<ContentSpec>,
    /// The encodings of which runs are decoded.
    pub(crate) decode: Vec<Encoding>,
}

impl DetectorSpec {
    /// Returns `true` if there is no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
            && self.patterns.is_empty()
            && self.entities.is_empty()
            && self.topics.is_empty()
            && self.content.is_empty()
    }
}

/// One word filter: its words and how they match.
#[derive(Clone, Debug)]
pub(crate) struct WordSpec {
    pub(crate) rule: RuleId,
    pub(crate) words: Vec<String>,
    pub(crate) whole_word: bool,
    pub(crate) case_sensitive: bool,
    /// Ignore look-alike letters, diacritics and zero-width characters (`evasion: standard`); otherwise case only.
    pub(crate) is_normalized: bool,
    /// `evasion: strict`.
    pub(crate) is_strict: bool,
}

/// One custom regex.
#[derive(Clone, Debug)]
pub(crate) struct PatternSpec {
    pub(crate) rule: RuleId,
    pub(crate) pattern: ParsedPattern,
    /// Longest match in bytes of the text as given; needed if the pattern itself has no bound.
    pub(crate) max_length: Option<usize>,
}

/// A rule for one entity type.
#[derive(Clone, Debug)]
pub(crate) struct EntitySpec {
    pub(crate) rule: RuleId,
    pub(crate) entity: EntityType,
    /// Values that are never reported.
    pub(crate) allow: Vec<String>,
    /// `evasion: strict`.
    pub(crate) is_strict: bool,
    /// How readily the model of the type finds a value; `None`: patterns only.
    pub(crate) strictness: Option<Strictness>,
}

/// How readily a model finds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Fewer values, and fewer that are none.
    Low,
    /// As it was trained.
    Normal,
    /// More values, and more that are none.
    High,
}

/// One denied topic.
#[derive(Clone, Debug)]
pub(crate) struct TopicSpec {
    pub(crate) rule: RuleId,
    pub(crate) name: String,
    pub(crate) definition: String,
    pub(crate) examples: Vec<String>,
    pub(crate) counter_examples: Vec<String>,
    pub(crate) phrases: Vec<String>,
    pub(crate) patterns: Vec<ParsedPattern>,
    pub(crate) exceptions: Vec<String>,
    pub(crate) threshold: Option<f32>,
    /// `evasion: strict`.
    pub(crate) is_strict: bool,
}

/// One content filter.
#[derive(Clone, Debug)]
pub(crate) struct ContentSpec {
    pub(crate) rule: RuleId,
    pub(crate) category: ContentCategory,
    /// The strengths for prompts and for completions.
    pub(crate) input: FilterStrength,
    pub(crate) output: FilterStrength,
}
