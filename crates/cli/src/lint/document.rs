//! The words of a policy as its own file lists them.
//!
//! What the rules do is asked of the compiled policy. Only the lists themselves are read here, once more, and only after the
//! library found no fault with them.

use std::fs;
use std::path::Path;

use banister::RuleKind;
use serde::Deserialize;

use crate::policy::Place;

/// The words of one rule.
#[derive(Debug)]
pub(super) struct List {
    pub(super) rule: String,
    pub(super) kind: RuleKind,
    pub(super) words: Vec<String>,
    /// Whether the words are all that the rule goes by.
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

/// The lists in a policy file, those of word files included. Packs, and policies it extends, are looked over by themselves.
pub(super) fn lists(place: &Place) -> Vec<List> {
    let Place::File(path) = place else { return Vec::new() };
    // The library has read the same file without a fault; if it is gone since, there is nothing to warn of.
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

/// One a line; `#` begins a comment.
fn file_words(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}
