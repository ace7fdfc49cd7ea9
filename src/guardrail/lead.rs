//! A second reading of some text, with the names that lead to it before it.

use super::decide::{Decider, Ground, Settled};
use super::guard::{Guardrail, Source};
use super::labels::Labels;
use super::position::Position;
use crate::detect::detectors::{Found, Origin};
use crate::detect::scanner::Scanner;
use crate::text::buffer::TextBuffer;

/// Reads text behind a context, such as the name of a JSON field, and finds what the context tells of it.
///
/// The text itself is read without the context as well, so a context adds findings and takes none away. Only entity recognizers read
/// it: a phrase, a topic or a regex cannot begin in a name and end in the value.
#[derive(Debug)]
pub(super) struct ContextReading {
    /// Bytes of the context: where the text begins in `text`.
    lead: usize,
    text: TextBuffer,
    scanner: Scanner,
    found: Found,
    labels: Labels,
    decider: Decider,
    settled: Vec<Settled>,
}

impl ContextReading {
    pub(super) fn new(context: &str, guardrail: &Guardrail) -> Self {
        let mut reading = Self {
            lead: context.len(),
            text: TextBuffer::default(),
            scanner: Scanner::default(),
            found: Found::default(),
            labels: Labels::default(),
            decider: Decider::new(guardrail.rules().len()),
            settled: Vec::new(),
        };
        reading.push(guardrail, context);
        reading
    }

    /// Reads on.
    pub(super) fn push(&mut self, guardrail: &Guardrail, slice: &str) {
        let offset = self.text.end();
        self.text.push(slice);
        self.labels.scan(guardrail.labels(), slice, offset);
        self.scanner.push(guardrail.detectors(), &self.text, slice, offset, &mut self.found);
    }

    /// Ends the text.
    pub(super) fn finish(&mut self, guardrail: &Guardrail) {
        self.text.finish();
        self.labels.finish();
        self.scanner.finish(guardrail.detectors(), &self.text, &mut self.found);
    }

    /// Adds the findings that are confirmed to `out`, and returns the offset before which all are. Offsets are those of the text: what
    /// lies in the context is left out, what reaches over its end is cut there.
    pub(super) fn settle(
        &mut self,
        guardrail: &Guardrail,
        (source, position): (Source, Position),
        out: &mut Vec<Settled>,
    ) -> usize {
        let detectors = guardrail.detectors();
        self.found.candidates.retain(|candidate| matches!(candidate.origin, Origin::Entity(..)));
        self.decider.take(&mut self.found, &self.text, &self.labels);
        let end = self.text.end();
        let (frontier, words_known) = match self.text.is_finished() {
            true => (usize::MAX, usize::MAX),
            false => (
                self.scanner.frontier(detectors, &self.text),
                self.scanner.open_word(detectors, &self.text).unwrap_or(end),
            ),
        };
        let (text, views, labels) = (&self.text, self.scanner.views(), &self.labels);
        let ground = Ground { guardrail, source, position, text, views, labels, words_known };
        let settled = self.decider.settle(frontier, ground, &mut self.settled);
        self.decider.forget_before(settled, self.scanner.open_window(), detectors.reach());
        self.labels.forget_before(settled.saturating_sub(detectors.reach() + super::evaluator::LOOKBEHIND_BYTES));
        let done = settled.min(end).saturating_sub(super::evaluator::LOOKBEHIND_BYTES);
        self.text.forget_before(done);
        self.scanner.forget_before(detectors, done);
        let lead = self.lead;
        out.extend(self.settled.drain(..).filter(|found| found.end > lead).map(|found| Settled {
            start: found.start.saturating_sub(lead),
            end: found.end - lead,
            ..found
        }));
        settled.saturating_sub(lead)
    }
}
