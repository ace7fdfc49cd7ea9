//! Watches the seams of texts that are whole in their event.

use std::collections::HashMap;

use crate::bedrock::guard::BodyGuard;
use crate::bedrock::slot::{Slot, SlotKind};
use crate::guardrail::{ActionTaken, Assessment, Source};

/// How far to both sides of a seam a value is looked for, in bytes. Long enough for a card, an address, a phrase; short, since it is looked
/// at for every text of every event.
const REACH: usize = 128;

/// Most places that are watched. Members whose names are new in every event are no text that goes on.
const MAX_PLACES: usize = 256;

/// Most of a stream's texts are lanes, put together event by event. Others are whole in their event: a title, the message of an error, a
/// member that no table knows. Whether the next event has a new text in that place, or goes on with the last one, is not told there; so
/// each is examined by itself, and beside that the seam between the last one and the next is looked at here.
#[derive(Debug, Default)]
pub(super) struct Seams {
    /// What stands at each place, of which block and where.
    places: HashMap<(Option<u64>, String), Place>,
}

#[derive(Default)]
struct Place {
    /// The end of what was read there.
    end: String,
    /// The last text, if it is short: most that repeat are.
    last: String,
}

impl std::fmt::Debug for Place {
    // Without the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.end.len())
    }
}

impl Seams {
    /// Takes a text of an event about this block, and says whether a rule that masks or blocks finds something that it cuts in two.
    pub(super) fn is_cut(&mut self, guard: &BodyGuard, block: Option<u64>, slot: &Slot<'_>) -> bool {
        // Single tokens repeat a text that is a lane, and go where that changes.
        if slot.is_key() || slot.kind() == SlotKind::Token || slot.text().is_empty() {
            return false;
        }
        let text = slot.text();
        let key = (block, slot.pointer() + &slot.inner_pointer().unwrap_or_default());
        if !self.places.contains_key(&key) && self.places.len() >= MAX_PLACES {
            return false;
        }
        let place = self.places.entry(key).or_default();
        // What is the same in every event is a name or a setting.
        if place.last == text {
            return false;
        }
        let is_cut = !place.end.is_empty() && is_found_across(guard, &place.end, head(text));
        place.end.push_str(text);
        let from = place.end.ceil_char_boundary(place.end.len().saturating_sub(REACH));
        place.end.drain(..from);
        place.last.clear();
        if text.len() <= REACH {
            place.last.push_str(text);
        }
        is_cut
    }
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(REACH)]
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
