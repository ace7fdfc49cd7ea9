//! JSON lines: one string of text per input line, one result per output line.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Evaluated, TextChecker, exit_of, splits};
use crate::args::Direction;
use crate::failure::{Exit, Failure};
use crate::input::{Input, Line};
use crate::report::Out;
use crate::response::Response;

/// The longest line in bytes. A longer line is an error of that line.
const LINE_BYTES: usize = 64 << 20;

/// An input line. Other fields are ignored.
#[derive(Deserialize)]
struct InputLine<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    text: String,
    source: Option<Direction>,
}

/// An id that is `null` is present, and returned.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The id of a line that is not an input line.
#[derive(Deserialize)]
struct IdOnly<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
}

#[derive(Serialize)]
struct OutputLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    response: Response,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<splits::SplitReport>,
}

/// An output line for a line that could not be evaluated.
#[derive(Serialize)]
struct ErrorLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    line: usize,
    error: String,
}

impl TextChecker<'_> {
    /// Evaluates line by line. An invalid line gets an error as its result, and the others are still evaluated.
    pub(super) fn lines(&self, input: Input, out: &mut Out) -> Result<Exit, Failure> {
        let mut lines = input.lines(LINE_BYTES);
        let mut exit = Exit::Passed;
        while let Some(line) = lines.next()? {
            exit = exit.max(self.line(&line, lines.number(), out)?);
            // A writer may wait for a result before it sends the next line.
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
            Ok(text) => match serde_json::from_str::<InputLine<'_>>(text) {
                Ok(entry) => match self.entry(&entry) {
                    Ok(Evaluated { outcome, response, stream }) => {
                        out.json_line(&OutputLine { id: entry.id, response, stream })?;
                        return Ok(exit_of(outcome));
                    }
                    Err(problem) => (entry.id, problem),
                },
                Err(error) => (serde_json::from_str::<IdOnly<'_>>(text).ok().map(|line| line.id), line_problem(&error)),
            },
        };
        out.json_line(&ErrorLine { id, line: number, error })?;
        Ok(Exit::Failed)
    }

    fn entry(&self, entry: &InputLine<'_>) -> Result<Evaluated, String> {
        let direction = entry.source.unwrap_or(self.args.source);
        self.evaluate(direction.into(), &entry.text)
    }
}

/// Returns the problem of a line. The parser's message may quote the line, which may contain text that must not be logged.
fn line_problem(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => {
            "expected an object with `text` (string) and optional `id` and `source` (`input` or `output`)"
        }
        serde_json::error::Category::Eof => "the line ends too soon",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
    };
    format!("{what}, at column {}", error.column())
}
