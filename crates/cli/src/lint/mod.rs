//! `banister lint`.

mod document;
mod warnings;

use banister::{Guardrail, Policy, PolicyError};
use serde::Serialize;

use self::warnings::Warning;
use crate::args::{Format, LintArgs};
use crate::failure::{Exit, Failure, print_error};
use crate::policy::{self, PolicyRef};
use crate::report::{Out, Table, Tone};
use crate::response::{action_name, kind_name};

/// The result for a policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Lint {
    policy: String,
    errors: Vec<LintError>,
    #[serde(flatten)]
    summary: Option<PolicySummary>,
}

/// A summary of a policy without errors.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PolicySummary {
    name: String,
    digest: String,
    /// The maximum number of bytes a stream can buffer.
    buffer_limit: usize,
    /// The rule that determines it.
    buffer_limit_rule: Option<String>,
    rules: Vec<RuleRow>,
    warnings: Vec<Warning>,
}

/// A row of the table of rules.
#[derive(Debug, Serialize)]
struct RuleRow {
    name: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed: Option<&'static str>,
    input: &'static str,
    output: &'static str,
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

/// Runs the command.
///
/// # Errors
///
/// If the report cannot be written.
pub(crate) fn run(args: &LintArgs, out: &mut Out) -> Result<Exit, Failure> {
    let mut exit = Exit::Passed;
    for (number, name) in args.policies.iter().enumerate() {
        let policy_ref = policy::resolve(name);
        if let Err(failure) = policy::check_exists(&policy_ref) {
            let Failure::Message(message) = failure else { return Err(failure) };
            out.flush()?;
            print_error(&message);
            exit = Exit::Failed;
            continue;
        }
        let read = policy::read(&policy_ref);
        if read.is_err() {
            exit = exit.max(Exit::Found);
        }
        match (args.format, read) {
            (Format::Json, read) => out.json_line(&Lint::new(&policy_ref, &read))?,
            (Format::Text, Err(error)) => out.line(format_args!("{error}"))?,
            (Format::Text, Ok(policy)) => {
                if number > 0 {
                    out.line(format_args!(""))?;
                }
                PolicySummary::new(&policy_ref, &policy).write(&policy_ref, out)?;
            }
        }
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

impl PolicySummary {
    fn new(policy_ref: &PolicyRef, policy: &Policy) -> Self {
        let guardrail = Guardrail::new(policy.clone());
        let rules = policy.rules().map(|rule| RuleRow {
            name: rule.name().to_owned(),
            kind: kind_name(rule.kind()),
            managed: rule.managed_list(),
            input: action_name(rule.input()),
            output: action_name(rule.output()),
        });
        Self {
            name: policy.name().to_owned(),
            digest: policy.digest().to_owned(),
            buffer_limit: guardrail.buffer_limit().bytes(),
            buffer_limit_rule: guardrail.buffer_limit().rule().map(str::to_owned),
            rules: rules.collect(),
            warnings: warnings::all(&document::lists(policy_ref), &guardrail),
        }
    }

    fn write(&self, policy_ref: &PolicyRef, out: &mut Out) -> Result<(), Failure> {
        out.line(format_args!("{policy_ref}: {} {}", self.name, out.paint(Tone::Quiet, &self.digest)))?;
        let rule = self.buffer_limit_rule.as_deref().map_or(String::new(), |rule| format!(", set by {rule}"));
        out.line(format_args!(
            "{} rules; a stream buffers at most {} bytes{rule}",
            self.rules.len(),
            self.buffer_limit
        ))?;
        let mut table = Table::default();
        table.row(["rule", "kind", "input", "output"].map(str::to_owned));
        for rule in &self.rules {
            table.row([rule.name.clone(), rule.kind.to_owned(), rule.input.to_owned(), rule.output.to_owned()]);
        }
        table.write(out)?;
        for warning in &self.warnings {
            out.line(format_args!("{}: {}", out.paint(Tone::Note, "warning"), warning.message))?;
        }
        Ok(())
    }
}
