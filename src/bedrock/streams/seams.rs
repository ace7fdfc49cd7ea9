//! Watches the seams of texts that are whole in their event.

use std::collections::HashMap;

use crate::bedrock::guard::BodyGuard;
use crate::bedrock::slot::{Slot, SlotKind};
use crate::guardrail::{ActionTaken, Source};

/// Most of a stream's texts are lanes, put together event by event. Others are whole in their event: a title, the message of an error, a
/// member that no table knows. Whether the next event has a new text in that place, or goes on with the last one, is not told there; so
/// each is examined by itself, and beside that the seam between the last ones and the next is looked at here.
#[derive(Debug, Default)]
pub(super) struct Seams {
    /// The end of what stood at each place, as far back as a finding can reach.
    ends: HashMap<String, End>,
}

#[derive(Default)]
struct End(String);

impl std::fmt::Debug for End {
    // Without the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Seams {
    /// Takes a text, and says whether a rule that masks or blocks finds something across the seam before it.
    pub(super) fn is_cut(&mut self, guard: &BodyGuard, slot: &Slot<'_>) -> bool {
        // Single tokens repeat a text that is a lane, and go where that changes.
        if slot.is_key() || slot.kind() == SlotKind::Token || slot.text().is_empty() {
            return false;
        }
        let reach = guard.guardrail().hold_bound().bytes().max(1);
        let text = slot.text();
        let place = slot.pointer() + &slot.inner_pointer().unwrap_or_default();
        let End(end) = self.ends.entry(place).or_default();
        let seam = end.len();
        let is_cut = seam > 0 && {
            end.push_str(&text[..text.floor_char_boundary(reach)]);
            let found = guard.guardrail().assess(Source::Output, end);
            end.truncate(seam);
            found.findings().iter().any(|finding| {
                finding.action() != ActionTaken::None && finding.span().start() < seam && finding.span().end() > seam
            })
        };
        end.push_str(text);
        let from = end.ceil_char_boundary(end.len().saturating_sub(reach));
        end.drain(..from);
        is_cut
    }
}
