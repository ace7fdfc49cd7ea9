//! The format of policy files, as types.
//!
//! The reader takes keys, words and types of values from them, and the JSON Schema takes its descriptions from the comments.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::detect::{ContentCategory, FilterStrength};

use super::rule::Action;
use super::values::{
    EncodingWord, Evasion, History, Managed, Mode, OperatorText, Replacement, RuleEvasion, StrictnessWord, TypeName,
    Version,
};

/// A Banister policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Banister policy")]
pub(crate) struct PolicyDocument {
    /// The version of the format, which is 1.
    #[expect(dead_code, reason = "there is one version; here for the reader and the schema")]
    pub(crate) version: Version,
    /// The name of the policy: lowercase letters, digits and `-`.
    #[schemars(length(max = 100), regex(pattern = "^[a-z0-9-]+$"))]
    pub(crate) name: String,
    /// The purpose of the policy.
    #[schemars(length(min = 1))]
    pub(crate) description: Option<String>,
    /// Policies to inherit rules and settings from: pack names, or paths relative to this file. A rule with the same name in this file
    /// replaces the inherited one.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) extends: Vec<String>,
    /// Actions for inherited rules, in place of their own. Everything else of them is inherited.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) overrides: Vec<OverrideEntry>,
    /// How responses are streamed. `sync` buffers text until it is evaluated. `async` releases text at once and stops the stream at the
    /// first block; no rule may then mask the output.
    pub(crate) mode: Option<Mode>,
    /// Encodings to decode. Every rule also evaluates the decoded text (default none).
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) decode: Vec<EncodingWord>,
    /// What happens when a rule blocks text in an earlier turn of a conversation. `replace` replaces the text with the rule's name, so
    /// one blocked turn does not block every later call (default). `block` blocks the call.
    pub(crate) history: Option<History>,
    /// What blocking topics and word filters do in system prompts and tool definitions: `disabled`, `detect` (default) or `block`.
    pub(crate) operator_text: Option<OperatorText>,
    /// Messages returned to the caller when text is blocked.
    pub(crate) messages: Option<MessagesEntry>,
    /// Topics to block.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) denied_topics: Vec<TopicEntry>,
    /// Words and phrases to block or mask.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) word_filters: Vec<WordEntry>,
    /// Personal data and secrets to mask or block, by entity type.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) pii: Vec<PiiEntry>,
    /// Custom regular expressions to mask or block.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) regexes: Vec<RegexEntry>,
    /// Harmful content to block or report, by category.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) content_filters: Vec<FilterEntry>,
}

/// Actions for inherited rules.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideEntry {
    /// The names of the inherited rules, or of entity types.
    #[schemars(length(min = 1))]
    pub(crate) rules: Vec<String>,
    /// The action in both directions: `detect` for a trial run, `disabled` to switch the rules off, mask or block.
    pub(crate) action: Option<Action>,
    /// The action for prompts, in place of `action`.
    pub(crate) input: Option<Action>,
    /// The action for completions, in place of `action`.
    pub(crate) output: Option<Action>,
}

/// Messages returned to the caller when text is blocked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesEntry {
    /// Returned in place of a completion when a prompt is blocked.
    #[schemars(length(min = 1))]
    pub(crate) blocked_input: Option<String>,
    /// Returned in place of a blocked completion.
    #[schemars(length(min = 1))]
    pub(crate) blocked_output: Option<String>,
}

/// A denied topic. Needs at least one of `examples`, `phrases` and `patterns`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopicEntry {
    /// The name of the rule.
    #[schemars(length(min = 1, max = 100))]
    pub(crate) name: String,
    /// The topic in one sentence.
    #[schemars(length(min = 1))]
    pub(crate) definition: Option<String>,
    /// Sentences about the topic. Similar sentences match.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) examples: Vec<String>,
    /// Allowed sentences from the same domain. They count against a match, and raise the computed threshold.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) counter_examples: Vec<String>,
    /// Words and phrases that always match.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) phrases: Vec<String>,
    /// Regular expressions that always match, without regard to case.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) patterns: Vec<String>,
    /// Phrases that never match.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) exceptions: Vec<String>,
    /// The lowest score at which a sentence matches the examples (default: computed from examples and counter-examples).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) threshold: Option<f32>,
    /// How disguised the text may be. `strict` also matches encoded text, and letters that are replaced, separated or repeated (default
    /// standard).
    pub(crate) evasion: Option<RuleEvasion>,
    /// The action in both directions: block (default) or detect.
    pub(crate) action: Option<Action>,
    /// The action for prompts, in place of `action`.
    pub(crate) input: Option<Action>,
    /// The action for completions, in place of `action`.
    pub(crate) output: Option<Action>,
    /// Returned to the caller when this rule blocks, in place of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}

/// A word filter. Needs exactly one of `words`, `file` and `managed`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordEntry {
    /// The name of the rule.
    #[schemars(length(min = 1, max = 100))]
    pub(crate) name: String,
    /// The words and phrases.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) words: Vec<String>,
    /// A file with one word or phrase per line, relative to the policy file. Lines that begin with # are comments.
    #[schemars(length(min = 1))]
    pub(crate) file: Option<String>,
    /// A word list that ships with Banister.
    pub(crate) managed: Option<Managed>,
    /// How the words match.
    #[serde(rename = "match")]
    pub(crate) matching: Option<MatchEntry>,
    /// The action in both directions: block (default), mask, detect or disabled.
    pub(crate) action: Option<Action>,
    /// The action for prompts, in place of `action`.
    pub(crate) input: Option<Action>,
    /// The action for completions, in place of `action`.
    pub(crate) output: Option<Action>,
    /// The replacement of a masked word (default label).
    pub(crate) replacement: Option<Replacement>,
    /// Returned to the caller when this rule blocks, in place of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}

/// How the words match.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchEntry {
    /// Whether to match whole words only (default true).
    pub(crate) whole_word: Option<bool>,
    /// Whether upper and lower case differ (default false).
    pub(crate) case_sensitive: Option<bool>,
    /// How disguised a word may be. `standard` matches look-alike letters, accents and invisible characters (default); `strict` also
    /// matches encoded words, and letters that are replaced, separated or repeated; `disabled` matches neither.
    pub(crate) evasion: Option<Evasion>,
}

/// A rule for entity types.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PiiEntry {
    /// The entity types. `ALL` means all of them but the numbers of countries and documents, `WORLD_IDS` means those.
    #[schemars(length(min = 1))]
    pub(crate) types: Vec<TypeName>,
    /// Values that are never reported.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    /// How disguised a value may be. `strict` also matches encoded values, and digits that are spelled or separated (default standard).
    pub(crate) evasion: Option<RuleEvasion>,
    /// For `NAME` and `ADDRESS`: also finds names that no title or keyword introduces, and addresses of any form, by trained models, and how readily.
    pub(crate) strictness: Option<StrictnessWord>,
    /// The action in both directions: mask (default), block, detect or disabled.
    pub(crate) action: Option<Action>,
    /// The action for prompts, in place of `action`.
    pub(crate) input: Option<Action>,
    /// The action for completions, in place of `action`.
    pub(crate) output: Option<Action>,
    /// The replacement of a masked value (default label).
    pub(crate) replacement: Option<Replacement>,
    /// Returned to the caller when this rule blocks, in place of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}

/// A custom regular expression.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegexEntry {
    /// The name of the rule.
    #[schemars(length(min = 1, max = 100))]
    pub(crate) name: String,
    /// The regular expression, in the syntax of Rust's `regex` crate.
    #[schemars(length(min = 1))]
    pub(crate) pattern: String,
    /// The longest match in bytes. Required if the pattern has no upper bound.
    #[schemars(range(min = 1, max = 65536))]
    pub(crate) max_length: Option<u32>,
    /// The action in both directions: mask (default), block, detect or disabled.
    pub(crate) action: Option<Action>,
    /// The action for prompts, in place of `action`.
    pub(crate) input: Option<Action>,
    /// The action for completions, in place of `action`.
    pub(crate) output: Option<Action>,
    /// The replacement of a masked match (default label).
    pub(crate) replacement: Option<Replacement>,
    /// Returned to the caller when this rule blocks, in place of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}

/// A content filter. It is lexical: it matches terms, not meaning.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilterEntry {
    /// The category, which is the name of the rule.
    pub(crate) category: ContentCategory,
    /// The strength in both directions; for `prompt_attack`, in prompts.
    pub(crate) strength: Option<FilterStrength>,
    /// The strength for prompts, in place of `strength`.
    pub(crate) input_strength: Option<FilterStrength>,
    /// The strength for completions, in place of `strength`.
    pub(crate) output_strength: Option<FilterStrength>,
    /// Lets a filter block although it also blocks ordinary text: `violence`, `misconduct`, and `hate` above `low`.
    pub(crate) accept_false_positives: Option<bool>,
    /// The action in both directions: block (default) or detect.
    pub(crate) action: Option<Action>,
    /// The action for prompts, in place of `action`.
    pub(crate) input: Option<Action>,
    /// The action for completions, in place of `action`.
    pub(crate) output: Option<Action>,
    /// Returned to the caller when this rule blocks, in place of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}
