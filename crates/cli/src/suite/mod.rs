//! The format of a test suite.

use std::fs;
use std::path::{Path, PathBuf};

use banister::Source;
use banister_evasion::{TECHNIQUES, Technique};
use serde::Deserialize;

use crate::args::Direction;
use crate::failure::Failure;
use crate::policy::{self, PolicyRef};

/// A test suite.
#[derive(Debug)]
pub(super) struct Suite {
    pub(super) file: PathBuf,
    pub(super) policy: PolicyRef,
    pub(super) cases: Vec<Case>,
    pub(super) samples: Vec<Sample>,
}

/// Many strings of text with the same expected result. Some may go wrong.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) texts: Vec<String>,
    pub(super) expected: Expected,
    /// Number of strings that may go wrong.
    pub(super) allowed: usize,
}

/// A test case.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) input: CaseInput,
    pub(super) expected: Expected,
    /// Techniques that must not change the result when they disguise the findings.
    pub(super) evasions: Vec<&'static Technique>,
}

/// The input of a case.
#[derive(Debug)]
pub(super) enum CaseInput {
    /// Text.
    Text(String),
    /// A Bedrock request or response body.
    Body(String),
}

/// The expected result.
#[derive(Debug)]
pub(super) enum Expected {
    /// The text passes unchanged.
    Passes,
    /// The text is masked to this.
    Masked(String),
    /// The text is blocked by each of these rules.
    BlockedBy(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteEntry {
    policy: Option<String>,
    #[serde(default)]
    cases: Vec<CaseEntry>,
    #[serde(default)]
    samples: Vec<SampleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleEntry {
    name: String,
    #[serde(default)]
    source: Direction,
    texts: Vec<String>,
    passes: Option<bool>,
    blocked_by: Option<OneOrMore>,
    #[serde(default)]
    allowed: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEntry {
    name: String,
    #[serde(default)]
    source: Direction,
    text: Option<String>,
    body: Option<String>,
    passes: Option<bool>,
    masked: Option<String>,
    blocked_by: Option<OneOrMore>,
    evasions: Option<OneOrMore>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`blocked_by` and `evasions` are a name, or a list of names")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Reads a test suite.
///
/// # Errors
///
/// If it cannot be read, or is invalid.
pub(super) fn read(file: PathBuf) -> Result<Suite, Failure> {
    let fail = |message: String| Failure::new(format!("{}: {message}", file.display()));
    let text = fs::read(&file).map_err(|error| fail(error.to_string()))?;
    let text = String::from_utf8(text)
        .map_err(|error| fail(format!("not valid UTF-8 at byte {}", error.utf8_error().valid_up_to())))?;
    let entry: SuiteEntry = serde_yaml::from_str(&text).map_err(|error| fail(error.to_string()))?;
    if entry.cases.is_empty() && entry.samples.is_empty() {
        return Err(fail("the test suite has no cases".to_owned()));
    }
    let policy = match &entry.policy {
        Some(name) => resolve(&file, name),
        None => own_policy(&file).ok_or_else(|| {
            fail("`policy` is missing, and no policy of the same name is in the directory of the test suite".to_owned())
        })?,
    };
    let cases = entry.cases.into_iter().enumerate();
    let cases =
        cases.map(|(number, case)| case.complete().map_err(|problem| fail(format!("cases[{number}]: {problem}"))));
    let cases = cases.collect::<Result<_, _>>()?;
    let samples = entry.samples.into_iter().enumerate();
    let samples = samples
        .map(|(number, sample)| sample.complete().map_err(|problem| fail(format!("samples[{number}]: {problem}"))))
        .collect::<Result<_, _>>()?;
    Ok(Suite { policy, cases, samples, file })
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

impl CaseEntry {
    fn complete(self) -> Result<Case, String> {
        let Self { name, source, text, body, passes, masked, blocked_by, evasions } = self;
        let wrong = |problem: &str| format!("{name:?} {problem}");
        let input = match (text, body) {
            (Some(text), None) => CaseInput::Text(text),
            (None, Some(body)) => CaseInput::Body(body),
            _ => return Err(wrong("needs exactly one of `text` and `body`")),
        };
        let needed = "needs exactly one of `passes: true`, `masked` and `blocked_by`";
        let expected = expected(passes, masked, blocked_by, needed).map_err(wrong)?;
        let evasions = match evasions {
            None => Vec::new(),
            Some(_) if matches!((&input, &expected), (CaseInput::Body(_), _) | (_, Expected::Passes)) => {
                return Err(wrong("has `evasions`, which need `text` with findings"));
            }
            Some(names) => techniques(names).map_err(|problem| wrong(&problem))?,
        };
        Ok(Case { name, source: source.into(), input, expected, evasions })
    }
}

impl SampleEntry {
    fn complete(self) -> Result<Sample, String> {
        let Self { name, source, texts, passes, blocked_by, allowed } = self;
        let wrong = |problem: &str| format!("{name:?} {problem}");
        let needed = "needs exactly one of `passes: true` and `blocked_by`";
        let expected = expected(passes, None, blocked_by, needed).map_err(wrong)?;
        if texts.is_empty() {
            return Err(wrong("has no `texts`"));
        }
        if allowed >= texts.len() {
            return Err(wrong("allows all of its `texts` to go wrong"));
        }
        Ok(Sample { name, source: source.into(), texts, expected, allowed })
    }
}

fn expected(
    passes: Option<bool>,
    masked: Option<String>,
    blocked_by: Option<OneOrMore>,
    needed: &'static str,
) -> Result<Expected, &'static str> {
    match (passes, masked, blocked_by) {
        (Some(true), None, None) => Ok(Expected::Passes),
        (Some(false), _, _) => Err("has `passes: false`; use `masked` or `blocked_by` instead"),
        (None, Some(text), None) => Ok(Expected::Masked(text)),
        (None, None, Some(OneOrMore::One(rule))) => Ok(Expected::BlockedBy(vec![rule])),
        (None, None, Some(OneOrMore::More(rules))) if !rules.is_empty() => Ok(Expected::BlockedBy(rules)),
        _ => Err(needed),
    }
}

/// Returns the techniques of these names.
fn techniques(names: OneOrMore) -> Result<Vec<&'static Technique>, String> {
    let names = match names {
        OneOrMore::One(name) => vec![name],
        OneOrMore::More(names) => names,
    };
    let technique = |name: String| {
        let all = || TECHNIQUES.iter().map(Technique::name).collect::<Vec<_>>().join(", ");
        Technique::from_name(&name).ok_or_else(|| format!("has an unknown evasion `{name}`; expected one of {}", all()))
    };
    names.into_iter().map(technique).collect()
}
