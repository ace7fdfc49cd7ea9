//! The context words near a candidate.

use std::collections::VecDeque;

use super::labels::Labels;
use crate::detect::LOOKAHEAD_BYTES;
use crate::detect::context::ContextReader;
use crate::detect::detectors::Detectors;
use crate::detect::output::TaggedSpan;
use crate::text::buffer::TextBuffer;
use crate::text::normalize::View;
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

/// A context word in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ContextWord {
    start: usize,
    end: usize,
    /// The offset of the next visible character after it.
    next: usize,
}

/// Text that no candidate asks for is read or skipped once it is as long as this.
const MAX_UNREAD_BYTES: usize = 2048;

/// The context words near the candidates that asked for them, for each list, in ascending order.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    reader: ContextReader,
    classes: Vec<VecDeque<ContextWord>>,
}

impl Reset for Contexts {
    fn reset(&mut self) {
        let Self { reader, classes } = self;
        reader.reset();
        classes.iter_mut().for_each(VecDeque::reset);
    }
}

impl Contexts {
    /// Reads the text up to `to`. All words that begin from `from` on are known once the character after them is read.
    fn read(&mut self, detectors: &Detectors, (text, labels): (&TextBuffer, &Labels), (from, to): (usize, usize)) {
        let Some(words) = detectors.context_words() else { return };
        let Self { reader, classes } = self;
        reader.read(words, text, (from, to), |mark| add(classes, mark, text, labels));
    }

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
        // Other candidates at this start may reach further back.
        let first = start.saturating_sub(detectors.max_context_bytes());
        let last = end + entity.recognizer.context_after + LOOKAHEAD_BYTES + 1;
        self.read(detectors, (text, labels), (first, last));
        let reach = entity.recognizer.context_before;
        let from = start.saturating_sub(reach).max(labels.edge_before(start).unwrap_or(0));
        let reached = end + entity.recognizer.context_after;
        let to = labels.edge_behind(end).map_or(reached, |edge| edge.min(reached));
        // Words after an open brace may be part of a label.
        let certain = labels.begun().filter(|&begun| begun >= end).map_or(to, |begun| begun.min(to));
        let (mut near, mut nowhere) = (false, true);
        if let Some(marks) = self.classes.get(entity.context as usize).filter(|marks| !marks.is_empty()) {
            let first = marks.partition_point(|word| word.start < from);
            let mut words = marks.range(first..).take_while(|word| word.start < certain);
            near = words.any(|word| {
                work::count(1);
                nowhere = false;
                (word.end <= start || (word.start >= end && word.end <= certain))
                    && !labels.type_begins_at(word.next)
                    && labels.begun() != Some(word.next)
            });
        }
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
        detectors.context_words().map_or(usize::MAX, |_| self.reader.at())
    }

    /// Forgets the words that begin before `offset`.
    pub(super) fn forget_before(&mut self, offset: usize, detectors: &Detectors, text: &TextBuffer, labels: &Labels) {
        if !text.is_finished() && offset > self.reader.at() + MAX_UNREAD_BYTES {
            self.read(detectors, (text, labels), (offset, offset));
        }
        for marks in &mut self.classes {
            while marks.front().is_some_and(|word| word.start < offset) {
                marks.pop_front();
            }
        }
    }
}

/// Adds a word, unless it touches a label: the masked value may have ended in a letter, and then this was not a word.
fn add(classes: &mut Vec<VecDeque<ContextWord>>, mark: TaggedSpan, text: &TextBuffer, labels: &Labels) {
    if labels.type_ends_at(text.last_seen(mark.start, View::Word)) {
        return;
    }
    let word = ContextWord { start: mark.start, end: mark.end, next: text.next_seen(mark.end, View::Word) };
    let class = mark.tag as usize;
    if classes.len() <= class {
        classes.resize_with(class + 1, VecDeque::new);
    }
    let Some(marks) = classes.get_mut(class) else { return };
    let at = marks.partition_point(|known| *known <= word);
    marks.insert(at, word);
}
