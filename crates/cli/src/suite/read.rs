//! Reads test suites, and reports all problems at once.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use banister::Policy;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_yaml::{Mapping, Value};

use super::Suite;
use super::complete::Completer;
use super::entry::{CaseEntry, FindingEntry, SampleEntry, SuiteEntry, keys};
use super::lines::Lines;
use crate::failure::Failure;
use crate::policy::{self, PolicyRef};
use crate::problem::Problem;

/// Policies that are loaded, so that none is loaded twice.
#[derive(Debug, Default)]
pub(crate) struct Policies(HashMap<PolicyRef, Policy>);

impl Policies {
    fn load(&mut self, policy_ref: &PolicyRef) -> Result<Policy, Failure> {
        if let Some(policy) = self.0.get(policy_ref) {
            return Ok(policy.clone());
        }
        let policy = policy::load(policy_ref)?;
        self.0.insert(policy_ref.clone(), policy.clone());
        Ok(policy)
    }
}

/// The problems of a file so far.
pub(super) struct Notes {
    file: String,
    lines: Lines,
    pub(super) problems: Vec<Problem>,
}

impl Notes {
    /// Notes a problem with the value at a path.
    pub(super) fn problem(&mut self, path: &str, message: impl Into<String>, help: Option<String>) {
        let (file, line) = (self.file.clone(), self.lines.get(path));
        self.problems.push(Problem { file, line, path: path.to_owned(), message: message.into(), help });
    }

    /// Returns the line of the value at a path.
    pub(super) fn line(&self, path: &str) -> Option<usize> {
        self.lines.get(path)
    }
}

/// Reads a test suite, and the policy that it tests.
///
/// # Errors
///
/// All problems, in the order of the file.
pub(crate) fn read(file: PathBuf, policies: &mut Policies) -> Result<Suite, Vec<Problem>> {
    let name = file.display().to_string();
    let whole = |line: Option<usize>, message: String| {
        vec![Problem { file: name.clone(), line, path: String::new(), message, help: None }]
    };
    let bytes = fs::read(&file).map_err(|error| whole(None, error.to_string()))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| whole(None, format!("not valid UTF-8 at byte {}", error.utf8_error().valid_up_to())))?;
    let document: Value = serde_yaml::from_str(&text)
        .map_err(|error| whole(error.location().map(|at| at.line()), format!("not valid YAML: {error}")))?;
    let Value::Mapping(mut document) = document else {
        return Err(whole(None, "the test suite has no cases".to_owned()));
    };
    let mut notes = Notes { file: name, lines: Lines::of(&text), problems: Vec::new() };
    known_keys::<SuiteEntry>(&mut document, "", &mut notes);
    let policy = policy_of(&document, &file, policies, &mut notes);
    let cases = entries::<CaseEntry>(&mut document, "cases", &mut notes);
    let samples = entries::<SampleEntry>(&mut document, "samples", &mut notes);
    let is_empty = |key: &str| document.get(key).and_then(Value::as_sequence).is_none_or(Vec::is_empty);
    if is_empty("cases") && is_empty("samples") && notes.problems.is_empty() {
        notes.problem(
            "",
            "the test suite has no cases",
            Some("add `cases: [{name: …, text: …, passes: true}]`".to_owned()),
        );
    }
    let mut completer = Completer::new(policy.as_ref().map(|(_, policy)| policy), &mut notes);
    let cases: Vec<_> = cases.into_iter().filter_map(|(path, case)| completer.case(case, &path)).collect();
    let samples: Vec<_> = samples.into_iter().filter_map(|(path, sample)| completer.sample(sample, &path)).collect();
    match policy {
        Some((policy_ref, policy)) if notes.problems.is_empty() => {
            Ok(Suite { file, policy_ref, policy, cases, samples })
        }
        _ => {
            notes.problems.sort_by_key(|problem| problem.line);
            Err(notes.problems)
        }
    }
}

/// Loads the policy of a test suite.
fn policy_of(
    document: &Mapping,
    file: &Path,
    policies: &mut Policies,
    notes: &mut Notes,
) -> Option<(PolicyRef, Policy)> {
    let policy_ref = match document.get("policy") {
        Some(Value::String(name)) => resolve(file, name),
        Some(_) => {
            notes.problem("policy", "`policy` is not the name of a pack, or a path", None);
            return None;
        }
        None => match own_policy(file) {
            Some(policy_ref) => policy_ref,
            None => {
                let message =
                    "`policy` is missing, and no policy of the same name is in the directory of the test suite";
                notes.problem("", message, Some("add `policy: FILE.yaml`, or the name of a pack".to_owned()));
                return None;
            }
        },
    };
    match policies.load(&policy_ref) {
        Ok(policy) => Some((policy_ref, policy)),
        Err(failure) => {
            let message = match failure {
                Failure::Message(message) => message,
                Failure::ClosedPipe => String::new(),
            };
            notes.problem("policy", message, None);
            None
        }
    }
}

/// Resolves a policy name in a test suite: a path relative to the suite, a policy of this name in its directory, or a pack.
fn resolve(file: &Path, name: &str) -> PolicyRef {
    let directory = file.parent().unwrap_or(Path::new(""));
    if policy::is_path(name) {
        return PolicyRef::File(directory.join(name));
    }
    let neighbor = directory.join(format!("{name}.yaml"));
    if neighbor.is_file() { PolicyRef::File(neighbor) } else { PolicyRef::Pack(name.to_owned()) }
}

/// Returns `NAME.yaml` in the directory of `NAME.test.yaml`, if it exists.
fn own_policy(file: &Path) -> Option<PolicyRef> {
    let name = file.file_name()?.to_str()?;
    let stem = name.strip_suffix(".test.yaml").or_else(|| name.strip_suffix(".test.yml"))?;
    let neighbor = file.with_file_name(format!("{stem}.yaml"));
    neighbor.is_file().then_some(PolicyRef::File(neighbor))
}

/// Returns the elements of a list, each with its path; those with a problem are noted and left out.
fn entries<T: DeserializeOwned + JsonSchema>(document: &mut Mapping, key: &str, notes: &mut Notes) -> Vec<(String, T)> {
    let list = match document.get_mut(key) {
        None => return Vec::new(),
        Some(Value::Sequence(list)) => std::mem::take(list),
        Some(_) => {
            notes.problem(key, format!("`{key}` is not a list"), Some("begin each element with `- `".to_owned()));
            return Vec::new();
        }
    };
    let mut entries = Vec::new();
    for (number, mut element) in list.iter().cloned().enumerate() {
        let path = format!("{key}[{number}]");
        if let Value::Mapping(members) = &mut element {
            known_keys::<T>(members, &path, notes);
            let findings = members.get_mut("findings").and_then(Value::as_sequence_mut);
            for (number, finding) in findings.into_iter().flatten().enumerate() {
                if let Value::Mapping(members) = finding {
                    known_keys::<FindingEntry>(members, &format!("{path}.findings[{number}]"), notes);
                }
            }
        }
        entries.extend(typed(element, &path, notes).map(|entry| (path, entry)));
    }
    if let Some(place) = document.get_mut(key) {
        *place = Value::Sequence(list);
    }
    entries
}

/// Reads an element, and notes each value of another type than its key has: `serde` stops at the first, and does not tell where it is.
fn typed<T: DeserializeOwned>(mut element: Value, path: &str, notes: &mut Notes) -> Option<T> {
    let mut is_sound = true;
    loop {
        let error = match serde_yaml::from_value(element.clone()) {
            Ok(entry) => return is_sound.then_some(entry),
            Err(error) => error.to_string(),
        };
        let members = element.as_mapping_mut();
        let fault = members.and_then(|members| members.remove_entry(faulty_key::<T>(members, &error)?));
        let Some((key, value)) = fault else {
            if is_sound {
                notes.problem(path, error, None);
            }
            return None;
        };
        is_sound = false;
        let help = text_help(&value).filter(|_| error.ends_with("expected a string"));
        notes.problem(&format!("{path}.{}", key.as_str().unwrap_or_default()), error, help);
    }
}

/// Returns the key without which there is not this error.
fn faulty_key<T: DeserializeOwned>(members: &Mapping, error: &str) -> Option<Value> {
    let is_fault = |key: &&Value| {
        let mut others = members.clone();
        others.remove(*key);
        serde_yaml::from_value::<T>(others.into()).err().is_none_or(|other| other.to_string() != error)
    };
    members.keys().find(is_fault).cloned()
}

/// Returns how to write a value as text.
fn text_help(value: &Value) -> Option<String> {
    match value {
        Value::Bool(_) | Value::Number(_) => {
            Some(format!("put it in quotes: '{}'", serde_yaml::to_string(value).ok()?.trim_end()))
        }
        Value::Mapping(_) | Value::Sequence(_) => Some("put it in quotes, or write it as a block: `|`".to_owned()),
        _ => None,
    }
}

/// Notes unknown keys, and removes them.
fn known_keys<T: JsonSchema>(members: &mut Mapping, path: &str, notes: &mut Notes) {
    let known = keys::<T>();
    members.retain(|key, _| {
        let name = key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned);
        let is_known = known.contains(&name);
        if !is_known {
            let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let help = format!("the keys here are {}", known.join(", "));
            notes.problem(&at, format!("`{name}` is not a known key"), Some(help));
        }
        is_known
    });
}
