//! The words of a policy, as its file lists them.
//!
//! Actions are read from the compiled policy. Only the lists are read again here, after the policy has compiled.

use std::fs;
use std::path::Path;

use banister::RuleKind;
use serde::Deserialize;

use crate::policy::PolicyRef;

/// The words of one rule.
#[derive(Debug)]
pub(super) struct List {
    pub(super) rule: String,
    pub(super) kind: RuleKind,
    pub(super) words: Vec<String>,
    /// Set if the rule has no examples or patterns.
    pub(super) is_complete: bool,
}

#[derive(Default, Deserialize)]
struct Document {
    #[serde(default)]
    denied_topics: Vec<Topic>,
    #[serde(default)]
    word_filters: Vec<Filter>,
}

#[derive(Deserialize)]
struct Topic {
    name: String,
    #[serde(default)]
    phrases: Vec<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    patterns: Vec<String>,
}

#[derive(Deserialize)]
struct Filter {
    name: String,
    #[serde(default)]
    words: Vec<String>,
    file: Option<String>,
}

/// Returns the lists in a policy file, including those of word files. Packs, and policies that it extends, are checked separately.
pub(super) fn lists(policy_ref: &PolicyRef) -> Vec<List> {
    let PolicyRef::File(path) = policy_ref else { return Vec::new() };
    // The same file has compiled before; if it has been removed since, there are no warnings.
    let text = fs::read_to_string(path).unwrap_or_default();
    let document: Document = serde_yaml::from_str(&text).unwrap_or_default();
    let directory = path.parent().unwrap_or(Path::new(""));
    let topics = document.denied_topics.into_iter().map(|topic| List {
        rule: topic.name,
        kind: RuleKind::Topic,
        is_complete: topic.examples.is_empty() && topic.patterns.is_empty(),
        words: topic.phrases,
    });
    let filters = document.word_filters.into_iter().map(|filter| List {
        rule: filter.name,
        kind: RuleKind::Word,
        is_complete: true,
        words: match filter.file {
            Some(file) => file_words(&directory.join(file)),
            None => filter.words,
        },
    });
    topics.chain(filters).filter(|list| !list.words.is_empty()).collect()
}

/// Reads one word per line; `#` starts a comment.
fn file_words(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}
