//! `banister lint`.

mod allow;
mod document;
mod exceptions;
mod inclusion;
mod inherited;
mod ordinary;
mod pattern_form;
mod settings;
mod slow_pattern;
mod summary;
mod warning;
mod warnings;
mod word_form;

use std::path::PathBuf;

use banister::{Policy, PolicyError};
use serde::Serialize;

use self::summary::PolicySummary;
use crate::args::{Format, LintArgs};
use crate::discovery;
use crate::failure::{Exit, Failure, print_error};
use crate::policy::{self, PolicyRef};
use crate::problem::Problem;
use crate::report::Out;
use crate::suite::{self, Policies};

/// The result for a policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Lint {
    policy: String,
    errors: Vec<LintError>,
    #[serde(flatten)]
    summary: Option<PolicySummary>,
}

/// An error in a policy.
#[derive(Debug, Serialize)]
struct LintError {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    path: String,
    message: String,
    help: Option<String>,
}

/// The result for a test suite.
#[derive(Debug, Serialize)]
struct SuiteLint {
    suite: String,
    errors: Vec<Problem>,
}

/// What to check.
enum Target {
    Policy(PolicyRef),
    Suite(PathBuf),
}

/// Runs the command.
///
/// # Errors
///
/// If a directory cannot be read, or the report cannot be written.
pub(crate) fn run(args: &LintArgs, out: &mut Out) -> Result<Exit, Failure> {
    let mut exit = Exit::Passed;
    let mut is_first = true;
    for name in &args.policies {
        for target in targets(name)? {
            if !std::mem::take(&mut is_first) && args.format == Format::Text {
                out.line(format_args!(""))?;
            }
            exit = exit.max(match target {
                Target::Policy(policy_ref) => lint_policy(&policy_ref, args.format, out)?,
                Target::Suite(file) => lint_suite(file, args.format, out)?,
            });
        }
    }
    Ok(exit)
}

/// Returns what an argument stands for: a policy, a test suite, or those of a directory.
fn targets(name: &str) -> Result<Vec<Target>, Failure> {
    let path = PathBuf::from(name);
    let target = |path: PathBuf| match path.file_name().and_then(|name| name.to_str()) {
        Some(name) if discovery::is_suite(name) => Target::Suite(path),
        _ => Target::Policy(PolicyRef::File(path)),
    };
    // A pack is meant by its name alone, even next to a directory of this name.
    if !path.is_dir() || Policy::pack_names().contains(&name) {
        return Ok(vec![match policy::resolve(name) {
            PolicyRef::File(path) => target(path),
            pack @ PolicyRef::Pack(_) => Target::Policy(pack),
        }]);
    }
    let files = discovery::files(&[path], discovery::is_yaml)?;
    if files.is_empty() {
        return Err(Failure::new(format!("{name}: no policy (*.yaml) in the directory")));
    }
    Ok(files.into_iter().map(target).collect())
}

fn lint_policy(policy_ref: &PolicyRef, format: Format, out: &mut Out) -> Result<Exit, Failure> {
    if let Err(failure) = policy::check_exists(policy_ref) {
        let Failure::Message(message) = failure else { return Err(failure) };
        out.flush()?;
        print_error(&message);
        return Ok(Exit::Failed);
    }
    let read = policy::read(policy_ref);
    let exit = if read.is_err() { Exit::Found } else { Exit::Passed };
    match (format, read) {
        (Format::Json, read) => out.json_line(&Lint::new(policy_ref, &read))?,
        (Format::Text, Err(error)) => out.message(&error.to_string())?,
        (Format::Text, Ok(policy)) => PolicySummary::new(policy_ref, &policy).write(policy_ref, out)?,
    }
    Ok(exit)
}

fn lint_suite(file: PathBuf, format: Format, out: &mut Out) -> Result<Exit, Failure> {
    let name = file.display().to_string();
    let read = suite::read(file, &mut Policies::default());
    let exit = if read.is_err() { Exit::Found } else { Exit::Passed };
    match (format, read) {
        (Format::Json, read) => {
            out.json_line(&SuiteLint { suite: name, errors: read.err().unwrap_or_default() })?;
        }
        (Format::Text, Err(problems)) => out.message(&suite::joined(&problems))?,
        (Format::Text, Ok(suite)) => out.line(format_args!("{name}: {}", suite.size()))?,
    }
    Ok(exit)
}

impl Lint {
    fn new(policy_ref: &PolicyRef, read: &Result<Policy, PolicyError>) -> Self {
        let errors = read.as_ref().err().into_iter().flat_map(PolicyError::problems).map(|problem| LintError {
            file: problem.file().to_owned(),
            line: problem.line(),
            column: problem.column(),
            path: problem.path().to_owned(),
            message: problem.message().to_owned(),
            help: problem.help().map(str::to_owned),
        });
        let summary = read.as_ref().ok().map(|policy| PolicySummary::new(policy_ref, policy));
        Self { policy: policy_ref.to_string(), errors: errors.collect(), summary }
    }
}
