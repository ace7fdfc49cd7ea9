//! `banister check`.

pub(crate) mod body;
mod jsonl;
mod records;
pub(crate) mod splits;
pub(crate) mod text;

use std::time::Instant;

use banister::{Assessment, AuditLog, Decision, Guardrail, Outcome, Source};

use self::splits::SplitTester;
use crate::args::{CheckArgs, Format};
use crate::decision_log;
use crate::failure::{Exit, Failure, print_error};
use crate::input::Input;
use crate::offsets::Offsets;
use crate::policy;
use crate::report::Out;
use crate::response::Response;

/// Evaluates text as the arguments say.
struct TextChecker<'a> {
    args: &'a CheckArgs,
    guardrail: Guardrail,
    split_tester: Option<SplitTester>,
    log: Option<AuditLog>,
}

/// Runs the command.
///
/// # Errors
///
/// If the policy has errors, or a result cannot be written.
pub(crate) fn run(args: &CheckArgs, out: &mut Out) -> Result<Exit, Failure> {
    let mut guardrail = Guardrail::new(policy::load(&policy::resolve(&args.policy))?);
    if args.show_matches {
        guardrail = guardrail.dangerous_include_matches();
    }
    if args.scores {
        guardrail = guardrail.with_topic_scores();
    }
    if let Some(key) = args.decisions.fingerprint_key()? {
        guardrail = guardrail.with_fingerprints(key);
    }
    if args.decisions.is_stdout() {
        return Err(Failure::new("`--audit-log -` is for `serve`; `check` prints its results on standard output"));
    }
    if args.offsets != Offsets::Bytes && args.format == Format::Text && !args.jsonl {
        return Err(Failure::new("`--offsets` needs `--format json` or `--jsonl`".to_owned()));
    }
    let split_tester = args.stream.then(|| SplitTester::new(args.seed));
    let checker = TextChecker { args, guardrail, split_tester, log: args.decisions.open()? };
    let exit = checker.inputs(out)?;
    decision_log::close(checker.log.as_ref())?;
    Ok(exit)
}

impl TextChecker<'_> {
    /// Evaluates all files, or standard input.
    fn inputs(&self, out: &mut Out) -> Result<Exit, Failure> {
        if self.args.files.is_empty() {
            return self.input(Input::stdin(), out);
        }
        let mut exit = Exit::Passed;
        for file in &self.args.files {
            // A file that cannot be read does not stop the others.
            let done = Input::open(file).and_then(|input| self.input(input, out));
            exit = exit.max(match done {
                Ok(exit) => exit,
                Err(Failure::Message(message)) => {
                    out.flush()?;
                    print_error(&message);
                    Exit::Failed
                }
                Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
            });
        }
        Ok(exit)
    }

    fn input(&self, input: Input, out: &mut Out) -> Result<Exit, Failure> {
        if self.args.jsonl {
            return self.lines(input, out);
        }
        match self.args.format {
            Format::Text => self.text(input, out),
            Format::Json => self.json(input, out),
        }
    }

    /// Prints a result as JSON: indented if it is the only one, otherwise on one line.
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
        let entry = FileResult { file, response, stream };
        if file.is_some() {
            out.json_line(&entry)?;
        } else {
            out.json_pretty(&entry)?;
        }
        Ok(exit_of(outcome))
    }

    /// Evaluates text, or text that is a body, for a response.
    fn evaluate(&self, source: Source, text: &str) -> Result<Evaluated, String> {
        if self.args.body {
            return self.evaluate_body(source, text.as_bytes());
        }
        let (assessment, stream) = self.assess(source, text)?;
        let response = Response::new(self.guardrail.policy(), text, &assessment, self.args.offsets);
        Ok(Evaluated { outcome: assessment.outcome(), response, stream })
    }

    fn evaluate_body(&self, source: Source, body: &[u8]) -> Result<Evaluated, String> {
        let guarded = self.inspect(source, body)?;
        let mut response = Response::of_body(self.guardrail.policy(), guarded.assessment(), body::output(&guarded));
        response.count_in_body(body, guarded.assessment(), self.args.offsets);
        Ok(Evaluated { outcome: guarded.assessment().outcome(), response, stream: None })
    }

    /// Evaluates whole text, and also splits of it if requested.
    fn assess(&self, source: Source, text: &str) -> Result<(Assessment, Option<splits::SplitReport>), String> {
        let started = Instant::now();
        let assessment = self.guardrail.assess(source, text);
        self.record(Decision::of_text(self.guardrail.policy(), &assessment), started)?;
        let report = match &self.split_tester {
            Some(tester) => Some(tester.compare(&self.guardrail, source, text)?),
            None => None,
        };
        Ok((assessment, report))
    }
}

fn exit_of(outcome: Outcome) -> Exit {
    if outcome == Outcome::Blocked { Exit::Found } else { Exit::Passed }
}

/// The result of an evaluation.
struct Evaluated {
    outcome: Outcome,
    response: Response,
    stream: Option<splits::SplitReport>,
}

/// A result as JSON, with its file if there are several.
#[derive(serde::Serialize)]
struct FileResult<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(flatten)]
    response: Response,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<splits::SplitReport>,
}
