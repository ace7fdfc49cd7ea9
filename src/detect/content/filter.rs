//! The content filters of a policy.

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

/// The content filters of a policy. They read the text together.
#[derive(Debug)]
pub(crate) struct ContentFilters {
    filters: Vec<Filter>,
    /// The terms of all their categories.
    terms: &'static Terms,
}

/// One content filter.
#[derive(Debug)]
struct Filter {
    rule: RuleId,
    category: ContentCategory,
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

/// The state of the filters in some text.
#[derive(Debug, Default)]
pub(crate) struct FiltersState {
    words: WordsState,
    /// Terms that others may still come before.
    waiting: Vec<WordHit>,
    filters: Vec<FilterState>,
}

/// The state of one filter.
#[derive(Debug, Default)]
struct FilterState {
    /// The ends of the last term and of the last exception.
    term_end: usize,
    exception_end: usize,
    /// The window of each side.
    windows: Vec<Window>,
    /// The window of the best score, if it is kept.
    scored: Window,
}

impl Reset for FiltersState {
    fn reset(&mut self) {
        let Self { words, waiting, filters } = self;
        words.reset();
        waiting.reset();
        filters.iter_mut().for_each(Reset::reset);
    }
}

impl Reset for FilterState {
    fn reset(&mut self) {
        let Self { term_end, exception_end, windows, scored } = self;
        scored.reset();
        windows.iter_mut().for_each(Window::reset);
        (*term_end, *exception_end) = (0, 0);
    }
}

impl ContentFilters {
    /// Compiles content filters; `None` if there are no terms.
    pub(crate) fn compile(specs: &[ContentSpec]) -> Option<Self> {
        let terms = Terms::of(specs.iter().map(|spec| spec.category))?;
        let filter = |spec: &ContentSpec| Filter { rule: spec.rule, category: spec.category, sides: Side::of(spec) };
        Some(Self { filters: specs.iter().map(filter).collect(), terms })
    }

    /// Returns the maximum number of bytes of text that a term matches.
    pub(crate) fn longest_term(&self) -> usize {
        self.terms.words.max_length()
    }

    /// Reads the new part of the word view, records the best scores if they are kept, and calls `report` for the span of each finding.
    pub(crate) fn scan(
        &self,
        state: &mut FiltersState,
        (view, text): (&ViewText, &TextBuffer),
        scores: &mut Option<ContentScores>,
        report: &mut dyn FnMut(RuleId, (usize, usize), ContentMatch),
    ) {
        self.terms.words.scan(&mut state.words, view, text, &mut state.waiting);
        let known = if text.is_finished() { usize::MAX } else { self.known_until(state, view, text) };
        let mut ready: Vec<WordHit> = state.waiting.extract_if(.., |hit| hit.start < known).collect();
        // Text order, the longest first.
        ready.sort_by_key(|hit| (hit.start, Reverse(hit.end), number_of(hit)));
        state.filters.resize_with(self.filters.len(), FilterState::default);
        for (filter, state) in self.filters.iter().zip(&mut state.filters) {
            state.windows.resize_with(filter.sides.len(), Window::default);
            for hit in &ready {
                if let Some(term) = self.term(filter, state, hit) {
                    self.add(filter, state, term, scores, report);
                }
            }
            state.windows.iter_mut().for_each(|window| window.forget_before(known));
        }
    }

    /// Adds a term to the windows of a filter.
    fn add(
        &self,
        filter: &Filter,
        FilterState { windows, scored, .. }: &mut FilterState,
        term: Term,
        scores: &mut Option<ContentScores>,
        report: &mut dyn FnMut(RuleId, (usize, usize), ContentMatch),
    ) {
        for (side, window) in filter.sides.iter().zip(windows) {
            if let Some(run) = window.add(term, side.threshold) {
                report(filter.rule, (run.start, run.end), self.matched(filter.category, side, &run));
            }
        }
        if let Some(scores) = scores {
            scored.add(term, u32::MAX);
            scores.note(filter.rule, ContentScore(scored.score(term.start)));
        }
    }

    /// Returns the term that was found, if it counts: the first of overlapping terms does, and none within an exception.
    fn term(&self, filter: &Filter, state: &mut FilterState, hit: &WordHit) -> Option<Term> {
        let (id, start, end) = (number_of(hit), hit.start, hit.end);
        let effect = self.terms.effect(id, filter.category)?;
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
    fn known_until(&self, state: &FiltersState, view: &ViewText, text: &TextBuffer) -> usize {
        let open = self.terms.words.earliest(&state.words, view, text);
        open.into_iter().chain(view.unread()).fold(text.end(), usize::min)
    }

    /// Returns the earliest offset at which a finding may begin that is not reported yet.
    pub(crate) fn earliest(&self, state: &FiltersState, view: &ViewText, text: &TextBuffer) -> Option<usize> {
        let windows = state.filters.iter().flat_map(|filter| &filter.windows);
        let begun = windows.filter_map(Window::first_start);
        let waiting = state.waiting.iter().map(|hit| hit.start);
        begun.chain(waiting).chain(self.terms.words.earliest(&state.words, view, text)).min()
    }

    fn matched(&self, category: ContentCategory, side: &Side, run: &Run) -> ContentMatch {
        ContentMatch {
            category,
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
