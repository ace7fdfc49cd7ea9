//! One reading of text by one set of detectors.

use std::sync::Arc;

use super::confirm::Confirmer;
use super::decision::ConfirmedFinding;
use super::enforced::EnforcedPolicy;
use super::evidence::Evidence;
use super::labels::Labels;
use super::position::Position;
use super::source::Source;
use crate::detect::content::ContentScores;
use crate::detect::detectors::Detectors;
use crate::detect::output::{Origin, ScanOutput};
use crate::detect::scanner::Scanner;
use crate::detect::topic::{BestScores, Similarity};
use crate::text::buffer::TextBuffer;
use crate::text::reset::Reset;

/// Bytes of text to keep before what is written, for the characters before a span.
pub(super) const LOOKBEHIND_BYTES: usize = 64;

/// Reads text that arrives in chunks, and confirms findings in it.
#[derive(Debug)]
pub(super) struct Reading {
    text: TextBuffer,
    scanner: Scanner,
    found: ScanOutput,
    labels: Labels,
    confirmer: Confirmer,
    confirmed: Vec<ConfirmedFinding>,
    /// The offset before which all was confirmed last.
    confirmed_until: usize,
    /// Detectors have been left out since: that offset is the same.
    is_waiting: bool,
    topics: Option<Arc<Similarity>>,
}

impl Reset for Reading {
    fn reset(&mut self) {
        let Self { text, scanner, found, labels, confirmer, confirmed, confirmed_until, is_waiting, topics: _ } = self;
        text.reset();
        scanner.reset();
        found.reset();
        labels.reset();
        confirmer.reset();
        confirmed.reset();
        (*confirmed_until, *is_waiting) = (0, false);
    }
}

impl Reading {
    /// Creates a reading that compares the text with these topics.
    pub(super) fn new(policy: &EnforcedPolicy, detectors: &Detectors, topics: Option<Arc<Similarity>>) -> Self {
        Self {
            text: TextBuffer::default(),
            scanner: Scanner::new(detectors, topics.clone()),
            found: ScanOutput {
                scores: policy.keeps_topic_scores.then(BestScores::default),
                content_scores: policy.keeps_topic_scores.then(ContentScores::default),
                ..ScanOutput::default()
            },
            labels: Labels::default(),
            confirmer: Confirmer::default(),
            confirmed: Vec::new(),
            confirmed_until: 0,
            is_waiting: false,
            topics,
        }
    }

    /// Reads the next chunk.
    pub(super) fn push(&mut self, policy: &EnforcedPolicy, slice: &str) {
        // A candidate before the frontier depends on text after it, and scores are those of all text.
        let may_wait = self.confirmed_until == self.scanner.frontier(&self.text) && !policy.keeps_topic_scores;
        self.read(policy, slice, may_wait);
    }

    fn read(&mut self, policy: &EnforcedPolicy, slice: &str, may_wait: bool) {
        let offset = self.text.end();
        self.text.push(slice);
        self.labels.scan(&policy.labels, slice, offset);
        self.is_waiting = !self.scanner.read(&self.text, may_wait, &mut self.found);
    }

    /// Ends the text.
    pub(super) fn finish(&mut self) {
        self.text.finish();
        self.labels.finish();
        self.is_waiting = !self.scanner.read(&self.text, false, &mut self.found);
    }

    /// Drops candidates that are not of entity types.
    pub(super) fn keep_entities(&mut self) {
        self.found.candidates.retain(|candidate| matches!(candidate.origin, Origin::Entity(..) | Origin::Tagged(..)));
    }

    /// Confirms findings that do not depend on further text. Returns the offset before which all are confirmed: `usize::MAX` at the end.
    pub(super) fn confirm(
        &mut self,
        policy: &EnforcedPolicy,
        detectors: &Detectors,
        (source, position): (Source, Position),
    ) -> usize {
        if self.is_waiting {
            return self.confirmed_until;
        }
        self.confirmer.take(&mut self.found);
        let (frontier, words_known_until) = match (self.text.is_finished(), self.confirmer.is_idle()) {
            (true, _) => (usize::MAX, usize::MAX),
            // Nothing asks for exceptions.
            (false, true) => (self.scanner.frontier(&self.text), 0),
            (false, false) => {
                (self.scanner.frontier(&self.text), self.scanner.open_exception(&self.text).unwrap_or(self.text.end()))
            }
        };
        let (text, views, labels) = (&self.text, self.scanner.views(), &self.labels);
        let topics = self.topics.as_deref();
        let evidence = Evidence { policy, detectors, topics, source, position, text, views, labels, words_known_until };
        let confirmed = self.confirmer.confirm_until(frontier, evidence, &mut self.confirmed);
        self.confirmed_until = confirmed;
        self.confirmer.forget_before(confirmed, self.scanner.needs_exceptions_from(), evidence);
        self.labels.forget_before(confirmed.saturating_sub(detectors.max_context_bytes() + LOOKBEHIND_BYTES));
        confirmed
    }

    /// Returns the findings confirmed since the last call, for the caller to drain.
    pub(super) fn confirmed(&mut self) -> &mut Vec<ConfirmedFinding> {
        &mut self.confirmed
    }

    /// Forgets the text before `done` that these detectors, which read it, do not need.
    pub(super) fn forget_before(&mut self, done: usize, detectors: &Detectors) {
        let before = |offset: usize| offset.saturating_sub(LOOKBEHIND_BYTES);
        let done = before(done.min(self.text.end()));
        self.text.forget_before(done.min(before(self.confirmer.needs_text_from(detectors))));
        self.scanner.forget_before(done);
    }

    /// Returns the best scores of topics, if scores are kept: of windows that nothing can change, and of those that were decided.
    pub(super) fn best_scores(&self) -> Option<(&BestScores, &BestScores)> {
        Some((self.found.scores.as_ref()?, self.confirmer.best_scores()))
    }

    /// Returns the best scores of content filters, if scores are kept.
    pub(super) fn best_content_scores(&self) -> Option<&ContentScores> {
        self.found.content_scores.as_ref()
    }

    pub(super) fn text(&self) -> &TextBuffer {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::Reading;
    use crate::guardrail::{Guardrail, Position, Source};
    use crate::policy::Policy;

    thread_local!(static WAITING: Guardrail = {
        let rules = "pii: [{types: [ALL], action: mask}]
word_filters: [{name: w, words: [bonds of love, pass]}]
regexes: [{name: r, pattern: '[a-z]{2,9} on [0-9]'}]
denied_topics: [{name: t, phrases: [stock tips], exceptions: [stock tips on], examples: [Which stocks should I buy this year?]}]";
        Guardrail::new(Policy::from_yaml(&format!("version: 1\nname: waits\n{rules}")).expect("a policy"))
    });

    /// The findings of `chunks` in the order in which they are confirmed, as rule, start and end; and how many came before the end.
    fn confirmed<'t>(rules: &str, chunks: impl IntoIterator<Item = &'t str>) -> (Vec<(String, usize, usize)>, usize) {
        let policy = Policy::from_yaml(&format!("version: 1\nname: order\n{rules}")).expect("a policy");
        let guardrail = Guardrail::new(policy);
        let policy = guardrail.enforced();
        let mut reading = Reading::new(policy, policy.detectors(), policy.topics.clone());
        let mut findings = Vec::new();
        let mut confirm = |reading: &mut Reading| {
            reading.confirm(policy, policy.detectors(), (Source::Input, Position::Current));
            findings.extend(reading.confirmed().drain(..).map(|finding| {
                let name =
                    guardrail.policy().compiled_rules().get(finding.rule as usize).map(|rule| rule.name.to_string());
                (name.unwrap_or_default(), finding.start, finding.end)
            }));
            findings.len()
        };
        let mut before_end = 0;
        for chunk in chunks {
            reading.push(policy, chunk);
            before_end = confirm(&mut reading);
        }
        reading.finish();
        confirm(&mut reading);
        (findings, before_end)
    }

    #[test]
    fn candidates_are_confirmed_in_text_order() {
        let words = |list: &str| format!("word_filters: [{{name: w, words: [{list}], match: {{whole_word: false}}}}]");
        let two = "regexes: [{name: r, pattern: 'b[0-9]'}]\nword_filters: [{name: w, words: [a b1, b1 c]}]";
        let topic = "denied_topics: [{name: t, phrases: [bonds], exceptions: [james bonds]}]";
        let pii = "pii: [{types: [EMAIL], allow: [a@example.com]}]";
        for (case, rules, text, expected) in [
            ("a word inside another adds nothing", words("abc, bc, ab"), "xabcx", vec![("w", 1, 4)]),
            ("words that overlap both count", words("ab, bcd"), "abcd", vec![("w", 0, 2), ("w", 1, 4)]),
            (
                "a regex is leftmost-longest, without overlaps",
                "regexes: [{name: r, pattern: 'a{2,3}'}]".to_owned(),
                "aaaaa",
                vec![("r", 0, 3), ("r", 3, 5)],
            ),
            (
                "rules do not hide each other; of those that begin together the longest comes first",
                two.to_owned(),
                "a b1 c",
                vec![("w", 0, 4), ("w", 2, 6), ("r", 2, 4)],
            ),
            ("an exception covers", topic.to_owned(), "james bonds, bonds", vec![("t", 13, 18)]),
            (
                "an exception covers a match of a pattern",
                "denied_topics: [{name: t, patterns: ['buy [a-z]{1,8}'], exceptions: [buy time]}]".to_owned(),
                "buy time, buy gold",
                vec![("t", 10, 18)],
            ),
            (
                "a match of another pattern of the topic begins where the first ends",
                "denied_topics: [{name: t, patterns: [xab, '[a-d]{2,6}']}]".to_owned(),
                "xabcdcd",
                vec![("t", 0, 3), ("t", 3, 7)],
            ),
            (
                "a value begins where another of its type ends",
                "pii: [{types: [EMAIL]}]".to_owned(),
                "a@b.com+john@ex.com",
                vec![("EMAIL", 0, 7), ("EMAIL", 8, 19)],
            ),
            ("an allowed value is none", pii.to_owned(), "a@example.com b@example.com", vec![("EMAIL", 14, 27)]),
        ] {
            let expected: Vec<_> =
                expected.into_iter().map(|(rule, start, end)| (rule.to_owned(), start, end)).collect();
            assert_eq!(confirmed(&rules, [text]).0, expected, "{case}");
            let characters = text.char_indices().map(|(at, c)| text.get(at..at + c.len_utf8()).unwrap_or_default());
            assert_eq!(confirmed(&rules, characters).0, expected, "{case}, in chunks");
        }
    }

    #[test]
    fn a_candidate_waits_for_what_could_take_it_back() {
        let topic = "denied_topics: [{name: t, phrases: [bonds], exceptions: [bonds of love]}]";
        let by_example = "denied_topics: [{name: t, examples: [buy shares], exceptions: [buy it, '? Of course']}]";
        let padding = " x".repeat(50);
        for (topic, text, expected, before_end) in [
            (topic, "bonds of ".to_owned(), 1, 0),
            (topic, "bonds of love".to_owned(), 0, 0),
            (topic, format!("bonds of war{padding}"), 1, 1),
            // An exception that begins after the sentence takes nothing back.
            (by_example, "buy shares? Of cours".to_owned(), 1, 1),
        ] {
            let (findings, before) = confirmed(topic, [text.as_str()]);
            assert_eq!((findings.len(), before), (expected, before_end), "{text:?}");
        }
    }

    /// Memory does not grow with the text.
    #[test]
    fn what_is_confirmed_is_forgotten() {
        let policy = Policy::from_yaml("{version: 1, name: m, pii: [{types: [PIN, EMAIL], action: mask}]}");
        let guardrail = Guardrail::new(policy.expect("a policy"));
        let policy = guardrail.enforced();
        for chunk in ["no value is in this text. ", "{EMAIL} ", "PIN 4471, ", "é\u{200b}", &"long chunk ".repeat(450)]
        {
            let mut reading = Reading::new(policy, policy.detectors(), None);
            for _ in 0..60_000_usize.div_ceil(chunk.len()) {
                reading.push(policy, chunk);
                let until = reading.confirm(policy, policy.detectors(), (Source::Input, Position::Current));
                reading.confirmed().clear();
                reading.forget_before(until, policy.detectors());
            }
            let (base, end) = (reading.text().base(), reading.text().end());
            assert!(end - base < 20_000, "{base}..{end} is kept of {chunk:.20}");
            let label = reading.labels.edge_behind(0).unwrap_or(end);
            assert!(end - label < 2_000, "a label at {label} of {end} is kept");
        }
    }

    #[test]
    fn detectors_wait_for_more_text_unless_scores_are_kept() {
        let plain = WAITING.with(Guardrail::clone);
        for (guardrail, waits) in [(plain.clone(), true), (plain.with_topic_scores(), false)] {
            let policy = guardrail.enforced();
            let mut reading = Reading::new(policy, policy.detectors(), policy.topics.clone());
            let waiting = "to jane.roe@example".split_inclusive(|_| true).map(|chunk| {
                reading.push(policy, chunk);
                reading.confirm(policy, policy.detectors(), (Source::Input, Position::Current));
                reading.is_waiting
            });
            assert_eq!(waiting.filter(|&is_waiting| is_waiting).count() > 4, waits);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        /// A detector that waits reads in other chunks, and never what would have been released.
        #[test]
        fn detectors_that_wait_hold_back_no_other_text(
            chunks in vec(
                r"(?:[a-z]{1,4} ?|[0-9]{1,5}|[ @.:=%?!_²é-]|Mr\. |jane\.roe@|example\.com|4111 11|password|bonds of |stock tip| on |\n){0,3}",
                0..40,
            ),
        ) {
            let guardrail = WAITING.with(Guardrail::clone);
            let policy = guardrail.enforced();
            let new = || Reading::new(policy, policy.detectors(), policy.topics.clone());
            let (mut waiting, mut other) = (new(), new());
            let confirm = |reading: &mut Reading| {
                let until = reading.confirm(policy, policy.detectors(), (Source::Output, Position::Current));
                let found = reading.confirmed().drain(..).map(|found| (found.rule, found.start, found.end));
                (until, found.collect::<Vec<_>>())
            };
            for chunk in &chunks {
                waiting.push(policy, chunk);
                other.read(policy, chunk, false);
                prop_assert_eq!(confirm(&mut waiting), confirm(&mut other), "{:?}", chunks);
            }
        }
    }
}
