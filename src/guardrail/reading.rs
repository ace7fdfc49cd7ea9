//! One reading of some text by one set of detectors: what it finds, in text order.

use std::sync::Arc;

use super::confirm::{ConfirmedFinding, Confirmer, Evidence};
use super::guard::Guardrail;
use super::labels::Labels;
use super::position::Position;
use super::source::Source;
use crate::detect::detectors::Detectors;
use crate::detect::output::{Origin, ScanOutput};
use crate::detect::scanner::Scanner;
use crate::detect::topic::{BestScores, Similarity};
use crate::text::buffer::TextBuffer;

/// Text kept before what is written, for the character before a span.
pub(super) const LOOKBEHIND_BYTES: usize = 64;

/// Reads text that arrives in chunks, and confirms what is found in it.
#[derive(Debug)]
pub(super) struct Reading {
    text: TextBuffer,
    scanner: Scanner,
    found: ScanOutput,
    labels: Labels,
    confirmer: Confirmer,
    confirmed: Vec<ConfirmedFinding>,
    topics: Option<Arc<Similarity>>,
}

impl Reading {
    /// Returns a reading that compares the text with these topics.
    pub(super) fn new(guardrail: &Guardrail, detectors: &Detectors, topics: Option<Arc<Similarity>>) -> Self {
        Self {
            text: TextBuffer::default(),
            scanner: Scanner::new(detectors, topics.clone()),
            found: ScanOutput {
                scores: guardrail.keeps_topic_scores().then(BestScores::default),
                ..ScanOutput::default()
            },
            labels: Labels::default(),
            confirmer: Confirmer::new(guardrail.rules().len()),
            confirmed: Vec::new(),
            topics,
        }
    }

    /// Reads on.
    pub(super) fn push(&mut self, guardrail: &Guardrail, slice: &str) {
        let offset = self.text.end();
        self.text.push(slice);
        self.labels.scan(guardrail.labels(), slice, offset);
        self.scanner.push(&self.text, slice, offset, &mut self.found);
    }

    /// Ends the text.
    pub(super) fn finish(&mut self) {
        self.text.finish();
        self.labels.finish();
        self.scanner.finish(&self.text, &mut self.found);
    }

    /// Forgets candidates of all rules but those for entity types.
    pub(super) fn keep_entities(&mut self) {
        self.found.candidates.retain(|candidate| matches!(candidate.origin, Origin::Entity(..)));
    }

    /// Confirms what depends on nothing still to come. Returns the offset before which all is confirmed; no limit at the end of the text.
    pub(super) fn confirm(
        &mut self,
        guardrail: &Guardrail,
        detectors: &Detectors,
        (source, position): (Source, Position),
    ) -> usize {
        self.confirmer.take(&mut self.found, &self.text, &self.labels);
        let (frontier, words_known_until) = match self.text.is_finished() {
            true => (usize::MAX, usize::MAX),
            false => {
                (self.scanner.frontier(&self.text), self.scanner.open_exception(&self.text).unwrap_or(self.text.end()))
            }
        };
        let (text, views, labels) = (&self.text, self.scanner.views(), &self.labels);
        let topics = self.topics.as_deref();
        let evidence =
            Evidence { guardrail, detectors, topics, source, position, text, views, labels, words_known_until };
        let confirmed = self.confirmer.confirm_until(frontier, evidence, &mut self.confirmed);
        self.confirmer.forget_before(confirmed, self.scanner.needs_exceptions_from(), detectors.max_context_bytes());
        self.labels.forget_before(confirmed.saturating_sub(detectors.max_context_bytes() + LOOKBEHIND_BYTES));
        confirmed
    }

    /// Returns what was confirmed since the last call.
    pub(super) fn confirmed(&mut self) -> &mut Vec<ConfirmedFinding> {
        &mut self.confirmed
    }

    /// Forgets the text before `done`.
    pub(super) fn forget_before(&mut self, done: usize) {
        let done = done.min(self.text.end()).saturating_sub(LOOKBEHIND_BYTES);
        self.text.forget_before(done);
        self.scanner.forget_before(done);
    }

    /// Returns the best scores of topics, if they are kept: of windows that nothing can change, and of those that were decided.
    pub(super) fn best_scores(&self) -> Option<(&BestScores, &BestScores)> {
        Some((self.found.scores.as_ref()?, self.confirmer.best_scores()))
    }

    pub(super) fn text(&self) -> &TextBuffer {
        &self.text
    }
}
