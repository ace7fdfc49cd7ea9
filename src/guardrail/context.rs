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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Context, Contexts};
    use crate::detect::LOOKAHEAD_BYTES;
    use crate::detect::context::{ContextReader, ContextWord};
    use crate::guardrail::Guardrail;
    use crate::guardrail::labels::Labels;
    use crate::policy::Policy;
    use crate::text::buffer::TextBuffer;

    thread_local!(static CVV: Guardrail = Guardrail::new(
        Policy::from_yaml("{version: 1, name: c, pii: [{types: [CREDIT_DEBIT_CARD_CVV], action: mask}]}").expect("a policy"),
    ));

    /// The recognizer of bare digits, which need a word near.
    const BARE: u32 = 1;

    const PARTS: &[&str] = &[
        "CVV",
        "cvc",
        "cvv code",
        "123",
        "4471",
        "{CREDIT_DEBIT_CARD_CVV}",
        "{EMAIL}",
        "{",
        "{EMA",
        "}",
        "{OTHER}",
        "_",
        "x",
        "é",
        "\u{200b}",
        ". ",
        " words of no list so ",
    ];

    fn buffer(text: &str, is_finished: bool) -> TextBuffer {
        let mut buffer = TextBuffer::default();
        buffer.push(text);
        if is_finished {
            buffer.finish();
        }
        buffer
    }

    /// Returns what is known of the words near a span once `text` has arrived, and the start of a label that may be incomplete.
    fn near(guardrail: &Guardrail, span: (usize, usize), text: &str, is_finished: bool) -> (Context, Option<usize>) {
        let (policy, mut labels) = (guardrail.enforced(), Labels::default());
        labels.scan(&policy.labels, text, 0);
        if is_finished {
            labels.finish();
        }
        let text = buffer(text, is_finished);
        (Contexts::default().near((policy.detectors(), BARE), span, &text, &labels), labels.begun())
    }

    /// The words of the text, and the labels of entity types in it, all of which are looked at for each span.
    struct All<'t> {
        text: &'t str,
        words: Vec<ContextWord>,
        labels: Vec<(usize, usize)>,
        reach: (usize, usize),
    }

    impl<'t> All<'t> {
        fn of(guardrail: &Guardrail, text: &'t str) -> Self {
            let detectors = guardrail.enforced().detectors();
            let entity = detectors.recognizers().get(BARE);
            let mut reader = ContextReader::default();
            reader.read(detectors.context_words().expect("words"), &buffer(text, true), (0, text.len()));
            let of_label = |label: &'static str| text.match_indices(label).map(|(at, label)| (at, at + label.len()));
            Self {
                text,
                words: reader.words(0, text.len()).filter(|word| word.list == entity.context).copied().collect(),
                labels: of_label("{CREDIT_DEBIT_CARD_CVV}").chain(of_label("{EMAIL}")).collect(),
                reach: (entity.recognizer.context_before, entity.recognizer.context_after),
            }
        }

        /// Returns true if a word is within reach of the span, whole, with no label between.
        fn is_near(&self, start: usize, end: usize) -> bool {
            let is_free = |from: usize, to: usize| self.labels.iter().all(|&(first, last)| last <= from || first >= to);
            self.words.iter().any(|word| {
                let is_before = word.end <= start && start - word.start <= self.reach.0 && is_free(word.start, start);
                let is_after = word.start >= end && word.end <= end + self.reach.1 && is_free(end, word.end);
                let touches = self.labels.iter().any(|&(first, last)| last == word.before || first == word.after);
                (is_before || is_after) && !touches
            })
        }

        fn overlaps_label(&self, start: usize, end: usize) -> bool {
            self.labels.iter().any(|&(first, last)| first < end && start < last)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// The answer is that of a look at the whole text, as soon as the text that it depends on has arrived.
        #[test]
        fn the_answers_are_those_of_a_list(
            parts in prop::collection::vec(
                prop_oneof![3 => prop::sample::select(PARTS), 2 => Just(" ")], 1..14,
            ),
        ) {
            let (guardrail, text) = (CVV.with(Guardrail::clone), parts.concat());
            let all = All::of(&guardrail, &text);
            let ends: Vec<usize> = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
            let starts = parts.iter().scan(0, |at, part| Some(std::mem::replace(at, *at + part.len())));
            let spans = starts.flat_map(|start| [3, 6].map(|bytes| (start, start + bytes)));
            for (start, end) in spans.filter(|&(_, end)| text.is_char_boundary(end)) {
                if all.overlaps_label(start, end) {
                    continue;
                }
                let is_near = all.is_near(start, end);
                let (answer, _) = near(&guardrail, (start, end), &text, true);
                prop_assert_eq!(answer == Context::Near, is_near, "{}..{} of {:?}", start, end, text);
                prop_assert_ne!(answer, Context::Unknown);
                let mut later = ends.iter().filter(|&&later| start <= later && later < end);
                prop_assert!(answer != Context::Nowhere || !later.any(|&later| all.is_near(later, end)), "{text:?}");
                prop_assert!(answer != Context::Absent || !all.words.is_empty(), "nowhere in {text:?}");
                for &arrived in ends.iter().filter(|&&arrived| arrived >= end) {
                    let (answer, begun) = near(&guardrail, (start, end), all.text.split_at(arrived).0, false);
                    if begun.is_some_and(|begun| begun <= end) {
                        continue;
                    }
                    let is_enough = begun.is_none() && arrived > end + all.reach.1 + LOOKAHEAD_BYTES;
                    prop_assert!(answer != Context::Unknown || !is_enough, "{start}..{end} of {text:?} after {arrived}");
                    if answer != Context::Unknown {
                        prop_assert_eq!(answer == Context::Near, is_near, "{}..{} of {:?} after {}", start, end, text, arrived);
                    }
                }
            }
        }
    }

    /// The character after the last word within reach may be as far from it as text can be that is not seen.
    #[test]
    fn a_word_is_absent_once_the_text_after_it_has_arrived() {
        let guardrail = CVV.with(Guardrail::clone);
        let reach = guardrail.enforced().detectors().recognizers().get(BARE).recognizer.context_after;
        assert!(reach > 0);
        let text = format!("4471{}", " ".repeat(reach + LOOKAHEAD_BYTES + 1));
        for (bytes, expected) in
            [(4, Context::Unknown), (text.len() - 1, Context::Unknown), (text.len(), Context::Nowhere)]
        {
            assert_eq!(near(&guardrail, (0, 4), text.split_at(bytes).0, false).0, expected, "{bytes} bytes");
        }
    }
}
