//! `banister check`.

pub(crate) mod body;
pub(crate) mod cuts;
mod jsonl;
pub(crate) mod text;

use banister::{Assessment, Guardrail, Outcome, Source};

use self::cuts::Cuts;
use crate::args::{CheckArgs, Format};
use crate::failure::{Exit, Failure, complain};
use crate::input::Input;
use crate::offsets::Offsets;
use crate::policy;
use crate::report::Out;
use crate::response::Response;

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
    let mut guardrail = Guardrail::new(policy::load(&policy::place(&args.policy))?);
    if args.show_matches {
        guardrail = guardrail.dangerous_include_matches();
    }
    if args.scores {
        guardrail = guardrail.with_topic_scores();
    }
    if args.offsets != Offsets::Bytes && args.format == Format::Text && !args.jsonl {
        return Err(Failure::new("`--offsets` is about JSON: give `--format json` or `--jsonl` as well".to_owned()));
    }
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
        let done = if self.args.body {
            self.evaluate_body(self.args.source.into(), &input.read_to_end()?)
        } else {
            self.evaluate(self.args.source.into(), &input.read_to_string()?)
        };
        let Evaluated { outcome, response, stream } =
            done.map_err(|problem| Failure::new(format!("{name}: {problem}")))?;
        let file = (self.args.files.len() > 1).then_some(name.as_str());
        let entry = Entry { file, response, stream };
        if file.is_some() {
            out.json_line(&entry)?;
        } else {
            out.json_pretty(&entry)?;
        }
        Ok(exit_of(outcome))
    }

    /// Evaluates a text, or a body as one, for a response.
    fn evaluate(&self, source: Source, text: &str) -> Result<Evaluated, String> {
        if self.args.body {
            return self.evaluate_body(source, text.as_bytes());
        }
        let (assessment, stream) = self.assess(source, text)?;
        let response = Response::new(self.guardrail.policy(), text, &assessment, self.args.offsets);
        Ok(Evaluated { outcome: assessment.outcome(), response, stream })
    }

    fn evaluate_body(&self, source: Source, body: &[u8]) -> Result<Evaluated, String> {
        let guarded = body::examine(&self.guardrail, source, body).map_err(|error| error.to_string())?;
        let mut response = Response::of_body(self.guardrail.policy(), guarded.assessment(), body::output(&guarded));
        response.count_in_body(body, guarded.assessment(), self.args.offsets);
        Ok(Evaluated { outcome: guarded.assessment().outcome(), response, stream: None })
    }

    /// Evaluates a whole text, and in pieces when that was asked for.
    fn assess(&self, source: Source, text: &str) -> Result<(Assessment, Option<cuts::Report>), String> {
        let assessment = self.guardrail.assess(source, text);
        let report = match &self.cuts {
            Some(cuts) => Some(cuts.compare(&self.guardrail, source, text)?),
            None => None,
        };
        Ok((assessment, report))
    }
}

fn exit_of(outcome: Outcome) -> Exit {
    if outcome == Outcome::Blocked { Exit::Found } else { Exit::Passed }
}

/// What came of a text.
struct Evaluated {
    outcome: Outcome,
    response: Response,
    stream: Option<cuts::Report>,
}

/// A result as JSON; with its file when there are several.
#[derive(serde::Serialize)]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(flatten)]
    response: Response,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<cuts::Report>,
}
