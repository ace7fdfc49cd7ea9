//! Guards the arguments of a tool call while they arrive as fragments of JSON.

use crate::bedrock::error::BodyError;
use crate::bedrock::json::{HeldText, PartialJson, Piece};
use crate::guardrail::{Assessment, Evaluator, Sink};

/// Guards each string of a JSON text by itself; what is between strings goes on as it is.
#[derive(Debug)]
pub(super) struct ToolGuard {
    json: PartialJson,
    string: Option<(Evaluator, HeldText)>,
}

/// Writes the raw form of what is kept, and escapes what is replaced.
struct Raw<'a> {
    held: &'a mut HeldText,
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
        Self { json: PartialJson::new(), string: None }
    }

    /// Reads the next fragment; what may be released is added to `out`, and what was found in strings that ended to `done`.
    /// Says whether a string is blocked.
    pub(super) fn push(
        &mut self,
        fragment: &str,
        start: impl Fn() -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> Result<bool, BodyError> {
        for piece in self.json.push(fragment)? {
            if self.take(piece, &start, out, done) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Ends the text, complete or not.
    pub(super) fn finish(&mut self, out: &mut String, done: &mut Vec<Assessment>) -> bool {
        let blocked = self.end_string(out, done);
        if let (false, Some(rest)) = (blocked, self.json.finish()) {
            out.push_str(rest.raw());
        }
        blocked
    }

    /// Bytes of the string under way that are held. Punctuation and unfinished escapes, at most a few bytes, are not text yet.
    pub(super) fn held_bytes(&self) -> usize {
        self.string.as_ref().map_or(0, |(evaluator, _)| evaluator.held_bytes())
    }

    fn take(
        &mut self,
        piece: Piece,
        start: &impl Fn() -> Evaluator,
        out: &mut String,
        done: &mut Vec<Assessment>,
    ) -> bool {
        match &piece {
            Piece::Structural(raw) => out.push_str(raw),
            Piece::StringStart { .. } => {
                self.string = Some((start(), HeldText::default()));
                out.push_str(piece.raw());
            }
            Piece::Text { text, raw } => {
                if let Some((evaluator, held)) = &mut self.string {
                    held.push(raw);
                    evaluator.push(text, &mut Raw { held, out });
                    if evaluator.is_blocked() {
                        return self.end_string(out, done);
                    }
                }
            }
            Piece::StringEnd => {
                if self.end_string(out, done) {
                    return true;
                }
                out.push_str(piece.raw());
            }
        }
        false
    }

    fn end_string(&mut self, out: &mut String, done: &mut Vec<Assessment>) -> bool {
        let Some((mut evaluator, mut held)) = self.string.take() else { return false };
        evaluator.finish(&mut Raw { held: &mut held, out });
        done.push(evaluator.assessment());
        evaluator.is_blocked()
    }
}
