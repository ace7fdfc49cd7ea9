//! The entries of policy files, as written.
//!
//! Actions are read from the compiled policy. Only what it does not keep is read again here, after the policy has compiled.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use banister::{Guardrail, Policy, RuleKind, RuleSummary};
use serde::Deserialize;
use serde_json::{Value, json};

/// An entry of a policy file.
#[derive(Debug)]
pub(super) struct RuleEntry {
    pub(super) file: String,
    pub(super) line: usize,
    /// The name of the rule; of an entry of `pii`, the first type.
    pub(super) rule: String,
    pub(super) kind: RuleKind,
    /// Words, phrases.
    pub(super) words: Vec<String>,
    /// The file that lists the words, with its text.
    pub(super) word_file: Option<(PathBuf, String)>,
    pub(super) has_examples: bool,
    pub(super) exceptions: Vec<String>,
    pub(super) patterns: Vec<String>,
    pub(super) max_length: Option<u32>,
    pub(super) types: Vec<String>,
    pub(super) allow: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Document {
    #[serde(default)]
    denied_topics: Vec<Entry>,
    #[serde(default)]
    word_filters: Vec<Entry>,
    #[serde(default)]
    pii: Vec<Entry>,
    #[serde(default)]
    regexes: Vec<Entry>,
}

/// The keys of all kinds of entries.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    name: String,
    phrases: Vec<String>,
    examples: Vec<String>,
    exceptions: Vec<String>,
    patterns: Vec<String>,
    words: Vec<String>,
    file: Option<String>,
    types: Vec<String>,
    allow: Vec<String>,
    pattern: Option<String>,
    max_length: Option<u32>,
}

/// Returns the entries of the policy file and of the files it extends whose rules are in effect. Packs are checked separately.
pub(super) fn entries(policy: &Policy) -> Vec<RuleEntry> {
    let files: BTreeSet<&str> = policy.rules().map(|rule| rule.file()).filter(|file| !file.starts_with('<')).collect();
    let mut entries = Vec::new();
    for file in files {
        // The same file has compiled before; if it has been removed since, there are no warnings.
        let text = fs::read_to_string(file).unwrap_or_default();
        let Document { denied_topics, word_filters, pii, regexes } = serde_yaml::from_str(&text).unwrap_or_default();
        let sections = [
            (RuleKind::Topic, denied_topics),
            (RuleKind::Word, word_filters),
            (RuleKind::Pii, pii),
            (RuleKind::Regex, regexes),
        ];
        for (kind, section) in sections {
            entries.extend(section.into_iter().filter_map(|entry| entry.complete(kind, file, policy)));
        }
    }
    entries
}

impl RuleEntry {
    /// Returns true if the rule has words alone.
    pub(super) fn has_only_words(&self) -> bool {
        !self.has_examples && self.patterns.is_empty()
    }
}

impl Entry {
    /// Returns the entry with what belongs to it, unless a rule of another file replaces all of it.
    fn complete(self, kind: RuleKind, file: &str, policy: &Policy) -> Option<RuleEntry> {
        let is_named = |rule: &RuleSummary<'_>| match kind {
            RuleKind::Pii => self.types.iter().any(|name| name == "ALL" || name == rule.name()),
            _ => rule.name() == self.name,
        };
        let mut rules = policy.rules().filter(|rule| rule.kind() == kind && rule.file() == file);
        let rule = rules.find(is_named)?;
        let directory = Path::new(file).parent().unwrap_or(Path::new(""));
        let word_file = self.file.map(|name| {
            let path = directory.join(name);
            let text = fs::read_to_string(&path).unwrap_or_default();
            (path, text)
        });
        let words = match (&word_file, kind) {
            (Some((_, text)), _) => listed_words(text).map(|(_, word)| word.to_owned()).collect(),
            (None, RuleKind::Topic) => self.phrases,
            (None, _) => self.words,
        };
        Some(RuleEntry {
            file: file.to_owned(),
            line: rule.line(),
            rule: rule.name().to_owned(),
            kind,
            words,
            word_file,
            has_examples: !self.examples.is_empty(),
            exceptions: self.exceptions,
            patterns: self.patterns.into_iter().chain(self.pattern).collect(),
            max_length: self.max_length,
            types: self.types,
            allow: self.allow,
        })
    }
}

pub(super) fn of_one_rule(section: &str, rule: Value) -> Option<Guardrail> {
    // JSON is YAML.
    let policy = json!({ "version": 1, "name": "lint", section: [rule] }).to_string();
    Policy::from_yaml(&policy).ok().map(Guardrail::new)
}

/// Returns the words of a word file with their lines, one per line; `#` starts a comment.
pub(super) fn listed_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
    let lines = lines.map(|(number, line)| (number + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
