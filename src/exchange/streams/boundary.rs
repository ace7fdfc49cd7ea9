//! Watches the seams of texts that are whole in their event.

use std::collections::HashMap;

use crate::bedrock::{BodyError, BodyErrorKind, FieldKind, TextField};
use crate::exchange::body::BodyGuard;
use crate::guardrail::{ActionTaken, Assessment, Source};

/// How far to both sides of a seam a value is looked for, in bytes. Long enough for a card, an address, a phrase; short, since it is looked
/// at for every text of every event.
const BOUNDARY_BYTES: usize = 128;

/// Most places that are watched; a stream with more is refused.
const MAX_TRACKED_FIELDS: usize = 4096;

/// A text that has stood at its place in every event, so often, is a name or a setting.
const CONSTANT: usize = 8;

/// Most of a stream's texts are lanes, put together event by event. Others are whole in their event: a title, the message of an error, a
/// member that no table knows. Whether the next event has a new text in that place, or goes on with the last one, is not told there; so
/// each is examined by itself, and beside that the seam between the last one and the next is looked at here.
#[derive(Debug, Default)]
pub(super) struct BoundaryCheck {
    places: HashMap<String, Place>,
}

/// What stands at a place.
#[derive(Default)]
struct Place {
    /// The end of what was read there.
    end: String,
    /// The text that every event had so far, if it is short, and how often.
    constant: Option<(String, usize)>,
}

impl std::fmt::Debug for Place {
    // Without the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.end.len())
    }
}

impl BoundaryCheck {
    /// Takes a text, and fails if a rule that masks or blocks finds something that its beginning cuts in two.
    pub(super) fn check(&mut self, guard: &BodyGuard, slot: &TextField<'_>) -> Result<(), BodyError> {
        // Nor does a short number go on. Single tokens repeat a text that is a lane, and go where that changes.
        if slot.is_key() || slot.context().1 || slot.kind() == FieldKind::Token || slot.text().is_empty() {
            return Ok(());
        }
        let key = slot.pointer() + &slot.inner_pointer().unwrap_or_default();
        if !self.places.contains_key(&key) && self.places.len() >= MAX_TRACKED_FIELDS {
            return Err(BodyError::frame("it holds texts in more places than are examined"));
        }
        let text = slot.text();
        let place = self.places.entry(key).or_default();
        let is_cut =
            !place.end.is_empty() && !place.is_constant(text) && is_found_across(guard, &place.end, head(text));
        place.add(text);
        if is_cut { Err(BodyError::new(BodyErrorKind::SplitMatch { pointer: slot.pointer() })) } else { Ok(()) }
    }
}

impl Place {
    /// Whether the text is none that could go on with the last: the same has stood here always. A value may have equal pieces, but few.
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

/// Whether something is found across the seam of two texts of which neither side is found by itself: what was found there has been masked
/// already, and is no beginning of something else.
fn is_found_across(guard: &BodyGuard, end: &str, head: &str) -> bool {
    let assess = |text: &str| guard.guardrail().assess(Source::Output, text);
    let seam = end.len();
    let joined = [end, head].concat();
    let both = assess(&joined);
    let mut across = acted(&both).filter(|(start, stop)| (start + 1..*stop).contains(&seam)).peekable();
    if across.peek().is_none() {
        return false;
    }
    let (left, right) = (assess(end), assess(head));
    across.any(|(start, stop)| {
        let is_known =
            acted(&left).any(|(_, known)| known > start) || acted(&right).any(|(known, _)| known + seam < stop);
        !is_known
    })
}

/// The spans of what was masked or blocked.
fn acted(found: &Assessment) -> impl Iterator<Item = (usize, usize)> {
    let findings = found.findings().iter().filter(|finding| finding.action() != ActionTaken::None);
    findings.map(|finding| (finding.span().start(), finding.span().end()))
}
