//! Side readings, which add findings to those of the text as it is.

use super::decision::ConfirmedFinding;
use super::enforced::EnforcedPolicy;
use super::position::Position;
use super::reading::Reading;
use super::source::Source;
use crate::detect::detectors::Detectors;
use crate::text::buffer::TextBuffer;
use crate::text::reset::Reset;
use crate::text::rewrite::{Rewriting, Rewritten};

/// A reading of text after a context, such as the name of a JSON field, or of rewritten text, or both.
///
/// It only adds findings, because the text as it is is read as well. After a context only entity types count: a phrase, a topic or a
/// regex cannot begin in a name and end in the value.
#[derive(Debug)]
pub(super) struct SideReading {
    reading: Box<Reading>,
    rewritten: Option<(Rewriting, Rewritten)>,
    /// Bytes of the context.
    lead: usize,
    /// Confirmed findings in rewritten text whose end is not known yet.
    waiting: Vec<ConfirmedFinding>,
    /// Bytes read, including the context.
    read: usize,
    is_finished: bool,
}

impl Reset for SideReading {
    /// Forgets the text and the context.
    fn reset(&mut self) {
        let Self { reading, rewritten, lead, waiting, read, is_finished } = self;
        reading.reset();
        if let Some((rewriting, rewritten)) = rewritten {
            *rewritten = Rewritten::new(*rewriting);
        }
        waiting.reset();
        (*lead, *read, *is_finished) = (0, 0, false);
    }
}

impl SideReading {
    /// Creates a reading of text after `context`, in the memory of `spare` if there is one.
    pub(super) fn after(context: &str, spare: Option<Box<Reading>>, policy: &EnforcedPolicy) -> Self {
        let reading = spare.unwrap_or_else(|| Box::new(Reading::new(policy, policy.detectors(), None)));
        Self::new(None, reading, context, policy)
    }

    /// Creates a reading of rewritten text after `context`, by the detectors of that rewriting.
    pub(super) fn rewritten(rewriting: Rewriting, context: &str, policy: &EnforcedPolicy) -> Self {
        let detectors = policy.detectors().of_rewriting(rewriting);
        let topics = match rewriting {
            Rewriting::Encoded(_) => policy.topics.as_ref(),
            _ => detectors.similarity(),
        };
        let rewritten = (rewriting, Rewritten::new(rewriting));
        let reading = Box::new(Reading::new(policy, detectors, topics.cloned()));
        Self::new(Some(rewritten), reading, context, policy)
    }

    fn new(
        rewritten: Option<(Rewriting, Rewritten)>,
        reading: Box<Reading>,
        context: &str,
        policy: &EnforcedPolicy,
    ) -> Self {
        let lead = context.len();
        let mut side = Self { reading, rewritten, lead, waiting: Vec::new(), read: 0, is_finished: false };
        if !context.is_empty() {
            side.push(policy, context);
        }
        side
    }

    /// Returns the memory of a reading of the text as it is.
    pub(super) fn into_plain(self) -> Option<Box<Reading>> {
        if self.rewritten.is_none() { Some(self.reading) } else { None }
    }

    /// Returns true if it reads the text after a context.
    pub(super) fn has_context(&self) -> bool {
        self.lead > 0
    }

    fn detectors<'g>(&self, policy: &'g EnforcedPolicy) -> &'g Detectors {
        let all = policy.detectors();
        self.rewritten.as_ref().map_or(all, |&(rewriting, _)| all.of_rewriting(rewriting))
    }

    /// Reads the next chunk.
    pub(super) fn push(&mut self, policy: &EnforcedPolicy, slice: &str) {
        let offset = self.read;
        self.read += slice.len();
        match &mut self.rewritten {
            None => self.reading.push(policy, slice),
            Some((_, rewritten)) => {
                rewritten.push(slice, offset);
                self.reading.push(policy, &rewritten.take());
            }
        }
    }

    /// Ends the text.
    pub(super) fn finish(&mut self, policy: &EnforcedPolicy) {
        self.is_finished = true;
        if let Some((_, rewritten)) = &mut self.rewritten {
            rewritten.finish();
            self.reading.push(policy, &rewritten.take());
        }
        self.reading.finish();
    }

    /// Adds confirmed findings to `out`, and returns the offset before which all are confirmed. Offsets are those of `text`, the text as
    /// it is: findings in the context are dropped, and findings that begin in it are cut.
    pub(super) fn confirm(
        &mut self,
        policy: &EnforcedPolicy,
        direction: (Source, Position),
        text: &TextBuffer,
        out: &mut Vec<ConfirmedFinding>,
    ) -> usize {
        if self.has_context() {
            self.reading.keep_entities();
        }
        let detectors = self.detectors(policy);
        let confirmed = self.reading.confirm(policy, detectors, direction);
        let Self { reading, rewritten, lead, waiting, read, is_finished } = self;
        let lead = *lead;
        let in_text = |found: ConfirmedFinding, (start, end): (usize, usize)| {
            (end > lead).then(|| ConfirmedFinding { start: start.saturating_sub(lead), end: end - lead, ..found })
        };
        let found = reading.confirmed().drain(..);
        let known = match rewritten {
            None => {
                out.extend(found.filter_map(|found| {
                    let span = (found.start, found.end);
                    in_text(found, span)
                }));
                confirmed
            }
            Some((_, from)) => {
                waiting.extend(found.filter_map(|found| {
                    let span = (from.text_start(found.start).unwrap_or(*read), from.text_end(found.end));
                    in_text(found, span)
                }));
                let open = from.text_start(confirmed).or(from.unread()).unwrap_or(*read);
                if *is_finished { usize::MAX } else { open }
            }
        };
        reading.forget_before(confirmed, detectors);
        if let Some((_, rewritten)) = rewritten {
            rewritten.forget_before(reading.text().base());
        }
        let open = self.release(text, out);
        known.saturating_sub(lead).min(open)
    }

    /// Adds findings in rewritten text to `out` once their last character is complete: combining marks, which a rewriting drops, belong
    /// to it. Returns the start of the first of the others.
    fn release(&mut self, text: &TextBuffer, out: &mut Vec<ConfirmedFinding>) -> usize {
        let mut open = usize::MAX;
        for found in std::mem::take(&mut self.waiting) {
            let end = text.skip_marks(found.end);
            if end == text.end() && !self.is_finished {
                open = open.min(found.start);
                self.waiting.push(found);
            } else {
                out.push(ConfirmedFinding { end, ..found });
            }
        }
        open
    }
}
