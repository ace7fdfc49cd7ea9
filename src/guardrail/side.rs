//! Other readings of some text, which add findings to those of the text as it is.

use super::decide::Settled;
use super::guard::{Guardrail, Source};
use super::position::Position;
use super::reading::Reading;
use crate::detect::detectors::Detectors;
use crate::text::buffer::TextBuffer;
use crate::text::rewrite::Rewritten;

/// Reads text after a context, such as the name of a JSON field, or rewritten, or both.
///
/// The text as it is is read besides, so that a context or a rewriting adds findings and takes none away. With a context only entity
/// recognizers count: a phrase, a topic or a regex cannot begin in a name and end in the value.
#[derive(Debug)]
pub(super) struct SideReading {
    reading: Reading,
    rewritten: Option<(usize, Rewritten)>,
    /// Bytes of the context.
    lead: usize,
    /// Confirmed findings of which the end is not known yet.
    waiting: Vec<Settled>,
    /// Bytes read, with the context.
    read: usize,
    is_finished: bool,
}

impl SideReading {
    /// Returns a reading of text after `context`.
    pub(super) fn after(context: &str, guardrail: &Guardrail) -> Self {
        let mut side = Self { lead: context.len(), ..Self::new(None, guardrail) };
        side.push(guardrail, context);
        side
    }

    /// Returns a reading by the detectors of this number, of text rewritten for them, after `context`.
    pub(super) fn rewritten(number: usize, context: &str, guardrail: &Guardrail) -> Option<Self> {
        let (rewriting, _) = guardrail.detectors().rewritten().get(number)?;
        let mut side = Self { lead: context.len(), ..Self::new(Some((number, Rewritten::new(*rewriting))), guardrail) };
        side.push(guardrail, context);
        Some(side)
    }

    fn new(rewritten: Option<(usize, Rewritten)>, guardrail: &Guardrail) -> Self {
        let detectors = rewritten.as_ref().and_then(|&(number, _)| guardrail.detectors().rewritten().get(number));
        let topics = detectors.and_then(|(_, detectors)| detectors.similarity().cloned());
        Self {
            reading: Reading::new(guardrail, topics),
            rewritten,
            lead: 0,
            waiting: Vec::new(),
            read: 0,
            is_finished: false,
        }
    }

    /// Returns `true` if it reads the text after a context.
    pub(super) fn has_context(&self) -> bool {
        self.lead > 0
    }

    /// Returns `true` if its detectors recognize entity types.
    pub(super) fn reads_entities(&self, guardrail: &Guardrail) -> bool {
        self.detectors(guardrail).has_entities()
    }

    fn detectors<'g>(&self, guardrail: &'g Guardrail) -> &'g Detectors {
        let all = guardrail.detectors();
        let rewritten = self.rewritten.as_ref().and_then(|&(number, _)| all.rewritten().get(number));
        rewritten.map_or(all, |(_, detectors)| detectors)
    }

    /// Reads on.
    pub(super) fn push(&mut self, guardrail: &Guardrail, slice: &str) {
        let detectors = self.detectors(guardrail);
        let offset = self.read;
        self.read += slice.len();
        match &mut self.rewritten {
            None => self.reading.push(guardrail, detectors, slice),
            Some((_, rewritten)) => {
                rewritten.push(slice, offset);
                self.reading.push(guardrail, detectors, &rewritten.take());
            }
        }
    }

    /// Ends the text.
    pub(super) fn finish(&mut self, guardrail: &Guardrail) {
        let detectors = self.detectors(guardrail);
        self.is_finished = true;
        if let Some((_, rewritten)) = &mut self.rewritten {
            rewritten.finish();
            self.reading.push(guardrail, detectors, &rewritten.take());
        }
        self.reading.finish(detectors);
    }

    /// Adds the findings that are confirmed to `out`, and returns the offset before which all are. Offsets are those of the text: what
    /// lies in the context is left out, what reaches over its end is cut there. `text` is the text as it is.
    pub(super) fn confirm(
        &mut self,
        guardrail: &Guardrail,
        direction: (Source, Position),
        text: &TextBuffer,
        out: &mut Vec<Settled>,
    ) -> usize {
        if self.has_context() {
            self.reading.keep_entities();
        }
        let detectors = self.detectors(guardrail);
        let confirmed = self.reading.confirm(guardrail, detectors, direction);
        let Self { reading, rewritten, lead, waiting, read, .. } = self;
        let lead = *lead;
        for found in reading.confirmed().drain(..) {
            let (start, end) = match rewritten {
                None => (found.start, found.end),
                Some((_, from)) => (from.text_start(found.start).unwrap_or(*read), from.text_end(found.end)),
            };
            if end > lead {
                waiting.push(Settled { start: start.saturating_sub(lead), end: end - lead, ..found });
            }
        }
        let known = match rewritten {
            None => confirmed,
            _ if self.is_finished => usize::MAX,
            Some((_, from)) => from.text_start(confirmed).or(from.unread()).unwrap_or(*read),
        };
        reading.forget_before(detectors, confirmed);
        if let Some((_, rewritten)) = rewritten {
            rewritten.forget_before(reading.text().base());
        }
        let open = self.release(text, out);
        known.saturating_sub(lead).min(open)
    }

    /// Hands out the findings of which the last character is known with all marks drawn over it, which a rewriting leaves out. Returns
    /// where the first of the others begins.
    fn release(&mut self, text: &TextBuffer, out: &mut Vec<Settled>) -> usize {
        let mut open = usize::MAX;
        for found in std::mem::take(&mut self.waiting) {
            let end = text.skip_marks(found.end);
            if self.rewritten.is_some() && end == text.end() && !self.is_finished {
                open = open.min(found.start);
                self.waiting.push(found);
            } else {
                out.push(Settled { end, ..found });
            }
        }
        open
    }
}
