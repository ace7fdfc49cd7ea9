//! From files to a resolved policy: reads, checks, follows `extends`, reads word lists.

use std::collections::HashMap;
use std::path::{Path as FilePath, PathBuf};
use std::rc::Rc;

use super::check::{Checker, Reference, Wanted};
use super::document::PolicyDocument;
use super::files::{self, Unreadable};
use super::limits::{
    MAX_EXTENDS, MAX_POLICY_BYTES, MAX_RULES, MAX_WORD_BYTES, MAX_WORD_FILE_BYTES, MAX_WORDS, MIN_HASH_KEY_BYTES,
};
use super::packs;
use super::problem::Problems;
use super::render::shown;
use super::resolved::Resolved;
use super::suggest::{nearest, one_of};
use super::word_file;
use super::yaml::{self, Node, Path, Place, Source};

/// The environment variable that holds the key of `replacement: hash`.
const HASH_KEY: &str = "BANISTER_HASH_KEY";

/// Where a policy comes from. Also its identity, for cycles and for policies extended twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// A text without a place in the file system.
    Text,
    /// A pack that ships with Banister.
    Pack(&'static str),
    /// A file.
    File(PathBuf),
}

/// Loads one policy and what it refers to.
#[derive(Debug)]
pub(super) struct Loader {
    pub(super) problems: Problems,
    hash_key: Option<Vec<u8>>,
    /// Policies being loaded, each waiting for the one it extends.
    open: Vec<Origin>,
    /// Policies loaded, so that none is read twice; `None` for one that has problems.
    done: HashMap<Origin, Option<Rc<Resolved>>>,
}

impl Loader {
    /// A loader with this key for `replacement: hash`.
    pub(super) fn new(hash_key: Option<Vec<u8>>) -> Self {
        Self { problems: Problems::default(), hash_key, open: Vec::new(), done: HashMap::new() }
    }

    /// The key of `replacement: hash`; empty when there is none, which no loaded policy then needs.
    pub(super) fn key(&self) -> &[u8] {
        self.hash_key.as_deref().unwrap_or_default()
    }

    /// The key the environment holds.
    pub(super) fn key_from_environment() -> Option<Vec<u8>> {
        std::env::var_os(HASH_KEY).map(std::ffi::OsString::into_encoded_bytes)
    }

    /// Loads a file.
    pub(super) fn file(&mut self, path: &FilePath) -> Option<Rc<Resolved>> {
        match files::read(path, MAX_POLICY_BYTES) {
            Ok(text) => self.file_text(path, &text),
            Err(why) => {
                self.unreadable(&path.display().to_string(), why);
                None
            }
        }
    }

    fn file_text(&mut self, path: &FilePath, text: &str) -> Option<Rc<Resolved>> {
        let origin = Origin::File(files::identity(path));
        self.text(origin, Some(path), &path.display().to_string(), text)
    }

    fn unreadable(&mut self, name: &str, why: Unreadable) {
        let message = format!("the policy cannot be read: {}", why.message);
        self.problems.in_file(name, None, message, Some(why.help));
    }

    /// Loads a pack by its exact name.
    pub(super) fn pack(&mut self, name: &str) -> Option<Rc<Resolved>> {
        let Some((name, text)) = packs::find(name) else {
            let message = format!("there is no pack `{}`", shown(name));
            self.problems.in_file("<packs>", None, message, Some(pack_help(name)));
            return None;
        };
        self.text(Origin::Pack(name), None, &format!("<pack {name}>"), text)
    }

    /// Loads a text; `path` is the file it comes from, if any.
    pub(super) fn text(
        &mut self,
        origin: Origin,
        path: Option<&FilePath>,
        name: &str,
        text: &str,
    ) -> Option<Rc<Resolved>> {
        if let Some(done) = self.done.get(&origin) {
            return done.clone();
        }
        self.open.push(origin.clone());
        let resolved = self.resolve(path, &Source::new(name, text)).map(Rc::new);
        self.open.pop();
        self.done.insert(origin, resolved.clone());
        resolved
    }

    fn resolve(&mut self, path: Option<&FilePath>, source: &Source) -> Option<Resolved> {
        let before = self.problems.count();
        if source.text().len() as u64 > MAX_POLICY_BYTES {
            self.unreadable(source.name(), Unreadable::too_large(MAX_POLICY_BYTES));
            return None;
        }
        let root = match yaml::read(source) {
            Ok(root) => root,
            Err(error) => {
                self.problems.at(source, error.place, Path::Root, error.message, error.help);
                return None;
            }
        };
        let mut checker = Checker::new(source, &mut self.problems);
        checker.document(root.as_deref());
        let references = checker.into_references();
        let (mut files, mut bases) = (HashMap::new(), Vec::new());
        for reference in &references {
            let note = Note { source, reference };
            match &reference.wanted {
                Wanted::HashKey => self.hash_key(&note),
                Wanted::WordFile(file) => {
                    let words = self.words(path, file, &note);
                    files.insert(file.clone(), words.unwrap_or_default());
                }
                Wanted::Policy(name) => bases.extend(self.base(path, name, &note)),
            }
        }
        if self.problems.count() > before {
            return None;
        }
        let document = self.typed(source, root.as_deref()?)?;
        let mut resolved = Resolved::own(document, &files);
        // From last to first: each goes ahead of what is there, and gives way to it.
        for base in bases.iter().rev() {
            resolved.inherit(base);
        }
        if resolved.rules() > MAX_RULES {
            let message =
                format!("the policy has {} rules with those it extends; the limit is {MAX_RULES}", resolved.rules());
            self.problems.in_file(source.name(), None, message, None);
            return None;
        }
        Some(resolved)
    }

    /// The document as `serde_yaml` reads it, which must be the one that was checked.
    fn typed(&mut self, source: &Source, root: &Node) -> Option<PolicyDocument> {
        let (place, message) = match serde_yaml::from_str::<serde_yaml::Value>(source.text()) {
            Ok(value) if yaml::agrees(root, &value) => match serde_yaml::from_value(value) {
                Ok(document) => return Some(document),
                Err(error) => (root.place, error.to_string()),
            },
            Ok(_) => (root.place, "it can be read in two ways".to_owned()),
            Err(error) => {
                let (line, column) = error.location().map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
                // The place is shown anyway.
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default().to_owned();
                (Place { line, column, width: 1 }, message)
            }
        };
        let tabs = source.line(place.line).is_some_and(|line| line.contains('\t'));
        let help = if tabs { "use spaces, not tabs" } else { "write it more plainly: quote text, indent with spaces" };
        let message = format!("not valid YAML: {}", shown(&message));
        self.problems.at(source, place, Path::Root, message, Some(help.to_owned()));
        None
    }

    fn hash_key(&mut self, note: &Note<'_>) {
        let length = self.hash_key.as_ref().map_or(0, Vec::len);
        if length >= MIN_HASH_KEY_BYTES {
            return;
        }
        let message = match &self.hash_key {
            None => format!("`replacement: hash` needs a key, and the environment variable {HASH_KEY} is not set"),
            Some(_) => format!("the key in the environment variable {HASH_KEY} has {length} bytes"),
        };
        let help = format!(
            "set {HASH_KEY} to at least {MIN_HASH_KEY_BYTES} random bytes, for example from `openssl rand -hex 32`"
        );
        note.problem(&mut self.problems, message, help);
    }

    fn words(&mut self, policy: Option<&FilePath>, file: &str, note: &Note<'_>) -> Option<Vec<String>> {
        let Some(policy) = policy else {
            let message = format!("the word file `{}` cannot be found from a policy that is not a file", shown(file));
            note.problem(
                &mut self.problems,
                message,
                "load the policy with `Policy::from_file`, or list the words".to_owned(),
            );
            return None;
        };
        let path = files::beside(policy, file);
        let text = match files::read(&path, MAX_WORD_FILE_BYTES) {
            Ok(text) => text,
            Err(why) => {
                let message = format!("the word file `{}` cannot be read: {}", shown(file), why.message);
                note.problem(&mut self.problems, message, why.help);
                return None;
            }
        };
        let name = path.display().to_string();
        let mut words = Vec::new();
        for (line, word) in word_file::words(&text) {
            if word.len() > MAX_WORD_BYTES {
                let message = format!("a word of {} bytes, where {MAX_WORD_BYTES} are the limit", word.len());
                self.problems.in_file(
                    &name,
                    Some(line),
                    message,
                    Some("make it shorter: one word or phrase a line".to_owned()),
                );
            }
            words.push(word.to_owned());
        }
        if words.is_empty() {
            let help = "put one word or phrase on each line; lines that begin with # are comments";
            note.problem(&mut self.problems, format!("the word file `{}` has no words", shown(file)), help.to_owned());
        } else if words.len() > MAX_WORDS {
            let message =
                format!("the word file `{}` has {} words; the limit is {MAX_WORDS}", shown(file), words.len());
            note.problem(&mut self.problems, message, "split it over several word filters".to_owned());
        }
        Some(words)
    }

    /// The policy an element of `extends` names.
    fn base(&mut self, policy: Option<&FilePath>, name: &str, note: &Note<'_>) -> Option<Rc<Resolved>> {
        let is_path = name.contains(['/', '\\']) || name.ends_with(".yaml") || name.ends_with(".yml");
        let origin = match (is_path, policy, packs::find(name)) {
            (true, Some(policy), _) => Origin::File(files::identity(&files::beside(policy, name))),
            (true, None, _) => {
                let message = format!("`{}` cannot be found from a policy that is not a file", shown(name));
                note.problem(
                    &mut self.problems,
                    message,
                    "load the policy with `Policy::from_file`, or extend a pack".to_owned(),
                );
                return None;
            }
            (false, _, Some((pack, _))) => Origin::Pack(pack),
            (false, _, None) => {
                let message = format!("there is no pack `{}`", shown(name));
                note.problem(&mut self.problems, message, pack_help(name));
                return None;
            }
        };
        if self.open.contains(&origin) {
            let message = match self.open.last() {
                Some(last) if *last == origin => "the policy extends itself".to_owned(),
                _ => format!("`{}` extends this policy in turn", shown(name)),
            };
            note.problem(&mut self.problems, message, "remove one of the `extends`".to_owned());
            return None;
        }
        if self.open.len() > MAX_EXTENDS {
            let message = format!("more than {MAX_EXTENDS} policies extend one another");
            note.problem(&mut self.problems, message, "put rules that belong together into one file".to_owned());
            return None;
        }
        let Some(policy) = policy.filter(|_| is_path) else {
            return self.pack(name);
        };
        let path = files::beside(policy, name);
        match files::read(&path, MAX_POLICY_BYTES) {
            Ok(text) => self.file_text(&path, &text),
            Err(why) => {
                let message = format!("`{}` cannot be read: {}", shown(name), why.message);
                note.problem(&mut self.problems, message, why.help);
                None
            }
        }
    }
}

/// Where to note problems of a reference.
struct Note<'a> {
    source: &'a Source,
    reference: &'a Reference,
}

impl Note<'_> {
    fn problem(&self, problems: &mut Problems, message: String, help: String) {
        problems.at_path(self.source, self.reference.place, self.reference.path.clone(), message, Some(help));
    }
}

fn pack_help(name: &str) -> String {
    match nearest(name, packs::NAMES) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            format!("the packs are {}; a file is named with its ending: `{}.yaml`", one_of(&packs::NAMES), shown(name))
        }
    }
}
