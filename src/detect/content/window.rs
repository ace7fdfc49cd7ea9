//! The window of one filter: the terms that count together.

use std::collections::VecDeque;

use super::list::Effect;
use super::score::ContentScore;
use crate::text::reset::Reset;

/// Terms count together if they begin within this many bytes.
pub(crate) const FILTER_WINDOW_BYTES: usize = 300;

/// The number of a line of a list.
pub(super) type TermId = u32;

/// A term in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) id: TermId,
    pub(super) effect: Effect,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Terms that reach a threshold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) score: ContentScore,
    /// The terms, the heaviest first.
    pub(super) terms: Vec<TermId>,
}

/// The terms of the last window that no finding has.
#[derive(Debug, Default)]
pub(super) struct Window {
    terms: VecDeque<Term>,
    /// The start of the last term of a group.
    group: Option<usize>,
}

impl Reset for Window {
    fn reset(&mut self) {
        let Self { terms, group } = self;
        terms.reset();
        *group = None;
    }
}

impl Window {
    /// Adds the next term in text order. Returns the terms that reach the threshold with it, which then count no more.
    pub(super) fn add(&mut self, term: Term, threshold: u32) -> Option<Run> {
        self.forget_before(term.start);
        match term.effect {
            Effect::Group => self.group = Some(term.start),
            Effect::Never => return None,
            Effect::Counts(_) | Effect::CountsWithGroup(_) => {
                // A term counts once: to repeat it proves nothing.
                self.terms.retain(|known| known.id != term.id);
                self.terms.push_back(term);
            }
        }
        if self.score(term.start) < threshold { None } else { self.take_run(term.start) }
    }

    /// Returns the sum of the weights of the terms, as seen from `at`.
    pub(super) fn score(&self, at: usize) -> u32 {
        let has_company = self.has_company();
        self.terms.iter().map(|term| weight(term, has_company, at)).fold(0, u32::saturating_add)
    }

    /// Forgets the terms that no term from `start` on counts together with.
    pub(super) fn forget_before(&mut self, start: usize) {
        while self.terms.front().is_some_and(|term| term.start + FILTER_WINDOW_BYTES < start) {
            self.terms.pop_front();
        }
        self.group = self.group.filter(|group| group + FILTER_WINDOW_BYTES >= start);
    }

    /// Returns the start of the first term that may still be part of a finding.
    pub(super) fn first_start(&self) -> Option<usize> {
        self.terms.front().map(|term| term.start)
    }

    /// Returns `true` if the terms that need company have it: a term of a group, or one that counts by itself.
    fn has_company(&self) -> bool {
        self.group.is_some() || self.terms.iter().any(|term| matches!(term.effect, Effect::Counts(_)))
    }

    fn take_run(&mut self, at: usize) -> Option<Run> {
        let score = ContentScore(self.score(at));
        let has_company = self.has_company();
        let mut terms: Vec<(u32, Term)> =
            self.terms.iter().map(|term| (weight(term, has_company, at), *term)).collect();
        terms.retain(|&(weight, _)| weight > 0);
        let start = terms.iter().map(|(_, term)| term.start).min()?;
        let end = terms.iter().map(|(_, term)| term.end).max()?;
        terms.sort_by_key(|&(weight, term)| (std::cmp::Reverse(weight), term.start));
        self.terms.clear();
        Some(Run { start, end, score, terms: terms.into_iter().map(|(_, term)| term.id).collect() })
    }
}

/// Returns the weight of a term as seen from `at`: the farther it is, the less it counts, down to one half.
fn weight(term: &Term, has_company: bool, at: usize) -> u32 {
    let weight = match term.effect {
        Effect::Counts(weight) => weight,
        Effect::CountsWithGroup(weight) if has_company => weight,
        Effect::CountsWithGroup(_) | Effect::Group | Effect::Never => 0,
    };
    let distance = at.saturating_sub(term.start).min(FILTER_WINDOW_BYTES);
    let near = u32::try_from(2 * FILTER_WINDOW_BYTES - distance).unwrap_or(0);
    weight * near / u32::try_from(2 * FILTER_WINDOW_BYTES).unwrap_or(1)
}
