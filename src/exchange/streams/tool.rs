//! Evaluates the arguments of a tool call while they arrive as fragments of JSON.

use super::field_names::FieldNames;
use crate::bedrock::{BodyError, NumberText};
use crate::guardrail::{Assessment, Evaluator, Sink};
use crate::json::{BufferedText, JsonToken, PartialJson};

/// Evaluates each string and each number in JSON by itself, with its field's name as context. The JSON between them is forwarded unchanged.
#[derive(Debug)]
pub(super) struct ToolGuard {
    json: PartialJson,
    names: FieldNames,
    is_name: bool,
    string: Option<(Evaluator, BufferedText)>,
    number: Number,
}

/// The number being read.
#[derive(Default)]
enum Number {
    /// None.
    #[default]
    None,
    /// All of it, buffered until it ends.
    Held(String),
    /// One that is not inspected, and is forwarded as it arrives.
    Passed,
}

impl std::fmt::Debug for Number {
    // Without its digits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Held(_) => "Held",
            Self::Passed => "Passed",
        })
    }
}

/// The maximum number of bytes of a number that are buffered. Only one with more than a hundred zeros needs more.
const LONGEST_NUMBER: usize = 128;

/// Writes kept text in its raw form, and escapes replacements.
struct Raw<'a> {
    held: &'a mut BufferedText,
    out: &'a mut String,
}

impl Sink for Raw<'_> {
    fn keep(&mut self, text: &str) {
        self.held.keep(text.len(), self.out);
    }

    fn replace(&mut self, length: usize, replacement: &str) {
        self.held.replace(length, replacement, self.out);
    }
}

impl ToolGuard {
    pub(super) fn new() -> Self {
        Self {
            json: PartialJson::new(),
            names: FieldNames::default(),
            is_name: false,
            string: None,
            number: Number::None,
        }
    }

    /// Evaluates the next fragment. Appends text that is safe to release to `out`, and the assessments of strings that ended to `done`. Returns `true`
    /// if a rule blocks.
    pub(super) fn push(
        &mut self,
        fragment: &str,
        start: impl Fn(&str) -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> Result<bool, BodyError> {
        for piece in self.json.push(fragment)? {
            if self.take(piece, &start, out, done)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Signals the end of the JSON, complete or not.
    pub(super) fn finish(
        &mut self,
        start: impl Fn(&str) -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> bool {
        let blocked = self.end_string(out, done) || self.end_number(&start, out, done);
        if let (false, Some(rest)) = (blocked, self.json.finish()) {
            out.push_str(rest.raw());
        }
        blocked
    }

    /// Returns the assessment so far of the open string.
    pub(super) fn so_far(&self) -> Option<Assessment> {
        self.string.as_ref().map(|(evaluator, _)| evaluator.assessment())
    }

    /// Returns the number of bytes buffered of the open string or number. Punctuation and unfinished escapes, a few bytes, are no text yet.
    pub(super) fn buffered_bytes(&self) -> usize {
        let of_number = if let Number::Held(number) = &self.number { number.len() } else { 0 };
        of_number + self.string.as_ref().map_or(0, |(evaluator, _)| evaluator.buffered_bytes())
    }

    fn take(
        &mut self,
        piece: JsonToken,
        start: &impl Fn(&str) -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> Result<bool, BodyError> {
        match &piece {
            JsonToken::Structural(raw) => return self.structure(raw, start, out, done),
            JsonToken::StringStart { is_key } => {
                self.is_name = *is_key;
                // A name is no context of a name.
                let context = if *is_key { String::new() } else { self.names.context() };
                self.string = Some((start(&context), BufferedText::default()));
                out.push_str(piece.raw());
            }
            JsonToken::Text { text, raw } => {
                if self.is_name {
                    self.names.part(text);
                }
                if let Some((evaluator, held)) = &mut self.string {
                    held.push(raw);
                    evaluator.push(text, &mut Raw { held, out });
                    if evaluator.is_blocked() {
                        return Ok(self.end_string(out, done));
                    }
                }
            }
            JsonToken::StringEnd => {
                if self.end_string(out, done) {
                    return Ok(true);
                }
                if self.is_name {
                    self.names.end();
                }
                out.push_str(piece.raw());
            }
        }
        Ok(false)
    }

    /// Forwards the JSON between strings, except numbers, which are buffered until they end.
    fn structure(
        &mut self,
        raw: &str,
        start: &impl Fn(&str) -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> Result<bool, BodyError> {
        for sign in raw.chars() {
            match &mut self.number {
                Number::None if sign.is_ascii_digit() || sign == '-' => self.number = Number::Held(sign.into()),
                Number::Held(number) if is_of_number(sign) => {
                    number.push(sign);
                    if !NumberText::may_begin(number) {
                        out.push_str(number);
                        self.number = Number::Passed;
                    } else if number.len() > LONGEST_NUMBER {
                        return Err(BodyError::frame(
                            "a number in the tool arguments has more digits than are inspected",
                        ));
                    }
                }
                Number::Passed if is_of_number(sign) => out.push(sign),
                _ => {
                    if self.end_number(start, out, done) {
                        return Ok(true);
                    }
                    self.names.sign(sign);
                    out.push(sign);
                }
            }
        }
        Ok(false)
    }

    /// Evaluates a number that has ended. A masked number becomes a string.
    fn end_number(&mut self, start: &impl Fn(&str) -> Evaluator, out: &mut String, done: &mut Vec<Assessment>) -> bool {
        let Number::Held(number) = std::mem::take(&mut self.number) else { return false };
        let context = self.names.context();
        let read = NumberText::of(&number).filter(|number| !(number.is_short && context.is_empty()));
        let Some(NumberText { text, is_short }) = read else {
            out.push_str(&number);
            return false;
        };
        let mut evaluator = if is_short { start("").with_context_alone(&context) } else { start(&context) };
        let mut replaced = String::new();
        evaluator.push(&text, &mut replaced);
        evaluator.finish(&mut replaced);
        let is_blocked = evaluator.is_blocked();
        done.push(evaluator.into_assessment());
        if is_blocked {
            return true;
        }
        if replaced == text {
            out.push_str(&number);
        } else {
            out.push_str(&serde_json::Value::from(replaced).to_string());
        }
        false
    }

    fn end_string(&mut self, out: &mut String, done: &mut Vec<Assessment>) -> bool {
        let Some((mut evaluator, mut held)) = self.string.take() else { return false };
        evaluator.finish(&mut Raw { held: &mut held, out });
        let is_blocked = evaluator.is_blocked();
        done.push(evaluator.into_assessment());
        is_blocked
    }
}

/// Returns `true` if a character continues a number. Letters of other words cannot follow one in JSON.
fn is_of_number(sign: char) -> bool {
    sign.is_ascii_digit() || matches!(sign, '+' | '-' | '.' | 'e' | 'E')
}
