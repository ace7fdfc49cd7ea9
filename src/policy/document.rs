//! The format of policy files, as types.
//!
//! The reader takes keys, words and types of values from them, and the JSON Schema takes its descriptions from the comments.

use schemars::JsonSchema;
use serde::Deserialize;

use super::rule::Action;
use super::values::{
    EncodingWord, Evasion, History, Managed, Mode, OperatorText, Replacement, RuleEvasion, TypeName, Version,
};

/// A Banister policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Banister policy")]
pub(crate) struct PolicyDocument {
    /// Version of the format.
    #[expect(dead_code, reason = "there is one version; here for the reader and the schema")]
    pub(crate) version: Version,
    /// Name of the policy.
    #[schemars(length(max = 100), regex(pattern = "^[a-z0-9-]+$"))]
    pub(crate) name: String,
    /// What the policy is for.
    #[schemars(length(min = 1))]
    pub(crate) description: Option<String>,
    /// Policies whose rules are taken over: names of packs, or paths relative to this file. A rule of the
    /// same name here replaces theirs.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) extends: Vec<String>,
    /// How answers are streamed. `sync` releases text once it has been evaluated; `async` releases it at once, evaluates behind, and
    /// stops at the first block: no rule may then mask the output.
    pub(crate) mode: Option<Mode>,
    /// Encodings of which runs are decoded and evaluated as well, by every rule (default none).
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) decode: Vec<EncodingWord>,
    /// What happens when a rule blocks text before the last turn of a conversation. `replace` puts the rule's name in its place, so that
    /// one blocked turn does not block every call after it; `block` blocks the call.
    pub(crate) history: Option<History>,
    /// What topics and word filters that block do in system prompts and tool definitions: `off`, `detect` or `block`.
    pub(crate) operator_text: Option<OperatorText>,
    /// What the caller is told when a text is refused.
    pub(crate) messages: Option<MessagesEntry>,
    /// Subjects that are not to be talked about.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) denied_topics: Vec<TopicEntry>,
    /// Lists of words and phrases.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) word_filters: Vec<WordEntry>,
    /// Entity types and what is done about each.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) pii: Vec<PiiEntry>,
    /// Patterns of your own.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) regexes: Vec<RegexEntry>,
}

/// What the caller is told when a text is refused.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesEntry {
    /// Instead of a completion, when a prompt is refused.
    #[schemars(length(min = 1))]
    pub(crate) blocked_input: Option<String>,
    /// Instead of a completion that is refused.
    #[schemars(length(min = 1))]
    pub(crate) blocked_output: Option<String>,
}

/// A subject that is not to be talked about. At least one of `examples`, `phrases` and `patterns` is needed.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopicEntry {
    /// Name of the rule.
    #[schemars(length(min = 1, max = 100))]
    pub(crate) name: String,
    /// The subject in a sentence.
    #[schemars(length(min = 1))]
    pub(crate) definition: Option<String>,
    /// Sentences about it; similar ones are found.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) examples: Vec<String>,
    /// Ordinary sentences of the same domain: they weigh against the topic, and its threshold is set above them.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) counter_examples: Vec<String>,
    /// Words and phrases that decide by themselves.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) phrases: Vec<String>,
    /// Patterns that decide by themselves.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) patterns: Vec<String>,
    /// Phrases that never count.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) exceptions: Vec<String>,
    /// The score from which a sentence is on the topic. By default it is computed from the examples and counter-examples.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) threshold: Option<f32>,
    /// See through encodings, and letters that are replaced, separated or repeated (default standard).
    pub(crate) evasion: Option<RuleEvasion>,
    /// What is done, in both directions: block (default) or detect.
    pub(crate) action: Option<Action>,
    /// What is done with prompts.
    pub(crate) input: Option<Action>,
    /// What is done with completions.
    pub(crate) output: Option<Action>,
    /// What the caller is told, instead of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}

/// A list of words and phrases, from exactly one of `words`, `file` and `managed`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordEntry {
    /// Name of the rule.
    #[schemars(length(min = 1, max = 100))]
    pub(crate) name: String,
    /// The words.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) words: Vec<String>,
    /// A file of words, one a line, relative to the policy file. Lines that begin with # are comments.
    #[schemars(length(min = 1))]
    pub(crate) file: Option<String>,
    /// A list that ships with Banister.
    pub(crate) managed: Option<Managed>,
    /// How words match.
    #[serde(rename = "match")]
    pub(crate) matching: Option<MatchEntry>,
    /// What is done, in both directions: block (default), mask, detect or off.
    pub(crate) action: Option<Action>,
    /// What is done with prompts.
    pub(crate) input: Option<Action>,
    /// What is done with completions.
    pub(crate) output: Option<Action>,
    /// How a masked word is written.
    pub(crate) replacement: Option<Replacement>,
    /// What the caller is told, instead of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}

/// How words match.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchEntry {
    /// Only where the word is not part of a longer one (default true).
    pub(crate) whole_word: Option<bool>,
    /// Tell capital letters from small ones (default false).
    pub(crate) case_sensitive: Option<bool>,
    /// See through look-alike letters, accents and invisible characters (default standard), or also through encodings and letters that
    /// are replaced, separated or repeated (strict).
    pub(crate) evasion: Option<Evasion>,
}

/// Entity types and what is done about them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PiiEntry {
    /// The types; `[ALL]` means all of them.
    #[schemars(length(min = 1))]
    pub(crate) types: Vec<TypeName>,
    /// Values never reported.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    /// See through encodings, and digits that are spelled or separated (default standard).
    pub(crate) evasion: Option<RuleEvasion>,
    /// What is done, in both directions: mask (default), block, detect or off.
    pub(crate) action: Option<Action>,
    /// What is done with prompts.
    pub(crate) input: Option<Action>,
    /// What is done with completions.
    pub(crate) output: Option<Action>,
    /// How a masked value is written.
    pub(crate) replacement: Option<Replacement>,
    /// What the caller is told, instead of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}

/// A pattern of your own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegexEntry {
    /// Name of the rule.
    #[schemars(length(min = 1, max = 100))]
    pub(crate) name: String,
    /// The pattern, in the syntax of Rust's `regex` crate.
    #[schemars(length(min = 1))]
    pub(crate) pattern: String,
    /// Longest match in bytes; needed where the pattern has no bound of its own.
    #[schemars(range(min = 1, max = 65536))]
    pub(crate) max_length: Option<u32>,
    /// What is done, in both directions: mask (default), block, detect or off.
    pub(crate) action: Option<Action>,
    /// What is done with prompts.
    pub(crate) input: Option<Action>,
    /// What is done with completions.
    pub(crate) output: Option<Action>,
    /// How a match is written when masked.
    pub(crate) replacement: Option<Replacement>,
    /// What the caller is told, instead of `messages`.
    #[schemars(length(min = 1))]
    pub(crate) message: Option<String>,
}
