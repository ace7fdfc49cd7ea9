//! `banister check`.

pub(crate) mod cuts;
mod jsonl;
mod text;

use banister::{Assessment, Guardrail, Outcome, Source};

use self::cuts::Cuts;
use crate::args::{CheckArgs, Format};
use crate::failure::{Exit, Failure, complain};
use crate::input::Input;
use crate::policy;
use crate::report::Out;
use crate::response::{Evaluated, Response};

/// How texts are evaluated, from the flags.
struct Checker<'a> {
    args: &'a CheckArgs,
    guardrail: Guardrail,
    cuts: Option<Cuts>,
}

/// Evaluates texts.
///
/// # Errors
///
/// When the policy cannot be used, or the result not be written.
pub(crate) fn run(args: &CheckArgs, out: &mut Out) -> Result<Exit, Failure> {
    let guardrail = Guardrail::new(policy::load(&policy::place(&args.policy))?);
    let cuts = args.stream.then(|| Cuts::new(args.seed));
    let checker = Checker { args, guardrail, cuts };
    if args.files.is_empty() {
        return checker.input(Input::stdin(), out);
    }
    let mut exit = Exit::Passed;
    for file in &args.files {
        // One bad file does not keep the others from being examined.
        let done = Input::open(file).and_then(|input| checker.input(input, out));
        exit = exit.max(match done {
            Ok(exit) => exit,
            Err(Failure::Message(message)) => {
                out.flush()?;
                complain(&message);
                Exit::Failed
            }
            Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
        });
    }
    Ok(exit)
}

impl Checker<'_> {
    fn input(&self, input: Input, out: &mut Out) -> Result<Exit, Failure> {
        if self.args.jsonl {
            return self.lines(input, out);
        }
        match self.args.format {
            Format::Text => self.text(input, out),
            Format::Json => self.json(input, out),
        }
    }

    /// Prints one text's result as JSON: for people when it is the only one, on a line of its own otherwise.
    fn json(&self, input: Input, out: &mut Out) -> Result<Exit, Failure> {
        let name = input.name.clone();
        let text = input.read_to_string()?;
        let (assessment, stream) = self.assess(self.args.source.into(), &text)?;
        let response = self.response(&text, &assessment);
        if self.args.files.len() > 1 {
            out.json_line(&Named { file: &name, response, stream })?;
        } else {
            out.json_pretty(&Alone { response, stream })?;
        }
        Ok(exit_of(assessment.outcome()))
    }

    fn response(&self, text: &str, assessment: &Assessment) -> Response {
        let policy = self.guardrail.policy();
        Response::new(Evaluated { policy, text, assessment, show_matches: self.args.show_matches })
    }

    /// Evaluates a whole text, and in pieces when that was asked for.
    fn assess(&self, source: Source, text: &str) -> Result<(Assessment, Option<cuts::Report>), Failure> {
        let assessment = self.guardrail.assess(source, text);
        let report = match &self.cuts {
            Some(cuts) => Some(cuts.compare(&self.guardrail, source, text).map_err(Failure::new)?),
            None => None,
        };
        Ok((assessment, report))
    }
}

fn exit_of(outcome: Outcome) -> Exit {
    if outcome == Outcome::Blocked { Exit::Found } else { Exit::Passed }
}

#[derive(serde::Serialize)]
struct Named<'a> {
    file: &'a str,
    #[serde(flatten)]
    response: Response,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<cuts::Report>,
}

#[derive(serde::Serialize)]
struct Alone {
    #[serde(flatten)]
    response: Response,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<cuts::Report>,
}
