//! The format of a suite.

use std::fs;
use std::path::{Path, PathBuf};

use banister::Source;
use banister_evasion::{TECHNIQUES, Technique};
use serde::Deserialize;

use crate::failure::Failure;
use crate::policy::{self, Place};

/// A suite.
#[derive(Debug)]
pub(super) struct Suite {
    pub(super) file: PathBuf,
    pub(super) policy: Place,
    pub(super) cases: Vec<Case>,
    pub(super) samples: Vec<Sample>,
}

/// Many strings of text of which the same is expected. Some may go wrong.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) texts: Vec<String>,
    pub(super) expected: Expected,
    /// Number of strings that may go wrong.
    pub(super) allowed: usize,
}

/// One case.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) given: Given,
    pub(super) expected: Expected,
    /// The case is to come out the same with what is found in it written in each of these ways.
    pub(super) evasions: Vec<&'static Technique>,
}

/// What is evaluated.
#[derive(Debug)]
pub(super) enum Given {
    /// A text.
    Text(String),
    /// A Bedrock request or response body.
    Body(String),
}

/// What should come of it.
#[derive(Debug)]
pub(super) enum Expected {
    /// It goes on as it is.
    Passes,
    /// It goes on as this.
    Masked(String),
    /// It does not go on, because of each of these rules.
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
    source: Way,
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
    source: Way,
    text: Option<String>,
    body: Option<String>,
    passes: Option<bool>,
    masked: Option<String>,
    blocked_by: Option<OneOrMore>,
    evasions: Option<OneOrMore>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Way {
    #[default]
    Input,
    Output,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`blocked_by` and `evasions` are a name, or a list of names")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Reads a suite.
///
/// # Errors
///
/// When it cannot be read, or is no suite.
pub(super) fn read(file: PathBuf) -> Result<Suite, Failure> {
    let fail = |message: String| Failure::new(format!("{}: {message}", file.display()));
    let text = fs::read(&file).map_err(|error| fail(error.to_string()))?;
    let text = String::from_utf8(text)
        .map_err(|error| fail(format!("not valid UTF-8 at byte {}", error.utf8_error().valid_up_to())))?;
    let entry: SuiteEntry = serde_yaml::from_str(&text).map_err(|error| fail(error.to_string()))?;
    if entry.cases.is_empty() && entry.samples.is_empty() {
        return Err(fail("cases: there is none".to_owned()));
    }
    let policy = match &entry.policy {
        Some(name) => place(&file, name),
        None => own_policy(&file)
            .ok_or_else(|| fail("policy: is missing, and no policy stands beside the suite".to_owned()))?,
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

/// A policy as a suite names it: a path from where the suite is; a policy of this name beside it; a pack.
fn place(file: &Path, name: &str) -> Place {
    let directory = file.parent().unwrap_or(Path::new(""));
    if policy::is_path(name) {
        return Place::File(directory.join(name));
    }
    let beside = directory.join(format!("{name}.yaml"));
    if beside.is_file() { Place::File(beside) } else { Place::Pack(name.to_owned()) }
}

/// `NAME.yaml` beside `NAME.test.yaml`.
fn own_policy(file: &Path) -> Option<Place> {
    let name = file.file_name()?.to_str()?;
    let stem = name.strip_suffix(".test.yaml").or_else(|| name.strip_suffix(".test.yml"))?;
    let beside = file.with_file_name(format!("{stem}.yaml"));
    beside.is_file().then_some(Place::File(beside))
}

impl CaseEntry {
    fn complete(self) -> Result<Case, String> {
        let Self { name, source, text, body, passes, masked, blocked_by, evasions } = self;
        let wrong = |problem: &str| format!("{name:?} {problem}");
        let given = match (text, body) {
            (Some(text), None) => Given::Text(text),
            (None, Some(body)) => Given::Body(body),
            _ => return Err(wrong("needs exactly one of `text` and `body`")),
        };
        let needed = "needs exactly one of `passes: true`, `masked` and `blocked_by`";
        let expected = expected(passes, masked, blocked_by, needed).map_err(wrong)?;
        let evasions = match evasions {
            None => Vec::new(),
            Some(_) if matches!((&given, &expected), (Given::Body(_), _) | (_, Expected::Passes)) => {
                return Err(wrong("has `evasions`, which need `text` and something that is found in it"));
            }
            Some(names) => techniques(names).map_err(|problem| wrong(&problem))?,
        };
        Ok(Case { name, source: source.into(), given, expected, evasions })
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
        (Some(false), _, _) => Err("has `passes: false`; say what should happen instead"),
        (None, Some(text), None) => Ok(Expected::Masked(text)),
        (None, None, Some(OneOrMore::One(rule))) => Ok(Expected::BlockedBy(vec![rule])),
        (None, None, Some(OneOrMore::More(rules))) if !rules.is_empty() => Ok(Expected::BlockedBy(rules)),
        _ => Err(needed),
    }
}

impl From<Way> for Source {
    fn from(way: Way) -> Self {
        match way {
            Way::Input => Self::Input,
            Way::Output => Self::Output,
        }
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
        Technique::named(&name).ok_or_else(|| format!("has an unknown evasion `{name}`; known are {}", all()))
    };
    names.into_iter().map(technique).collect()
}
