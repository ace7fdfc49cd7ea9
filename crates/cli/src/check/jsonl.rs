//! One text a line in, one result a line out.

use banister::Source;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Checker, Evaluated, cuts, exit_of};
use crate::failure::{Exit, Failure};
use crate::input::{Input, Line};
use crate::report::Out;
use crate::response::Response;

/// Longest line in bytes. A longer one is an error of that line.
const LINE_BYTES: usize = 64 << 20;

/// A line in. Members of other names are for others.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default, deserialize_with = "given")]
    id: Option<&'a RawValue>,
    text: String,
    source: Option<Way>,
}

/// An id that is `null` is there, and echoed.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// What is left of a line that is no entry.
#[derive(Deserialize)]
struct IdOnly<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
}

#[derive(Deserialize)]
enum Way {
    #[serde(rename = "input", alias = "INPUT")]
    Input,
    #[serde(rename = "output", alias = "OUTPUT")]
    Output,
}

/// A line out.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    response: Response,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<cuts::Report>,
}

/// A line out for a line that could not be evaluated.
#[derive(Serialize)]
struct Refusal<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    line: usize,
    error: String,
}

impl Checker<'_> {
    /// Evaluates line by line. A bad line has a result like any other, and the rest goes on.
    pub(super) fn lines(&self, input: Input, out: &mut Out) -> Result<Exit, Failure> {
        let mut lines = input.lines(LINE_BYTES);
        let mut exit = Exit::Passed;
        while let Some(line) = lines.next()? {
            exit = exit.max(self.line(&line, lines.number(), out)?);
            // Whoever waits for a result before sending the next line must get it.
            if lines.must_wait() {
                out.flush()?;
            }
        }
        Ok(exit)
    }

    fn line(&self, line: &Line, number: usize, out: &mut Out) -> Result<Exit, Failure> {
        let read = line.as_ref().map_err(Clone::clone).and_then(|line| {
            let text = std::str::from_utf8(line)
                .map_err(|error| format!("the line is not valid UTF-8 at byte {}", error.valid_up_to()))?;
            // Before the first line, and wherever files were joined.
            match text.strip_prefix('\u{feff}').unwrap_or(text).trim() {
                "" => Err("the line is empty".to_owned()),
                text => Ok(text),
            }
        });
        let (id, error) = match read {
            Err(error) => (None, error),
            Ok(text) => match serde_json::from_str::<Entry<'_>>(text) {
                Ok(entry) => match self.entry(&entry) {
                    Ok(Evaluated { outcome, response, stream }) => {
                        out.json_line(&Answer { id: entry.id, response, stream })?;
                        return Ok(exit_of(outcome));
                    }
                    Err(problem) => (entry.id, problem),
                },
                Err(error) => (serde_json::from_str::<IdOnly<'_>>(text).ok().map(|line| line.id), in_line(&error)),
            },
        };
        out.json_line(&Refusal { id, line: number, error })?;
        Ok(Exit::Failed)
    }

    fn entry(&self, entry: &Entry<'_>) -> Result<Evaluated, String> {
        let source = match entry.source {
            None => self.args.source.into(),
            Some(Way::Input) => Source::Input,
            Some(Way::Output) => Source::Output,
        };
        self.evaluate(source, &entry.text)
    }
}

/// What is wrong with a line. The parser's own words may quote the line, and with it what must not be written down.
fn in_line(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => {
            "expected an object with `text`, a string, and if wanted `id` and `source`, `input` or `output`"
        }
        serde_json::error::Category::Eof => "the line ends too soon",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
    };
    format!("{what}, at column {}", error.column())
}
