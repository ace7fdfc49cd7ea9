//! Context words.

use std::collections::VecDeque;

use super::labels::Labels;
use crate::detect::LOOKAHEAD_BYTES;
use crate::detect::output::TaggedSpan;
use crate::detect::recognizers::EntityUse;
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

/// The context words in the text, for each list, in ascending order.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    classes: Vec<VecDeque<ContextWord>>,
}

impl Reset for Contexts {
    fn reset(&mut self) {
        let Self { classes } = self;
        classes.iter_mut().for_each(VecDeque::reset);
    }
}

impl Contexts {
    /// Adds a word, unless it touches a label: the masked value may have ended in a letter, and then this was not a word.
    pub(super) fn add(&mut self, mark: TaggedSpan, text: &TextBuffer, labels: &Labels) {
        if labels.type_ends_at(text.last_seen(mark.start, View::Word)) {
            return;
        }
        let word = ContextWord { start: mark.start, end: mark.end, next: text.next_seen(mark.end, View::Word) };
        let class = mark.tag as usize;
        if self.classes.len() <= class {
            self.classes.resize_with(class + 1, VecDeque::new);
        }
        let Some(marks) = self.classes.get_mut(class) else { return };
        let at = marks.partition_point(|known| *known <= word);
        marks.insert(at, word);
    }

    /// Returns whether a context word is near `start..end`. Words in a label do not count, nor do words beyond one: the masked value may
    /// have been longer.
    pub(super) fn near(
        &self,
        entity: &EntityUse,
        start: usize,
        end: usize,
        text: &TextBuffer,
        labels: &Labels,
    ) -> Context {
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

    /// Forgets the words that begin before `offset`.
    pub(super) fn forget_before(&mut self, offset: usize) {
        for marks in &mut self.classes {
            while marks.front().is_some_and(|word| word.start < offset) {
                marks.pop_front();
            }
        }
    }
}
