//! Compiles the document as a whole.

use std::collections::HashMap;
use std::sync::Arc;

use crate::policy::document::{MessagesEntry, PolicyDocument};
use crate::policy::excerpt::printable;
use crate::policy::limits::MAX_RULES;
use crate::policy::problem::Notes;
use crate::policy::rule::Action;
use crate::policy::rule_set::RuleSet;
use crate::policy::yaml::located::Located;
use crate::policy::yaml::source::SourceLocation;

/// The sections that hold rules.
const SECTIONS: [&str; 5] = ["denied_topics", "word_filters", "pii", "regexes", "content_filters"];

/// Compiles one document.
pub(in crate::policy) struct Compiler<'a> {
    pub(super) notes: Notes<'a>,
    pub(super) hash_key: Option<&'a [u8]>,
    pub(super) rules: RuleSet,
    /// The number of patterns so far.
    pub(super) patterns: usize,
    /// The size of the patterns so far when compiled.
    pub(super) compiled_bytes: usize,
    pub(super) references: Vec<Reference>,
    pub(super) overrides: Vec<Override>,
    /// The name of the file, as rules refer to it.
    pub(super) file_name: Arc<str>,
}

/// The rules of a document, and what is left to resolve.
pub(in crate::policy) struct CompiledDocument {
    pub(in crate::policy) rules: RuleSet,
    pub(in crate::policy) references: Vec<Reference>,
    pub(in crate::policy) overrides: Vec<Override>,
}

/// Actions for inherited rules.
#[derive(Debug)]
pub(in crate::policy) struct Override {
    /// The names of the rules, each with its location and path.
    pub(in crate::policy) rules: Vec<(String, SourceLocation, String)>,
    pub(in crate::policy) input: Option<Action>,
    pub(in crate::policy) output: Option<Action>,
}

/// A reference to something outside the document.
#[derive(Debug)]
pub(in crate::policy) struct Reference {
    pub(in crate::policy) target: Target,
    pub(in crate::policy) location: SourceLocation,
    pub(in crate::policy) path: String,
}

/// The target of a reference.
#[derive(Debug)]
pub(in crate::policy) enum Target {
    /// Another policy, by name or path.
    Policy(String),
    /// The words of the word filter with this index.
    WordFile(usize, String),
}

/// The names of a section so far, each with its location.
pub(super) type KnownNames = HashMap<String, SourceLocation>;

impl<'a> Compiler<'a> {
    pub(in crate::policy) fn new(notes: Notes<'a>, hash_key: Option<&'a [u8]>) -> Self {
        Self {
            notes,
            hash_key,
            rules: RuleSet::default(),
            patterns: 0,
            compiled_bytes: 0,
            references: Vec::new(),
            overrides: Vec::new(),
            file_name: notes.file.name().into(),
        }
    }

    /// Compiles the document that was read from `root`. Use the rules only if no problem was noted.
    pub(in crate::policy) fn document(mut self, document: PolicyDocument, root: Located<'_>) -> CompiledDocument {
        if let Some(at) = root.get("name").filter(|_| !document.name.is_empty()) {
            self.policy_name(&document.name, at);
        }
        if !SECTIONS.into_iter().chain(["extends"]).any(|section| root.has(section)) {
            let help = "add at least one of `denied_topics`, `word_filters`, `pii`, `regexes` and `content_filters`, or `extends: [default]`";
            self.notes.problem(root, "the policy has no rules", help);
        }
        let MessagesEntry { blocked_input, blocked_output } = document.messages.unwrap_or_default();
        self.extends(&document.extends, root);
        self.decode(root);
        self.overrides(&document.overrides, root);
        let PolicyDocument { denied_topics, word_filters, pii, regexes, content_filters, .. } = document;
        let count = denied_topics.len() + word_filters.len() + pii.len() + regexes.len() + content_filters.len();
        self.section(root, "denied_topics", denied_topics, Self::topic);
        self.section(root, "word_filters", word_filters, Self::word_filter);
        self.section(root, "pii", pii, Self::pii);
        self.section(root, "regexes", regexes, Self::regex);
        self.section(root, "content_filters", content_filters, Self::content_filter);
        if count > MAX_RULES {
            let message = format!("the policy has {count} rules; the limit is {MAX_RULES}");
            self.notes.problem(root, message, "combine word filters");
        }
        let rules = RuleSet {
            name: document.name,
            description: document.description,
            blocked_input,
            blocked_output,
            mode: document.mode.unwrap_or_default(),
            decode: document.decode,
            history: document.history,
            operator_text: document.operator_text,
            ..self.rules
        };
        CompiledDocument { rules, references: self.references, overrides: self.overrides }
    }

    fn policy_name(&self, name: &str, at: Located<'_>) {
        if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            let message = format!("`{}` is not a policy name", printable(name));
            self.notes.problem(at, message, "use lowercase letters, digits and `-`, for example `support-bot`");
        }
    }

    fn extends(&mut self, names: &[String], root: Located<'_>) {
        let Some(list) = root.get("extends") else { return };
        let mut known = KnownNames::new();
        for (name, at) in names.iter().zip(list.items()) {
            if !name.is_empty() && self.unique(&mut known, name, at, "policy") {
                self.refer(Target::Policy(name.clone()), at);
            }
        }
    }

    fn decode(&self, root: Located<'_>) {
        let Some(list) = root.get("decode") else { return };
        let mut known = KnownNames::new();
        for at in list.items().filter(|at| !self.notes.has_problem(*at)) {
            self.unique(&mut known, &at.node.text, at, "encoding");
        }
    }

    /// Compiles the rules of a section.
    fn section<T>(
        &mut self,
        root: Located<'_>,
        name: &str,
        entries: Vec<T>,
        compile: fn(&mut Self, T, Located<'_>, &mut KnownNames),
    ) {
        let Some(list) = root.get(name) else { return };
        let mut known = KnownNames::new();
        for (entry, at) in entries.into_iter().zip(list.items()) {
            if at.entries().is_some() {
                compile(self, entry, at, &mut known);
            }
        }
    }

    /// Returns true if a name is new to its section, and notes a problem otherwise.
    pub(super) fn unique(&self, known: &mut KnownNames, name: &str, at: Located<'_>, what: &str) -> bool {
        if let Some(first) = known.get(name) {
            let verb = if at.path.last_key() == "name" { "defined" } else { "listed" };
            let help = format!("first {verb} in line {}", first.line);
            self.notes.problem(at, format!("the {what} `{}` is {verb} twice", printable(name)), help);
            return false;
        }
        known.insert(name.to_owned(), at.location);
        true
    }

    pub(super) fn refer(&mut self, target: Target, at: Located<'_>) {
        self.references.push(Reference { target, location: at.location, path: printable(&at.path.to_string()) });
    }
}
