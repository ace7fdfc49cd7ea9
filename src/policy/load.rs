//! From files to rules: reads policies, word files, and the policies that others extend.

use std::collections::HashMap;
use std::path::{Path as FilePath, PathBuf};
use std::rc::Rc;

use super::compile::{Compiler, Reference, Target};
use super::excerpt::shown;
use super::files::{self, Unreadable};
use super::limits::{MAX_EXTENDS, MAX_POLICY_BYTES, MAX_RULES, MAX_WORD_BYTES, MAX_WORD_FILE_BYTES, MAX_WORDS};
use super::packs;
use super::problem::{Notes, Problems};
use super::reader::read_document;
use super::rule_set::RuleSet;
use super::suggest::{nearest, one_of};
use super::word_file;
use super::yaml::located::Located;
use super::yaml::node::{NodeValue, YamlNode};
use super::yaml::read;
use super::yaml::source::{SourceFile, SourceLocation};

/// The help for a file that is empty or not a mapping.
const SMALLEST: &str = "a minimal policy:\nversion: 1\nname: my-policy\npii:\n  - types: [EMAIL]";

/// The origin of a policy, which identifies it in cycles and if it is extended twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum PolicyOrigin {
    /// Text that was not loaded from a file.
    Text,
    /// A policy pack.
    Pack(&'static str),
    /// A file.
    File(PathBuf),
}

/// Loads one policy and what it refers to.
pub(super) struct Load<'k> {
    pub(super) problems: Problems,
    hash_key: Option<&'k [u8]>,
    /// Policies being loaded, each waiting for the one it extends.
    open: Vec<PolicyOrigin>,
    /// Policies loaded, so that none is read twice; `None` for one that has problems.
    done: HashMap<PolicyOrigin, Option<Rc<RuleSet>>>,
}

impl<'k> Load<'k> {
    pub(super) fn new(hash_key: Option<&'k [u8]>) -> Self {
        Self { problems: Problems::default(), hash_key, open: Vec::new(), done: HashMap::new() }
    }

    /// Loads a text.
    pub(super) fn yaml(&mut self, text: &str) -> Option<Rc<RuleSet>> {
        self.text(PolicyOrigin::Text, None, "<policy>", text)
    }

    /// Loads a file.
    pub(super) fn file(&mut self, path: &FilePath) -> Option<Rc<RuleSet>> {
        match files::read(path, MAX_POLICY_BYTES) {
            Ok(text) => self.file_text(path, &text),
            Err(why) => {
                self.unreadable(&path.display().to_string(), why);
                None
            }
        }
    }

    fn file_text(&mut self, path: &FilePath, text: &str) -> Option<Rc<RuleSet>> {
        let origin = PolicyOrigin::File(files::identity(path));
        self.text(origin, Some(path), &path.display().to_string(), text)
    }

    fn unreadable(&mut self, name: &str, why: Unreadable) {
        let message = format!("the policy cannot be read: {}", why.message);
        self.problems.in_file(name, None, message, Some(why.help));
    }

    /// Loads a pack by its exact name.
    pub(super) fn pack(&mut self, name: &str) -> Option<Rc<RuleSet>> {
        let Some((name, text)) = packs::find(name) else {
            let message = format!("no policy pack named `{}`", shown(name));
            self.problems.in_file("<packs>", None, message, Some(pack_help(name)));
            return None;
        };
        self.text(PolicyOrigin::Pack(name), None, &format!("<pack {name}>"), text)
    }

    /// Loads a text; `path` is the file it comes from, if any.
    fn text(&mut self, origin: PolicyOrigin, path: Option<&FilePath>, name: &str, text: &str) -> Option<Rc<RuleSet>> {
        if let Some(done) = self.done.get(&origin) {
            return done.clone();
        }
        self.open.push(origin.clone());
        let resolved = self.resolve(path, &SourceFile::new(name, text)).map(Rc::new);
        self.open.pop();
        self.done.insert(origin, resolved.clone());
        resolved
    }

    fn resolve(&mut self, path: Option<&FilePath>, file: &SourceFile) -> Option<RuleSet> {
        let before = self.problems.count();
        if file.text().len() as u64 > MAX_POLICY_BYTES {
            self.unreadable(file.name(), Unreadable::too_large(MAX_POLICY_BYTES));
            return None;
        }
        let (mut rules, references) = self.compile(file)?;
        let mut bases = Vec::new();
        for reference in &references {
            let note = ReferenceNotes { file, reference };
            match &reference.target {
                Target::WordFile(filter, name) => {
                    let words = self.words(path, name, &note).unwrap_or_default();
                    if let Some((_, filter)) = rules.words.get_mut(*filter) {
                        filter.words = words;
                    }
                }
                Target::Policy(name) => bases.extend(self.base(path, name, &note)),
            }
        }
        if self.problems.count() > before {
            return None;
        }
        // From last to first: each goes ahead of what is there, and gives way to it.
        for base in bases.iter().rev() {
            rules.inherit(base);
        }
        if rules.len() > MAX_RULES {
            let message =
                format!("the policy has {} rules with those it extends; the limit is {MAX_RULES}", rules.len());
            self.problems.in_file(file.name(), None, message, None);
            return None;
        }
        Some(rules)
    }

    /// Compiles the rules of one file by themselves.
    fn compile(&self, file: &SourceFile) -> Option<(RuleSet, Vec<Reference>)> {
        let notes = Notes::new(file, &self.problems);
        let root = read::read(file).map_err(|error| notes.at(error.location, String::new(), error.message, error.help));
        let root = mapping(root.ok()?, notes)?;
        let root = Located::root(&root);
        let document = read_document(root, notes)?;
        Some(Compiler::new(notes, self.hash_key).document(document, root))
    }

    fn words(&mut self, policy: Option<&FilePath>, file: &str, note: &ReferenceNotes<'_>) -> Option<Vec<String>> {
        let Some(policy) = policy else {
            let message =
                format!("the word file `{}` cannot be found: the policy was not loaded from a file", shown(file));
            note.problem(
                &self.problems,
                message,
                "load the policy with `Policy::from_file`, or list the words".to_owned(),
            );
            return None;
        };
        let path = files::relative_to(policy, file);
        let text = match files::read(&path, MAX_WORD_FILE_BYTES) {
            Ok(text) => text,
            Err(why) => {
                let message = format!("the word file `{}` cannot be read: {}", shown(file), why.message);
                note.problem(&self.problems, message, why.help);
                return None;
            }
        };
        let name = path.display().to_string();
        let mut words = Vec::new();
        for (line, word) in word_file::words(&text) {
            if word.len() > MAX_WORD_BYTES {
                let message = format!("the word has {} bytes; the limit is {MAX_WORD_BYTES}", word.len());
                self.problems.in_file(
                    &name,
                    Some(line),
                    message,
                    Some("put one word or phrase on each line".to_owned()),
                );
            }
            words.push(word.to_owned());
        }
        if words.is_empty() {
            let help = "put one word or phrase on each line; lines that begin with # are comments";
            note.problem(&self.problems, format!("the word file `{}` has no words", shown(file)), help.to_owned());
        } else if words.len() > MAX_WORDS {
            let message =
                format!("the word file `{}` has {} words; the limit is {MAX_WORDS}", shown(file), words.len());
            note.problem(&self.problems, message, "split the file into several word filters".to_owned());
        }
        Some(words)
    }

    /// Loads the policy that an element of `extends` names.
    fn base(&mut self, policy: Option<&FilePath>, name: &str, note: &ReferenceNotes<'_>) -> Option<Rc<RuleSet>> {
        let is_path = name.contains(['/', '\\']) || name.ends_with(".yaml") || name.ends_with(".yml");
        let origin = match (is_path, policy, packs::find(name)) {
            (true, Some(policy), _) => PolicyOrigin::File(files::identity(&files::relative_to(policy, name))),
            (true, None, _) => {
                let message = format!("`{}` cannot be found: the policy was not loaded from a file", shown(name));
                note.problem(
                    &self.problems,
                    message,
                    "load the policy with `Policy::from_file`, or extend a pack".to_owned(),
                );
                return None;
            }
            (false, _, Some((pack, _))) => PolicyOrigin::Pack(pack),
            (false, _, None) => {
                let message = format!("no policy pack named `{}`", shown(name));
                note.problem(&self.problems, message, pack_help(name));
                return None;
            }
        };
        if self.open.contains(&origin) {
            let message = match self.open.last() {
                Some(last) if *last == origin => "the policy extends itself".to_owned(),
                _ => format!("`{}` extends this policy, which makes a cycle", shown(name)),
            };
            note.problem(&self.problems, message, "remove one of the `extends` entries".to_owned());
            return None;
        }
        if self.open.len() > MAX_EXTENDS {
            let message = format!("the chain of `extends` has more than {MAX_EXTENDS} policies");
            note.problem(&self.problems, message, "merge some of the files".to_owned());
            return None;
        }
        let Some(policy) = policy.filter(|_| is_path) else {
            return self.pack(name);
        };
        let path = files::relative_to(policy, name);
        match files::read(&path, MAX_POLICY_BYTES) {
            Ok(text) => self.file_text(&path, &text),
            Err(why) => {
                let message = format!("`{}` cannot be read: {}", shown(name), why.message);
                note.problem(&self.problems, message, why.help);
                None
            }
        }
    }
}

/// Returns the document if it is a mapping.
fn mapping(root: Option<YamlNode>, notes: Notes<'_>) -> Option<YamlNode> {
    let (location, message) = match root {
        Some(root) if matches!(root.value, NodeValue::Mapping(_)) => return Some(root),
        Some(root) if !matches!(root.value, NodeValue::Null) => {
            (root.location, format!("a policy is a mapping, found {}", root.describe()))
        }
        _ => (SourceLocation { line: 1, column: 1, width: 1 }, "the policy is empty".to_owned()),
    };
    notes.at(location, String::new(), message, Some(SMALLEST.to_owned()));
    None
}

/// Notes problems with a reference.
struct ReferenceNotes<'a> {
    file: &'a SourceFile,
    reference: &'a Reference,
}

impl ReferenceNotes<'_> {
    fn problem(&self, problems: &Problems, message: String, help: String) {
        let Reference { location, path, .. } = self.reference;
        Notes::new(self.file, problems).at(*location, path.clone(), message, Some(help));
    }
}

fn pack_help(name: &str) -> String {
    match nearest(name, packs::NAMES) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            format!(
                "available packs: {}; to extend a file, include its extension: `{}.yaml`",
                one_of(&packs::NAMES),
                shown(name)
            )
        }
    }
}
