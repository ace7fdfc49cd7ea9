//! The recognizers that a policy uses.

use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::canonical::canonical;
use super::entity::EntityType;
use super::entity::recognizer::{Objection, Recognizer, RecognizerInput, Surroundings, VETO_BYTES, Written};
use super::pattern::{Offer, Verdict};
use super::spec::RuleId;
use crate::text::view::{ViewText, text_bytes};
use crate::text::work;

/// The length of the longest values whose validator reads each character, as it counts.
const MAX_READ_BYTES: usize = 320;

/// One use of a recognizer by a rule.
#[derive(Debug)]
pub(crate) struct EntityUse {
    pub(crate) rule: RuleId,
    pub(crate) recognizer: &'static Recognizer,
    /// Number of its list of context words.
    pub(crate) context: u32,
    pub(crate) entity: EntityType,
}

/// The recognizers that a policy uses, numbered.
#[derive(Debug, Default)]
pub(crate) struct Recognizers {
    uses: Vec<EntityUse>,
    /// The type and the canonical forms of the values that a rule never reports.
    allowed: HashMap<RuleId, (EntityType, HashSet<String>)>,
}

impl Recognizers {
    /// Adds a use, and returns its number.
    pub(super) fn add(&mut self, entity_use: EntityUse) -> u32 {
        self.uses.push(entity_use);
        u32::try_from(self.uses.len() - 1).unwrap_or(u32::MAX)
    }

    /// Adds values that a rule never reports.
    pub(super) fn allow(&mut self, rule: RuleId, entity: EntityType, values: &[String]) {
        let values = values.iter().map(|value| canonical(Some(entity), value)).collect();
        self.allowed.insert(rule, (entity, values));
    }

    /// Returns `true` if the policy names no entity type.
    pub(crate) fn is_empty(&self) -> bool {
        self.uses.is_empty()
    }

    /// Returns the largest distance between a span and a context word of it.
    pub(crate) fn max_context_bytes(&self) -> usize {
        self.uses
            .iter()
            .map(|used| used.recognizer.context_before.max(used.recognizer.context_after))
            .max()
            .unwrap_or(0)
    }

    /// Returns the use with this number.
    #[expect(clippy::indexing_slicing, reason = "numbers come from `add`")]
    pub(crate) fn get(&self, number: u32) -> &EntityUse {
        &self.uses[number as usize]
    }

    /// Validates a span of the entity view.
    pub(crate) fn validate(&self, number: u32, view: &ViewText, start: usize, end: usize) -> Verdict {
        match self.get(number).recognizer.needs.count.rejected(view.slice(start..end)) {
            Some(bytes) => Verdict::RejectBefore(bytes),
            None => self.validate_offer(
                Offer { tag: number, start, end, accepted: start, lacks_context: false },
                &Inputs::new(view),
            ),
        }
    }

    /// Validates a span that is as the recognizer needs it.
    pub(super) fn validate_offer(&self, offer: Offer, inputs: &Inputs<'_>) -> Verdict {
        let input = match inputs.of(offer.start, offer.end) {
            Ok(input) => input,
            Err(rejected) => return rejected,
        };
        let accepted = offer.accepted - offer.start;
        // Long values, and the part that was accepted, are searched for signs and not read.
        let unread = (input.text.len() - accepted).min(MAX_READ_BYTES);
        work::count(2 + unread / 4 + (input.text.len() - unread) / 64);
        let used = self.get(offer.tag);
        let input = RecognizerInput { accepted, lacks_context: offer.lacks_context, ..input };
        let verdict = (used.recognizer.validate)(&input);
        if !is_good(verdict) {
            return verdict;
        }
        if used.entity.ends_at_dashes()
            && let Some(dash) = parting_dash(used.recognizer, &input, inputs, offer)
        {
            return Verdict::RejectBefore(dash + 1 - offer.start);
        }
        // What is after a tab is the next cell of a table.
        if used.entity.is_in_one_cell()
            && let Some(tab) = inputs.view.last_tab(value_of(used.recognizer, &input, offer.start))
        {
            return Verdict::RejectBefore(tab + 1 - offer.start);
        }
        verdict
    }

    /// Returns the objection to a candidate because of the text around it, or `None` while that is unknown.
    pub(crate) fn veto(
        &self,
        (number, verdict): (u32, Verdict),
        view: &ViewText,
        (start, end): (usize, usize),
        is_last: bool,
    ) -> Option<Objection> {
        let Some(veto) = self.get(number).recognizer.veto else { return Some(Objection::None) };
        let (from, to) = (view.view_at(start), view.view_at(end));
        let limit = view.view_at(end + text_bytes(VETO_BYTES)).min(to + VETO_BYTES);
        let after = view.slice(to..view.floor_boundary(limit));
        let run_end = after.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-".contains(c)));
        if run_end.is_none()
            && !is_last
            && limit < to + VETO_BYTES
            && view.text_end(view.end()) < end + text_bytes(VETO_BYTES)
        {
            return None;
        }
        let before = view.slice(view.floor_boundary(from.saturating_sub(VETO_BYTES))..from);
        // The text beyond the end of the run may not have arrived.
        let run = run_end.map_or(after.len(), |at| after.ceil_char_boundary(at + 1));
        let after = after.get(..run).unwrap_or(after);
        Some(veto(&Surroundings { before, text: view.slice(from..to), after, is_sure: verdict == Verdict::Accept }))
    }

    /// Returns the part of a candidate that is the value.
    pub(crate) fn value_span(&self, number: u32, view: &ViewText, start: usize, end: usize) -> (usize, usize) {
        let Some(value) = self.get(number).recognizer.value else { return (start, end) };
        let (from, to) = (view.view_at(start), view.view_at(end));
        let range = value(view.slice(from..to));
        if range.is_empty() || from + range.end > to {
            return (start, end);
        }
        (view.text_start(from + range.start), view.text_end(from + range.end))
    }

    /// Returns `true` if a rule never reports this value.
    pub(crate) fn is_allowed(&self, rule: RuleId, value: &str) -> bool {
        self.allowed.get(&rule).is_some_and(|(entity, values)| values.contains(&canonical(Some(*entity), value)))
    }
}

fn is_good(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Accept | Verdict::NeedsContext)
}

/// Returns where a dash that parts sentences is in the value of a candidate that is whole without the word after the last dash, or
/// without the one before the first: it may be one of the text.
fn parting_dash(
    recognizer: &Recognizer,
    c: &RecognizerInput<'_>,
    inputs: &Inputs<'_>,
    Offer { start, end, .. }: Offer,
) -> Option<usize> {
    let value = value_of(recognizer, c, start);
    let view = inputs.view;
    let last = view.last_sentence_dash(value.clone())?;
    let is_value = |from, to| inputs.of(from, to).is_ok_and(|part| is_good((recognizer.validate)(&part)));
    if is_word_beside(view.slice(last + 1..end)) && is_value(start, last) {
        return Some(last);
    }
    let first = view.first_sentence_dash(value.clone())?;
    let (word, rest) = (view.slice(start..first), view.slice(first + 1..end));
    // `Heinrich—Heine—Allee 53` is one name.
    let is_joined = word.starts_with(char::is_uppercase) && rest.starts_with(char::is_uppercase);
    (start == value.start && !is_joined && is_word_beside(word) && is_value(first + 1, end)).then_some(first)
}

/// Returns the part of the view with the value of a candidate that begins at `start`.
fn value_of(recognizer: &Recognizer, c: &RecognizerInput<'_>, start: usize) -> Range<usize> {
    let value = recognizer.value.map_or(0..c.text.len(), |value| value(c.text));
    start + value.start..start + value.end
}

/// Returns `true` for a word beside a dash, or nothing.
fn is_word_beside(word: &str) -> bool {
    word.len() != 1
        && word.bytes().all(|b| b.is_ascii_alphabetic())
        && !word.bytes().skip(1).any(|b| b.is_ascii_uppercase())
}

/// A candidate and what validators read of it, or the verdict if none of them accepts it.
#[derive(Clone, Copy)]
struct Known<'v> {
    span: (usize, usize),
    input: Result<RecognizerInput<'v>, Verdict>,
}

/// The input of validators: many are offered the same span, of which the surroundings are looked at once.
pub(crate) struct Inputs<'v> {
    view: &'v ViewText,
    /// The last spans, by their start. Most chunks of a stream have none.
    known: OnceCell<[Cell<Option<Known<'v>>>; KNOWN_SPANS]>,
    /// The last end: many starts are offered with it.
    end: Cell<Option<KnownEnd>>,
}

/// The end of candidates.
#[derive(Clone, Copy)]
struct KnownEnd {
    end: usize,
    /// No value that ends here begins before.
    first: usize,
    after: Option<char>,
}

/// Odd, so that starts at every second byte use all of them.
const KNOWN_SPANS: usize = 17;

impl<'v> Inputs<'v> {
    pub(crate) fn new(view: &'v ViewText) -> Self {
        Self { view, known: OnceCell::new(), end: Cell::new(None) }
    }

    /// Returns the input for a span, or the verdict if no value begins or ends where it does.
    #[expect(clippy::indexing_slicing, reason = "below the length")]
    pub(crate) fn of(&self, start: usize, end: usize) -> Result<RecognizerInput<'v>, Verdict> {
        let cell = &self.known.get_or_init(|| [const { Cell::new(None) }; KNOWN_SPANS])[start % KNOWN_SPANS];
        let known = cell.get().filter(|known| known.span == (start, end)).unwrap_or_else(|| {
            let known = Known { span: (start, end), input: self.read(start, end) };
            cell.set(Some(known));
            known
        });
        known.input
    }

    fn read(&self, start: usize, end: usize) -> Result<RecognizerInput<'v>, Verdict> {
        work::count(10);
        let view = self.view;
        if view.splits_percent(start) || view.begins_with_mark(start..end) {
            return Err(Verdict::RejectStarts(1));
        }
        let KnownEnd { first, after, .. } = self.end.get().filter(|known| known.end == end).unwrap_or_else(|| {
            let known = KnownEnd { end, first: view.first_before_mark(end), after: view.char_after(end) };
            self.end.set(Some(known));
            known
        });
        if start < first {
            return Err(Verdict::RejectBefore(first - start));
        }
        let (text, head) = (view.slice(start..end), view.head(start));
        let (before, written) = (view.char_before(start), Written { view, start });
        Ok(RecognizerInput { text, head, before, after, written, accepted: 0, lacks_context: false })
    }
}
