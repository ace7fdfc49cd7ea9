//! A content filter.

use std::cmp::Reverse;
use std::sync::Arc;

use super::category::{ContentCategory, FilterStrength};
use super::list::Effect;
use super::score::{ContentScore, ContentScores};
use super::terms::Terms;
use super::window::{Run, Term, TermId, Window};
use crate::detect::spec::{ContentSpec, RuleId};
use crate::detect::words::{WordHit, WordRole, WordsState};
use crate::text::buffer::TextBuffer;
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// A content filter of a policy.
#[derive(Debug)]
pub(crate) struct ContentFilter {
    rule: RuleId,
    category: ContentCategory,
    terms: &'static Terms,
    sides: Vec<Side>,
}

/// The strength of a filter in one direction, or in both.
#[derive(Debug)]
struct Side {
    strength: FilterStrength,
    threshold: u32,
    for_input: bool,
    for_output: bool,
}

/// The reason for a finding of a content filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentMatch {
    pub(crate) category: ContentCategory,
    /// The strength of the filter that has the finding.
    pub(crate) strength: FilterStrength,
    pub(crate) score: ContentScore,
    /// The terms that reached it, as in the list, the heaviest first.
    pub(crate) terms: Vec<Arc<str>>,
    /// The directions of text in which the filter has this strength.
    pub(crate) for_input: bool,
    pub(crate) for_output: bool,
}

/// The state of a filter in some text.
#[derive(Debug, Default)]
pub(crate) struct FilterState {
    words: WordsState,
    /// Terms that others may still come before.
    waiting: Vec<WordHit>,
    /// The ends of the last term and of the last exception.
    term_end: usize,
    exception_end: usize,
    /// The window of each side.
    windows: Vec<Window>,
    /// The window of the best score, if it is kept.
    scored: Window,
}

impl Reset for FilterState {
    fn reset(&mut self) {
        let Self { words, waiting, term_end, exception_end, windows, scored } = self;
        words.reset();
        waiting.reset();
        scored.reset();
        windows.iter_mut().for_each(Window::reset);
        (*term_end, *exception_end) = (0, 0);
    }
}

impl ContentFilter {
    /// Compiles a content filter.
    pub(crate) fn compile(spec: &ContentSpec) -> Option<Self> {
        let terms = Terms::of(spec.category)?;
        Some(Self { rule: spec.rule, category: spec.category, terms, sides: Side::of(spec) })
    }

    /// Returns the maximum number of bytes of text that a term matches.
    pub(crate) fn longest_term(&self) -> usize {
        self.terms.words.max_length()
    }

    /// Reads the new part of the word view, records the best score if it is kept, and calls `report` for the span of each finding.
    pub(crate) fn scan(
        &self,
        state: &mut FilterState,
        (view, text): (&ViewText, &TextBuffer),
        scores: &mut Option<ContentScores>,
        report: &mut dyn FnMut(RuleId, (usize, usize), ContentMatch),
    ) {
        self.terms.words.scan(&mut state.words, view, text, &mut state.waiting);
        let known = if text.is_finished() { usize::MAX } else { self.known_until(state, view, text) };
        state.windows.resize_with(self.sides.len(), Window::default);
        let mut ready: Vec<WordHit> = state.waiting.extract_if(.., |hit| hit.start < known).collect();
        // Text order, the longest first.
        ready.sort_by_key(|hit| (hit.start, Reverse(hit.end), number_of(hit)));
        for term in ready.iter().filter_map(|hit| self.term(state, hit)).collect::<Vec<_>>() {
            for (side, window) in self.sides.iter().zip(&mut state.windows) {
                if let Some(run) = window.add(term, side.threshold) {
                    report(self.rule, (run.start, run.end), self.matched(side, &run));
                }
            }
            if let Some(scores) = scores {
                state.scored.add(term, u32::MAX);
                scores.note(self.rule, ContentScore(state.scored.score(term.start)));
            }
        }
        state.windows.iter_mut().for_each(|window| window.forget_before(known));
    }

    /// Returns the term that was found, if it counts: the first of overlapping terms does, and none within an exception.
    fn term(&self, state: &mut FilterState, hit: &WordHit) -> Option<Term> {
        let (id, start, end) = (number_of(hit), hit.start, hit.end);
        let effect = self.terms.effect(id)?;
        if effect == Effect::Never {
            state.exception_end = state.exception_end.max(end);
            return None;
        }
        if start < state.term_end || end <= state.exception_end {
            return None;
        }
        state.term_end = end;
        Some(Term { id, effect, start, end })
    }

    /// Returns the offset before which all terms are known.
    fn known_until(&self, state: &FilterState, view: &ViewText, text: &TextBuffer) -> usize {
        let open = self.terms.words.earliest(&state.words, view, text);
        open.into_iter().chain(view.unread()).fold(text.end(), usize::min)
    }

    /// Returns the earliest offset at which a finding may begin that is not reported yet.
    pub(crate) fn earliest(&self, state: &FilterState, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        let begun = state.windows.iter().filter_map(Window::first_start);
        let waiting = state.waiting.iter().map(|hit| hit.start);
        begun.chain(waiting).chain(self.terms.words.earliest(&state.words, view, text)).min()
    }

    fn matched(&self, side: &Side, run: &Run) -> ContentMatch {
        ContentMatch {
            category: self.category,
            strength: side.strength,
            score: run.score,
            terms: run.terms.iter().filter_map(|&id| self.terms.text(id)).map(Arc::clone).collect(),
            for_input: side.for_input,
            for_output: side.for_output,
        }
    }
}

impl Side {
    /// Returns both directions as one side if their strengths are equal.
    fn of(spec: &ContentSpec) -> Vec<Self> {
        let side = |strength: FilterStrength, for_input, for_output| {
            strength.threshold().map(|threshold| Self { strength, threshold, for_input, for_output })
        };
        if spec.input == spec.output {
            return side(spec.input, true, true).into_iter().collect();
        }
        side(spec.input, true, false).into_iter().chain(side(spec.output, false, true)).collect()
    }
}

/// Returns the number of the term.
fn number_of(hit: &WordHit) -> TermId {
    match hit.role {
        WordRole::Rule(number) | WordRole::Exception(number) | WordRole::Context(number) => number,
    }
}
