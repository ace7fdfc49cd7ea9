//! Checks the event boundaries of non-delta fields.

use std::collections::HashMap;

use crate::bedrock::{BodyError, BodyErrorKind, TextField};
use crate::exchange::body::BodyGuard;
use crate::guardrail::{ActionTaken, Assessment, Source};

/// How far to each side of an event boundary a match is looked for, in bytes: enough for a card, an address or a phrase, and cheap enough for every
/// field of every event.
const BOUNDARY_BYTES: usize = 128;

/// The maximum number of fields that are tracked. A stream with more is rejected.
const MAX_TRACKED_FIELDS: usize = 4096;

/// A field that had the same value in this many events is a name or a setting.
const CONSTANT: usize = 8;

/// Finds matches that span the values of a non-delta field in two events.
///
/// Most text of a stream is in deltas, which are joined. Other fields are complete in their event: a title, an error message, an unknown field.
/// Nothing shows whether the next event has a new value or continues the last one. So each value is evaluated by itself, and the boundary
/// between two values here.
#[derive(Debug, Default)]
pub(super) struct BoundaryCheck {
    fields: HashMap<String, FieldHistory>,
}

/// The earlier values of a field.
#[derive(Default)]
struct FieldHistory {
    /// The end of the last values.
    end: String,
    /// The value that every event had so far, if it is short, and their number.
    constant: Option<(String, usize)>,
}

impl std::fmt::Debug for FieldHistory {
    // Without the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.end.len())
    }
}

impl BoundaryCheck {
    /// Records a value, and fails if a rule that masks or blocks has a match that spans the boundary before it.
    pub(super) fn check(&mut self, guard: &BodyGuard, field: &TextField<'_>) -> Result<(), BodyError> {
        if !field.may_continue() {
            return Ok(());
        }
        let key = field.pointer() + &field.inner_pointer().unwrap_or_default();
        if !self.fields.contains_key(&key) && self.fields.len() >= MAX_TRACKED_FIELDS {
            return Err(BodyError::frame("it holds text in more fields than are inspected"));
        }
        let text = field.text();
        let history = self.fields.entry(key).or_default();
        let is_split =
            !history.end.is_empty() && !history.is_constant(text) && has_match_across(guard, &history.end, head(text));
        history.add(text);
        if is_split { Err(BodyError::new(BodyErrorKind::SplitMatch { pointer: field.pointer() })) } else { Ok(()) }
    }
}

impl FieldHistory {
    /// Returns `true` if the value cannot continue the last one, because it was always the same. A split match may have equal pieces, but few.
    fn is_constant(&self, text: &str) -> bool {
        self.constant.as_ref().is_some_and(|(known, times)| known == text && (text.len() < 3 || *times >= CONSTANT))
    }

    fn add(&mut self, text: &str) {
        let is_first = self.end.is_empty();
        self.constant = match self.constant.take() {
            Some((known, times)) if known == text => Some((known, times + 1)),
            None if is_first && text.len() <= BOUNDARY_BYTES => Some((text.to_owned(), 1)),
            _ => None,
        };
        self.end.push_str(text);
        let from = self.end.ceil_char_boundary(self.end.len().saturating_sub(BOUNDARY_BYTES));
        self.end.drain(..from);
    }
}

fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(BOUNDARY_BYTES)).unwrap_or(text)
}

/// Returns `true` if a match spans the boundary and neither side has a match of its own there: that one has been masked already, and begins
/// nothing else.
fn has_match_across(guard: &BodyGuard, end: &str, head: &str) -> bool {
    let assess = |text: &str| guard.guardrail().assess(Source::Output, text);
    let boundary = end.len();
    let joined = [end, head].concat();
    let both = assess(&joined);
    let mut across = acted(&both).filter(|(start, stop)| (start + 1..*stop).contains(&boundary)).peekable();
    if across.peek().is_none() {
        return false;
    }
    let (left, right) = (assess(end), assess(head));
    across.any(|(start, stop)| {
        let is_known =
            acted(&left).any(|(_, known)| known > start) || acted(&right).any(|(known, _)| known + boundary < stop);
        !is_known
    })
}

/// Returns the spans of what was masked or blocked.
fn acted(found: &Assessment) -> impl Iterator<Item = (usize, usize)> {
    let findings = found.findings().iter().filter(|finding| finding.action() != ActionTaken::None);
    findings.map(|finding| (finding.span().start(), finding.span().end()))
}
