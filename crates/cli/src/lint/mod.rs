//! `banister lint`.

mod document;
mod warnings;

use banister::{Action, Guardrail, Policy, PolicyError, RuleKind};
use serde::Serialize;

use self::warnings::Warning;
use crate::args::{Format, LintArgs};
use crate::failure::{Exit, Failure, complain};
use crate::policy::{self, Place};
use crate::report::{Out, Table, Tone};

/// What there is to say about a policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Lint {
    policy: String,
    errors: Vec<Fault>,
    #[serde(flatten)]
    facts: Option<Facts>,
}

/// What a policy without errors comes to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    name: String,
    digest: String,
    /// The most bytes a stream may hold back.
    buffer_limit: usize,
    /// The rule that sets it.
    buffer_limit_rule: Option<String>,
    rules: Vec<Rule>,
    warnings: Vec<Warning>,
}

/// A rule in the table.
#[derive(Debug, Serialize)]
struct Rule {
    name: String,
    kind: RuleKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed: Option<&'static str>,
    input: Action,
    output: Action,
}

/// An error of a policy.
#[derive(Debug, Serialize)]
struct Fault {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    path: String,
    message: String,
    help: Option<String>,
}

/// Looks policies over.
///
/// # Errors
///
/// When the report cannot be written.
pub(crate) fn run(args: &LintArgs, out: &mut Out) -> Result<Exit, Failure> {
    let mut exit = Exit::Passed;
    for (number, name) in args.policies.iter().enumerate() {
        let place = policy::place(name);
        if let Err(failure) = policy::reachable(&place) {
            let Failure::Message(message) = failure else { return Err(failure) };
            out.flush()?;
            complain(&message);
            exit = Exit::Failed;
            continue;
        }
        let read = policy::read(&place);
        if read.is_err() {
            exit = exit.max(Exit::Found);
        }
        match (args.format, read) {
            (Format::Json, read) => out.json_line(&Lint::new(&place, &read))?,
            (Format::Text, Err(error)) => out.line(format_args!("{error}"))?,
            (Format::Text, Ok(policy)) => {
                if number > 0 {
                    out.line(format_args!(""))?;
                }
                Facts::new(&place, &policy).write(&place, out)?;
            }
        }
    }
    Ok(exit)
}

impl Lint {
    fn new(place: &Place, read: &Result<Policy, PolicyError>) -> Self {
        let errors = read.as_ref().err().into_iter().flat_map(PolicyError::problems).map(|problem| Fault {
            file: problem.file().to_owned(),
            line: problem.line(),
            column: problem.column(),
            path: problem.path().to_owned(),
            message: problem.message().to_owned(),
            help: problem.help().map(str::to_owned),
        });
        let facts = read.as_ref().ok().map(|policy| Facts::new(place, policy));
        Self { policy: place.to_string(), errors: errors.collect(), facts }
    }
}

impl Facts {
    fn new(place: &Place, policy: &Policy) -> Self {
        let guardrail = Guardrail::new(policy.clone());
        let rules = policy.rules().map(|rule| Rule {
            name: rule.name().to_owned(),
            kind: rule.kind(),
            managed: rule.managed_list(),
            input: rule.input(),
            output: rule.output(),
        });
        Self {
            name: policy.name().to_owned(),
            digest: policy.digest().to_owned(),
            buffer_limit: guardrail.buffer_limit().bytes(),
            buffer_limit_rule: guardrail.buffer_limit().rule().map(str::to_owned),
            rules: rules.collect(),
            warnings: warnings::all(&document::lists(place), &guardrail),
        }
    }

    fn write(&self, place: &Place, out: &mut Out) -> Result<(), Failure> {
        out.line(format_args!("{place}: {} {}", self.name, out.paint(Tone::Quiet, &self.digest)))?;
        let rule = self.buffer_limit_rule.as_deref().map_or(String::new(), |rule| format!(", set by {rule}"));
        out.line(format_args!(
            "{} rules; a stream holds back at most {} bytes{rule}",
            self.rules.len(),
            self.buffer_limit
        ))?;
        let mut table = Table::default();
        table.row(["rule", "kind", "input", "output"].map(str::to_owned));
        for rule in &self.rules {
            table.row([rule.name.clone(), rule.kind.to_string(), rule.input.to_string(), rule.output.to_string()]);
        }
        table.write(out)?;
        for warning in &self.warnings {
            out.line(format_args!("{}: {}", out.paint(Tone::Note, "warning"), warning.message))?;
        }
        Ok(())
    }
}
