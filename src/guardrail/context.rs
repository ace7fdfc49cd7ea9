//! A second reading of some text, with the names that lead to it before it.

use super::decide::{Decider, Settled};
use crate::detect::detectors::{Detectors, Found, Origin};
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
    decider: Decider,
    settled: Vec<Settled>,
}

impl ContextReading {
    pub(super) fn new(context: &str, rules: usize, detectors: &Detectors) -> Self {
        let mut reading = Self {
            lead: context.len(),
            text: TextBuffer::default(),
            scanner: Scanner::default(),
            found: Found::default(),
            decider: Decider::new(rules),
            settled: Vec::new(),
        };
        reading.push(detectors, context);
        reading
    }

    /// Reads on.
    pub(super) fn push(&mut self, detectors: &Detectors, slice: &str) {
        let offset = self.text.end();
        self.text.push(slice);
        self.scanner.push(detectors, &self.text, slice, offset, &mut self.found);
    }

    /// Ends the text.
    pub(super) fn finish(&mut self, detectors: &Detectors) {
        self.text.finish();
        self.scanner.finish(detectors, &self.text, &mut self.found);
    }

    /// Adds the findings that are confirmed to `out`, and returns the offset before which all are. Offsets are those of the text: what
    /// lies in the context is left out, what reaches over its end is cut there.
    pub(super) fn settle(&mut self, detectors: &Detectors, out: &mut Vec<Settled>) -> usize {
        self.found.candidates.retain(|candidate| matches!(candidate.origin, Origin::Entity(..)));
        self.decider.take(&mut self.found.candidates, &mut self.found.exceptions, &mut self.found.contexts);
        let frontier = if self.text.is_finished() { usize::MAX } else { self.scanner.frontier(detectors, &self.text) };
        let settled = self.decider.settle(frontier, detectors, &self.text, &mut self.settled);
        self.decider.forget_before(settled, detectors.reach());
        self.text.forget_before(settled.min(self.text.end()).saturating_sub(super::evaluator::LOOKBEHIND_BYTES));
        let lead = self.lead;
        out.extend(self.settled.drain(..).filter(|found| found.end > lead).map(|found| Settled {
            start: found.start.saturating_sub(lead),
            end: found.end - lead,
            ..found
        }));
        settled.saturating_sub(lead)
    }
}
