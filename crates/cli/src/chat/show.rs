//! Shows a call, step by step.

use banister::{Outcome, Source};
use serde::Serialize;

use super::call_record::{Assessed, Recorder};
use crate::args::{ChatArgs, Format};
use crate::check::text::{body_findings, tone};
use crate::failure::Failure;
use crate::report::{Out, Tone};
use crate::response::FindingEntry;

/// Shows a call while it is made.
pub(super) struct Show<'a> {
    args: &'a ChatArgs,
    prompt: &'a str,
    recorder: &'a Recorder,
    out: &'a mut Out,
    /// The output that the caller has received so far.
    caller_got: String,
    has_begun: bool,
}

/// A call as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChatReport<'a> {
    model: &'a str,
    stream: bool,
    prompt: &'a str,
    model_got: Option<&'a str>,
    model_said: Option<&'a str>,
    caller_got: &'a str,
    assessments: Vec<DirectionReport>,
}

/// The result for one direction.
#[derive(Serialize)]
struct DirectionReport {
    source: Source,
    outcome: Outcome,
    findings: Vec<FindingEntry>,
}

impl<'a> Show<'a> {
    pub(super) fn new(args: &'a ChatArgs, prompt: &'a str, recorder: &'a Recorder, out: &'a mut Out) -> Self {
        Self { args, prompt, recorder, out, caller_got: String::new(), has_begun: false }
    }

    /// Sets the whole response.
    pub(super) fn whole(&mut self, response: &str) -> Result<(), Failure> {
        response.clone_into(&mut self.caller_got);
        Ok(())
    }

    /// Shows a chunk of the response.
    pub(super) fn chunk(&mut self, chunk: &str) -> Result<(), Failure> {
        self.caller_got.push_str(chunk);
        if self.args.format == Format::Json {
            return Ok(());
        }
        self.begin()?;
        self.out.text(chunk)?;
        self.out.flush()
    }

    /// Shows the rest.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        if self.args.format == Format::Json {
            return self.json();
        }
        self.begin()?;
        if self.args.stream {
            self.out.line(format_args!(""))?;
            self.said()?;
        } else {
            let response = std::mem::take(&mut self.caller_got);
            self.labelled("you get", &response)?;
        }
        Ok(())
    }

    /// Shows the steps before the response.
    fn begin(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.has_begun, true) {
            return Ok(());
        }
        self.labelled("you said", self.prompt)?;
        self.findings(Source::Input)?;
        let got = self.recorder.lock().model_got.clone();
        match got {
            Some(got) => self.labelled("model got", &got)?,
            None => self.aside("The model was not called.")?,
        }
        if !self.args.stream {
            self.said()?;
        }
        if self.args.stream {
            let label = self.out.paint(Tone::Quiet, "you get     ");
            self.out.text(&label)?;
        }
        Ok(())
    }

    fn said(&mut self) -> Result<(), Failure> {
        let said = self.recorder.lock().model_said.clone();
        if let Some(said) = said {
            self.labelled("model said", &said)?;
        }
        self.findings(Source::Output)
    }

    fn labelled(&mut self, label: &str, text: &str) -> Result<(), Failure> {
        let mut label = self.out.paint(Tone::Quiet, format!("{label:12}"));
        for line in text.split('\n') {
            self.out.paragraph(&label, 12, line)?;
            label = " ".repeat(12);
        }
        Ok(())
    }

    fn aside(&mut self, text: &str) -> Result<(), Failure> {
        let text = self.out.paint(Tone::Quiet, text);
        self.out.line(format_args!("{:12}{text}", ""))
    }

    fn findings(&mut self, source: Source) -> Result<(), Failure> {
        let record = self.recorder.lock();
        for assessed in record.assessments.iter().filter(|assessed| assessed.source == source) {
            let outcome = self.out.paint(tone(assessed.outcome), assessed.outcome);
            self.out.line(format_args!("{:12}{outcome}", ""))?;
            body_findings(&assessed.findings).indented(12).write(self.out)?;
        }
        Ok(())
    }

    fn json(&mut self) -> Result<(), Failure> {
        let record = self.recorder.lock();
        let side = |assessed: &Assessed| DirectionReport {
            source: assessed.source,
            outcome: assessed.outcome,
            findings: assessed.findings.iter().map(FindingEntry::in_body).collect(),
        };
        self.out.json_pretty(&ChatReport {
            model: &self.args.model,
            stream: self.args.stream,
            prompt: self.prompt,
            model_got: record.model_got.as_deref(),
            model_said: record.model_said.as_deref(),
            caller_got: &self.caller_got,
            assessments: record.assessments.iter().map(side).collect(),
        })
    }
}
