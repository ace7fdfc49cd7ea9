//! The context words near a candidate.

use super::labels::Labels;
use crate::detect::LOOKAHEAD_BYTES;
use crate::detect::context::{ContextReader, ContextWord};
use crate::detect::detectors::Detectors;
use crate::text::buffer::TextBuffer;
use crate::text::reset::Reset;
use crate::text::work;

/// The answer to whether a context word is near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    Near,
    /// Not near this start. A later one may be nearer to a word.
    Absent,
    /// Not near any start of this end.
    Nowhere,
    Unknown,
}

/// Text that no candidate asks for is read or skipped once it is as long as this.
const MAX_UNREAD_BYTES: usize = 2048;

/// The context words near the candidates that asked for them.
#[derive(Debug, Default)]
pub(super) struct Contexts(ContextReader);

impl Reset for Contexts {
    fn reset(&mut self) {
        let Self(reader) = self;
        reader.reset();
    }
}

impl Contexts {
    /// Returns whether a context word is near `start..end`, the span of the recognizer with this number. Words in a label do not count, nor
    /// do words beyond one: the masked value may have been longer.
    pub(super) fn near(
        &mut self,
        (detectors, number): (&Detectors, u32),
        (start, end): (usize, usize),
        text: &TextBuffer,
        labels: &Labels,
    ) -> Context {
        let entity = detectors.recognizers().get(number);
        if let Some(words) = detectors.context_words() {
            // Other candidates at this start may reach further back.
            let first = start.saturating_sub(detectors.max_context_bytes());
            self.0.read(words, text, (first, end + entity.recognizer.context_after + LOOKAHEAD_BYTES + 1));
        }
        let reach = entity.recognizer.context_before;
        let from = start.saturating_sub(reach).max(labels.edge_before(start).unwrap_or(0));
        let reached = end + entity.recognizer.context_after;
        let to = labels.edge_behind(end).map_or(reached, |edge| edge.min(reached));
        // Words after an open brace may be part of a label.
        let certain = labels.begun().filter(|&begun| begun >= end).map_or(to, |begun| begun.min(to));
        // A word that touches a label may be part of a longer one: the masked value may have ended in a letter.
        let is_whole = |word: &&ContextWord| word.list == entity.context && !labels.type_ends_at(word.before);
        let mut nowhere = true;
        let near = self.0.words(from, certain).filter(is_whole).any(|word| {
            work::count(1);
            nowhere = false;
            (word.end <= start || (word.start >= end && word.end <= certain))
                && !labels.type_begins_at(word.after)
                && labels.begun() != Some(word.after)
        });
        // A word is known once the character after it is.
        let all_known = text.is_finished() || certain == to && text.end() > to + LOOKAHEAD_BYTES;
        match (near, all_known) {
            (true, _) => Context::Near,
            (false, true) if nowhere => Context::Nowhere,
            (false, true) => Context::Absent,
            (false, false) => Context::Unknown,
        }
    }

    /// Returns the offset from which the text is still needed.
    pub(super) fn unread(&self, detectors: &Detectors) -> usize {
        detectors.context_words().map_or(usize::MAX, |_| self.0.at())
    }

    /// Reads or skips most of the text before `offset`, which may then be forgotten.
    pub(super) fn forget_before(&mut self, offset: usize, detectors: &Detectors, text: &TextBuffer) {
        if let Some(words) = detectors.context_words()
            && !text.is_finished()
            && offset > self.0.at() + MAX_UNREAD_BYTES
        {
            self.0.read(words, text, (offset, offset));
        }
    }
}
