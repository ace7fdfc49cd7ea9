//! From files to rules: reads policies, word files, and the policies that others extend.

use std::collections::HashMap;
use std::path::{Path as FilePath, PathBuf};
use std::rc::Rc;

use super::compile::{CompiledDocument, Compiler, Override, Reference, Target};
use super::excerpt::printable;
use super::files::{self, LoadError};
use super::limits::{MAX_EXTENDS, MAX_POLICY_BYTES, MAX_RULES, MAX_WORD_BYTES, MAX_WORD_FILE_BYTES, MAX_WORDS};
use super::packs;
use super::problem::{Notes, Problems};
use super::reader::read_document;
use super::rule::{Action, ContentFilter};
use super::rule_set::RuleSet;
use super::suggest::{nearest, one_of};
use super::word_file;
use super::yaml::located::Located;
use super::yaml::node::{NodeValue, YamlNode};
use super::yaml::read;
use super::yaml::source::{SourceFile, SourceLocation};
use crate::detect::FilterStrength;

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

    pub(super) fn yaml(&mut self, text: &str) -> Option<Rc<RuleSet>> {
        self.text(PolicyOrigin::Text, None, "<policy>", text)
    }

    pub(super) fn file(&mut self, path: &FilePath) -> Option<Rc<RuleSet>> {
        match files::read(path, MAX_POLICY_BYTES) {
            Ok(text) => self.file_text(path, &text),
            Err(error) => self.unreadable(&path.display().to_string(), error),
        }
    }

    fn file_text(&mut self, path: &FilePath, text: &str) -> Option<Rc<RuleSet>> {
        let origin = PolicyOrigin::File(files::identity(path));
        self.text(origin, Some(path), &path.display().to_string(), text)
    }

    /// Notes that a file cannot be read.
    fn unreadable<T>(&self, name: &str, error: LoadError) -> Option<T> {
        let error = error.of("the policy cannot be read");
        self.problems.in_file(name, None, error.message, Some(error.help));
        None
    }

    /// Loads a pack by its exact name.
    pub(super) fn pack(&mut self, name: &str) -> Option<Rc<RuleSet>> {
        let Some((name, text)) = packs::find(name) else {
            let error = no_pack(name);
            self.problems.in_file("<packs>", None, error.message, Some(error.help));
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
            return self.unreadable(file.name(), LoadError::too_large(MAX_POLICY_BYTES));
        }
        let CompiledDocument { mut rules, references, overrides } = self.compile(file)?;
        let policies = references.iter().filter(|one| matches!(one.target, Target::Policy(_))).count();
        let mut bases = Vec::new();
        for Reference { target, location, path: at } in references {
            let found = match target {
                Target::WordFile(filter, name) => self.words(path, &name).map(|words| {
                    if let Some((_, filter)) = rules.words.get_mut(filter) {
                        filter.words = words;
                    }
                }),
                Target::Policy(name) => self.base(path, &name).map(|base| bases.extend(base)),
            };
            if let Err(error) = found {
                Notes::new(file, &self.problems).at(location, at, error.message, Some(error.help));
            }
        }
        // From last to first: each goes ahead of what is there, and gives way to it.
        let mut inherited = RuleSet::default();
        for base in bases.iter().rev() {
            inherited.inherit(base);
        }
        // If one cannot be read, its rules are not known.
        if bases.len() == policies {
            self.apply(overrides, &rules, &mut inherited, Notes::new(file, &self.problems));
        }
        if self.problems.count() > before {
            return None;
        }
        rules.inherit(&inherited);
        if rules.len() > MAX_RULES {
            let message =
                format!("the policy has {} rules with those it extends; the limit is {MAX_RULES}", rules.len());
            self.problems.in_file(file.name(), None, message, None);
            return None;
        }
        Some(rules)
    }

    /// Changes the actions of inherited rules.
    fn apply(&self, overrides: Vec<Override>, own: &RuleSet, inherited: &mut RuleSet, notes: Notes<'_>) {
        for Override { rules, input, output } in overrides {
            for (name, location, path) in rules {
                match unusable_override(&name, [input, output], own, inherited) {
                    Some(error) => notes.at(location, path, error.message, Some(error.help)),
                    None => inherited.set_actions(&name, input, output),
                }
            }
        }
    }

    /// Compiles the rules of one file by themselves.
    fn compile(&self, file: &SourceFile) -> Option<CompiledDocument> {
        let notes = Notes::new(file, &self.problems);
        let root = read::read(file).map_err(|error| notes.at(error.location, String::new(), error.message, error.help));
        let root = mapping(root.ok()?, notes)?;
        let root = Located::root(&root);
        let document = read_document(root, notes)?;
        Some(Compiler::new(notes, self.hash_key).document(document, root))
    }

    /// Reads the words of a file that a policy names.
    fn words(&self, policy: Option<&FilePath>, file: &str) -> Result<Vec<String>, LoadError> {
        let file_text = printable(file);
        let policy = policy.ok_or_else(|| {
            let message = format!("the word file `{file_text}` cannot be found: the policy was not loaded from a file");
            LoadError::new(message, "load the policy with `Policy::from_file`, or list the words")
        })?;
        let path = files::relative_to(policy, file);
        let text = files::read(&path, MAX_WORD_FILE_BYTES)
            .map_err(|error| error.of(&format!("the word file `{file_text}` cannot be read")))?;
        let words: Vec<(usize, &str)> = word_file::words(&text).collect();
        for (line, word) in words.iter().filter(|(_, word)| word.len() > MAX_WORD_BYTES) {
            let message = format!("the word has {} bytes; the limit is {MAX_WORD_BYTES}", word.len());
            let help = "put one word or phrase on each line".to_owned();
            self.problems.in_file(&path.display().to_string(), Some(*line), message, Some(help));
        }
        if words.is_empty() {
            let help = "put one word or phrase on each line; lines that begin with # are comments";
            return Err(LoadError::new(format!("the word file `{file_text}` has no words"), help));
        }
        if words.len() > MAX_WORDS {
            let message = format!("the word file `{file_text}` has {} words; the limit is {MAX_WORDS}", words.len());
            return Err(LoadError::new(message, "split the file into several word filters"));
        }
        Ok(words.into_iter().map(|(_, word)| word.to_owned()).collect())
    }

    /// Loads the policy that an element of `extends` names; `None` if it has problems, which are noted.
    fn base(&mut self, policy: Option<&FilePath>, name: &str) -> Result<Option<Rc<RuleSet>>, LoadError> {
        let is_path = name.contains(['/', '\\']) || name.ends_with(".yaml") || name.ends_with(".yml");
        if !is_path {
            let (pack, _) = packs::find(name).ok_or_else(|| no_pack(name))?;
            self.check_chain(name, &PolicyOrigin::Pack(pack))?;
            return Ok(self.pack(pack));
        }
        let policy = policy.ok_or_else(|| {
            let message = format!("`{}` cannot be found: the policy was not loaded from a file", printable(name));
            LoadError::new(message, "load the policy with `Policy::from_file`, or extend a pack")
        })?;
        let path = files::relative_to(policy, name);
        self.check_chain(name, &PolicyOrigin::File(files::identity(&path)))?;
        let text = files::read(&path, MAX_POLICY_BYTES)
            .map_err(|error| error.of(&format!("`{}` cannot be read", printable(name))))?;
        Ok(self.file_text(&path, &text))
    }

    /// Checks that a policy to extend makes no cycle and no chain that is too long.
    fn check_chain(&self, name: &str, origin: &PolicyOrigin) -> Result<(), LoadError> {
        if self.open.contains(origin) {
            let message = match self.open.last() {
                Some(last) if last == origin => "the policy extends itself".to_owned(),
                _ => format!("`{}` extends this policy, which makes a cycle", printable(name)),
            };
            return Err(LoadError::new(message, "remove one of the `extends` entries"));
        }
        if self.open.len() > MAX_EXTENDS {
            let message = format!("the chain of `extends` has more than {MAX_EXTENDS} policies");
            return Err(LoadError::new(message, "merge some of the files"));
        }
        Ok(())
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

/// Returns the reason why the rules of a name cannot have these actions, if there is one.
fn unusable_override(
    name: &str,
    actions: [Option<Action>; 2],
    own: &RuleSet,
    inherited: &RuleSet,
) -> Option<LoadError> {
    let shown = printable(name);
    if !inherited.names().any(|known| known == name) {
        let help = match nearest(name, inherited.names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`banister lint` lists the rules of each policy".to_owned(),
        };
        return Some(LoadError::new(format!("no inherited rule is named `{shown}`"), &help));
    }
    if own.names().any(|known| known == name) {
        let message = format!("`{shown}` is a rule of this file, which replaces the inherited one");
        return Some(LoadError::new(message, "set its action where it is defined, or remove it there"));
    }
    if let Some((rule, _)) = inherited.content.iter().find(|(rule, _)| *rule.name == *name)
        && let Some(filter) = rule.filter
    {
        return unusable_for_filter(
            filter,
            [actions[0].unwrap_or(rule.input), actions[1].unwrap_or(rule.output)],
            actions,
        );
    }
    let is_topic = inherited.topics.iter().any(|(rule, _)| *rule.name == *name);
    if is_topic && actions.contains(&Some(Action::Mask)) {
        let message = format!("`{shown}` is a denied topic and cannot mask: a topic describes the whole text");
        return Some(LoadError::new(message, "use `block`, or `detect` to report only"));
    }
    None
}

/// Returns the reason why a content filter cannot have these actions, of which `stated` are written, if there is one.
fn unusable_for_filter(filter: ContentFilter, actions: [Action; 2], stated: [Option<Action>; 2]) -> Option<LoadError> {
    let category = filter.category;
    if actions.contains(&Action::Mask) {
        let message = format!("`{category}` is a content filter and cannot mask: it describes the whole text");
        return Some(LoadError::new(message, "use `block`, or `detect` to report only"));
    }
    for (stated, strength, text) in [(stated[0], filter.input, "prompts"), (stated[1], filter.output, "completions")] {
        if stated.is_some_and(|action| action != Action::Off) && strength == FilterStrength::None {
            let message = format!("`{category}` does not filter {text}: its strength for them is `none`");
            return Some(LoadError::new(
                message,
                "set the action of the other direction only, or define the filter in this file",
            ));
        }
    }
    let reason = filter.needs_consent(actions).filter(|_| !filter.accepts_false_positives)?;
    Some(LoadError::new(reason, "use `detect`, or define the filter in this file with `accept_false_positives: true`"))
}

fn no_pack(name: &str) -> LoadError {
    let (name, packs) = (printable(name), one_of(&packs::NAMES));
    let help = match nearest(&name, packs::NAMES) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("available packs: {packs}; to extend a file, include its extension: `{name}.yaml`"),
    };
    LoadError::new(format!("no policy pack named `{name}`"), &help)
}
