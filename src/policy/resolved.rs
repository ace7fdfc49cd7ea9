//! A policy with nothing left open: `extends` followed, word files read, defaults filled in.
//!
//! Its JSON with sorted keys is what the digest is taken of, so every member here changes the digest.

use std::collections::HashMap;

use serde::Serialize;

use crate::detect::EntityType;

use super::document::{MessagesEntry, PiiEntry, PolicyDocument, RegexEntry, TopicEntry, WordEntry};
use super::packs;
use super::values::{
    ActionWord, EncodingWord, Evasion, History, Managed, Mode, OperatorText, Replacement, ReplacementWord, RuleEvasion,
    TypeName,
};

/// A policy, resolved.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Resolved {
    pub(super) version: u32,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) blocked_input: Option<String>,
    pub(super) blocked_output: Option<String>,
    /// When text of a stream is released. Not inherited.
    #[serde(skip_serializing_if = "Mode::is_sync")]
    pub(super) mode: Mode,
    /// Encodings of which runs are decoded. Those of policies it extends are added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) decode: Vec<EncodingWord>,
    #[serde(skip_serializing_if = "History::is_default")]
    pub(super) history: Option<History>,
    #[serde(skip_serializing_if = "OperatorText::is_default")]
    pub(super) operator_text: Option<OperatorText>,
    pub(super) topics: Vec<Topic>,
    pub(super) words: Vec<Words>,
    pub(super) pii: Vec<Pii>,
    pub(super) regexes: Vec<Regex>,
}

/// What a rule does.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Effect {
    pub(super) input: ActionWord,
    pub(super) output: ActionWord,
    pub(super) replacement: Written,
    pub(super) message: Option<String>,
}

/// How a masked span is written.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Written {
    Label,
    Numbered,
    KeepLast4,
    Hash,
    Fixed(String),
}

/// A denied topic.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Topic {
    pub(super) name: String,
    pub(super) definition: String,
    pub(super) examples: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) counter_examples: Vec<String>,
    pub(super) phrases: Vec<String>,
    pub(super) patterns: Vec<String>,
    pub(super) exceptions: Vec<String>,
    pub(super) threshold: Option<f32>,
    #[serde(skip_serializing_if = "RuleEvasion::is_standard")]
    pub(super) evasion: RuleEvasion,
    pub(super) effect: Effect,
}

/// A word filter with its words, wherever they were written.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Words {
    pub(super) name: String,
    pub(super) words: Vec<String>,
    pub(super) managed: Option<Managed>,
    pub(super) whole_word: bool,
    pub(super) case_sensitive: bool,
    pub(super) evasion: Evasion,
    pub(super) effect: Effect,
}

/// One entity type.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Pii {
    #[serde(rename = "type", serialize_with = "by_name")]
    pub(super) entity: EntityType,
    pub(super) allow: Vec<String>,
    #[serde(skip_serializing_if = "RuleEvasion::is_standard")]
    pub(super) evasion: RuleEvasion,
    pub(super) effect: Effect,
}

/// A custom regex.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Regex {
    pub(super) name: String,
    pub(super) pattern: String,
    pub(super) max_length: Option<u32>,
    pub(super) effect: Effect,
}

fn by_name<S: serde::Serializer>(entity: &EntityType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(entity.name())
}

impl Resolved {
    /// The document's own rules, with the contents of its word files.
    pub(super) fn own(document: PolicyDocument, files: &HashMap<String, Vec<String>>) -> Self {
        let MessagesEntry { blocked_input, blocked_output } = document.messages.unwrap_or_default();
        Self {
            version: 1,
            name: document.name,
            description: document.description,
            blocked_input,
            blocked_output,
            mode: document.mode.unwrap_or_default(),
            decode: document.decode,
            history: document.history,
            operator_text: document.operator_text,
            topics: document.denied_topics.into_iter().map(topic).collect(),
            words: document.word_filters.into_iter().map(|entry| words(entry, files)).collect(),
            pii: document.pii.into_iter().flat_map(pii).collect(),
            regexes: document.regexes.into_iter().map(regex).collect(),
        }
    }

    /// Takes over another policy's rules, ahead of its own, except those it names itself.
    pub(super) fn inherit(&mut self, base: &Self) {
        take_over(&mut self.topics, &base.topics, |rule| rule.name.clone());
        take_over(&mut self.words, &base.words, |rule| rule.name.clone());
        take_over(&mut self.pii, &base.pii, |rule| rule.entity);
        take_over(&mut self.regexes, &base.regexes, |rule| rule.name.clone());
        for encoding in &base.decode {
            if !self.decode.contains(encoding) {
                self.decode.push(*encoding);
            }
        }
        self.decode.sort_unstable();
        if self.blocked_input.is_none() {
            self.blocked_input.clone_from(&base.blocked_input);
        }
        if self.blocked_output.is_none() {
            self.blocked_output.clone_from(&base.blocked_output);
        }
        self.history = self.history.or(base.history);
        self.operator_text = self.operator_text.or(base.operator_text);
    }

    pub(super) fn rules(&self) -> usize {
        self.topics.len() + self.words.len() + self.pii.len() + self.regexes.len()
    }
}

fn take_over<T: Clone, K: Eq + std::hash::Hash>(own: &mut Vec<T>, base: &[T], key: impl Fn(&T) -> K) {
    let named: std::collections::HashSet<K> = own.iter().map(&key).collect();
    let inherited = base.iter().filter(|rule| !named.contains(&key(rule))).cloned();
    own.splice(0..0, inherited.collect::<Vec<T>>());
}

/// The keys every rule has, as written.
struct Stated {
    action: Option<ActionWord>,
    input: Option<ActionWord>,
    output: Option<ActionWord>,
    replacement: Option<Replacement>,
    message: Option<String>,
}

impl Stated {
    fn or(self, default: ActionWord) -> Effect {
        let both = self.action.unwrap_or(default);
        Effect {
            input: self.input.unwrap_or(both),
            output: self.output.unwrap_or(both),
            replacement: self.replacement.map_or(Written::Label, Written::from),
            message: self.message,
        }
    }
}

impl From<Replacement> for Written {
    fn from(replacement: Replacement) -> Self {
        match replacement {
            Replacement::Keyword(ReplacementWord::Label) => Self::Label,
            Replacement::Keyword(ReplacementWord::Numbered) => Self::Numbered,
            Replacement::Keyword(ReplacementWord::KeepLast4) => Self::KeepLast4,
            Replacement::Keyword(ReplacementWord::Hash) => Self::Hash,
            Replacement::Fixed(text) => Self::Fixed(text.fixed),
            Replacement::Text(text) => Self::Fixed(text),
        }
    }
}

fn topic(entry: TopicEntry) -> Topic {
    let TopicEntry { action, input, output, message, .. } = entry;
    Topic {
        name: entry.name,
        definition: entry.definition.unwrap_or_default(),
        examples: entry.examples,
        counter_examples: entry.counter_examples,
        phrases: entry.phrases,
        patterns: entry.patterns,
        exceptions: entry.exceptions,
        threshold: entry.threshold,
        evasion: entry.evasion.unwrap_or_default(),
        effect: Stated { action, input, output, replacement: None, message }.or(ActionWord::Block),
    }
}

fn words(entry: WordEntry, files: &HashMap<String, Vec<String>>) -> Words {
    let WordEntry { action, input, output, replacement, message, .. } = entry;
    let matching = entry.matching.unwrap_or_default();
    let words = match (&entry.file, entry.managed) {
        (Some(file), _) => files.get(file).cloned().unwrap_or_default(),
        (None, Some(managed)) => packs::managed_words(managed),
        (None, None) => entry.words,
    };
    Words {
        name: entry.name,
        words,
        managed: entry.managed,
        whole_word: matching.whole_word.unwrap_or(true),
        case_sensitive: matching.case_sensitive.unwrap_or(false),
        evasion: matching.evasion.unwrap_or(Evasion::Standard),
        effect: Stated { action, input, output, replacement, message }.or(ActionWord::Block),
    }
}

fn pii(entry: PiiEntry) -> Vec<Pii> {
    let PiiEntry { types, allow, evasion, action, input, output, replacement, message } = entry;
    let effect = Stated { action, input, output, replacement, message }.or(ActionWord::Mask);
    let types = types.into_iter().flat_map(|name| match name {
        TypeName::All => EntityType::ALL.to_vec(),
        TypeName::One(entity) => vec![entity],
    });
    let evasion = evasion.unwrap_or_default();
    types.map(|entity| Pii { entity, allow: allow.clone(), evasion, effect: effect.clone() }).collect()
}

fn regex(entry: RegexEntry) -> Regex {
    let RegexEntry { name, pattern, max_length, action, input, output, replacement, message } = entry;
    let effect = Stated { action, input, output, replacement, message }.or(ActionWord::Mask);
    Regex { name, pattern, max_length, effect }
}
