//! Settles, in text order, which candidates are findings.
//!
//! A candidate is settled when nothing that begins at or before it is still open: then all that could stand in its way is known.
//! What is settled does not depend on how the text was cut, for it depends on the text alone.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use crate::detect::detectors::{Candidate, Detectors, Mark, Origin};
use crate::detect::entity::recognizer::Verdict;
use crate::detect::scanner::Views;
use crate::detect::spec::RuleId;
use crate::detect::topic::Likeness;
use crate::text::buffer::TextBuffer;

/// A candidate that is a finding.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) rule: RuleId,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) likeness: Option<Likeness>,
}

/// Whether a context word is near.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Near,
    Absent,
    NotYet,
}

/// Text order; of candidates that begin together the longest first. The rest makes the order complete.
type Key = (usize, Reverse<usize>, RuleId, u8, u32, usize);

/// Candidates that wait, and what their settling depends on.
#[derive(Debug, Default)]
pub(super) struct Decider {
    waiting: BTreeMap<Key, Candidate>,
    arrived: usize,
    exceptions: VecDeque<Mark>,
    /// For each list of context words, where they stand; ascending.
    contexts: Vec<VecDeque<(usize, usize)>>,
    /// For each rule: the end of its last finding by a pattern, and by a word.
    ends: Vec<(usize, usize)>,
}

impl Decider {
    pub(super) fn new(rules: usize) -> Self {
        Self { ends: vec![(0, 0); rules], ..Self::default() }
    }

    /// Takes in what the detectors found.
    pub(super) fn take(
        &mut self,
        candidates: &mut Vec<Candidate>,
        exceptions: &mut Vec<Mark>,
        contexts: &mut Vec<Mark>,
    ) {
        for candidate in candidates.drain(..) {
            self.wait(candidate);
        }
        self.exceptions.extend(exceptions.drain(..));
        for mark in contexts.drain(..) {
            let class = mark.of as usize;
            if self.contexts.len() <= class {
                self.contexts.resize_with(class + 1, VecDeque::new);
            }
            let marks = &mut self.contexts[class];
            let at = marks.partition_point(|&known| known <= (mark.start, mark.end));
            marks.insert(at, (mark.start, mark.end));
        }
    }

    fn wait(&mut self, candidate: Candidate) {
        let Some(first) = candidate.starts.first() else { return };
        let (rank, number) = match &candidate.origin {
            Origin::Entity(number, Verdict::Accept) => (0, *number),
            Origin::Entity(number, _) => (1, *number),
            Origin::Pattern => (2, 0),
            Origin::Word => (3, 0),
            Origin::Window(_) => (4, 0),
        };
        self.arrived += 1;
        self.waiting.insert((first, Reverse(candidate.end), candidate.rule, rank, number, self.arrived), candidate);
    }

    /// Settles all candidates that begin before `frontier`, unless one must wait for a context word. Returns the offset before
    /// which everything is settled.
    pub(super) fn settle(
        &mut self,
        frontier: usize,
        detectors: &Detectors,
        text: &TextBuffer,
        views: &Views,
        out: &mut Vec<Settled>,
    ) -> usize {
        while let Some(entry) = self.waiting.first_entry() {
            let first = entry.key().0;
            if first >= frontier {
                break;
            }
            let mut candidate = entry.remove();
            let open = self.open_start(&candidate);
            match open {
                None => continue,
                Some(start) if start > first => {
                    candidate.starts.forget_before(start);
                    self.wait(candidate);
                    continue;
                }
                Some(_) => {}
            }
            if let Origin::Entity(number, Verdict::NeedsContext) = candidate.origin {
                match self.context(detectors, number, first, candidate.end, text) {
                    Context::Near => {}
                    Context::Absent => continue,
                    Context::NotYet => {
                        self.wait(candidate);
                        return first;
                    }
                }
            }
            if let Origin::Entity(number, _) = candidate.origin {
                match detectors.veto(number, views.entity(), first, candidate.end, text.is_finished()) {
                    Some(false) => {}
                    Some(true) => continue,
                    None => {
                        self.wait(candidate);
                        return first;
                    }
                }
            }
            self.accept(&candidate, first, detectors, (text, views), out);
        }
        frontier
    }

    /// The first start of a candidate that lies in no earlier finding of its rule.
    fn open_start(&self, candidate: &Candidate) -> Option<usize> {
        let (pattern_end, word_end) = self.ends[candidate.rule as usize];
        match candidate.origin {
            Origin::Pattern | Origin::Entity(..) => {
                candidate.starts.first_from(pattern_end).filter(|&start| start < candidate.end)
            }
            // Words of one list may overlap; one inside another adds nothing.
            Origin::Word => candidate.starts.first().filter(|_| candidate.end > word_end),
            Origin::Window(_) => candidate.starts.first(),
        }
    }

    fn accept(
        &mut self,
        candidate: &Candidate,
        start: usize,
        detectors: &Detectors,
        (text, views): (&TextBuffer, &Views),
        out: &mut Vec<Settled>,
    ) {
        let (rule, end) = (candidate.rule, candidate.end);
        let settled = match &candidate.origin {
            Origin::Window(window) => {
                let exceptions = self.exceptions.make_contiguous();
                detectors.judge_window(window, exceptions).map(|likeness| Settled {
                    rule,
                    start: likeness.start,
                    end: likeness.end,
                    likeness: Some(likeness),
                })
            }
            Origin::Word | Origin::Pattern if self.is_excepted(rule, start, end) => None,
            Origin::Word => {
                self.ends[rule as usize].1 = end;
                Some(Settled { rule, start, end, likeness: None })
            }
            Origin::Pattern => {
                self.ends[rule as usize].0 = end;
                Some(Settled { rule, start, end, likeness: None })
            }
            Origin::Entity(number, _) => {
                self.ends[rule as usize].0 = end;
                let (start, end) = detectors.value_span(*number, views.entity(), start, end);
                let allowed = detectors.is_allowed(rule, text.slice(start, end));
                (!allowed).then_some(Settled { rule, start, end, likeness: None })
            }
        };
        out.extend(settled);
    }

    fn is_excepted(&self, rule: RuleId, start: usize, end: usize) -> bool {
        self.exceptions.iter().any(|mark| mark.of == rule && mark.start <= start && end <= mark.end)
    }

    fn context(&self, detectors: &Detectors, number: u32, start: usize, end: usize, text: &TextBuffer) -> Context {
        let entity = detectors.entity_use(number);
        let (from, to) = (start.saturating_sub(entity.recognizer.reach_before), end + entity.recognizer.reach_after);
        let near = self.contexts.get(entity.context as usize).is_some_and(|marks| {
            let first = marks.partition_point(|&(mark, _)| mark < from);
            let mut marks = marks.range(first..).take_while(|&&(mark, _)| mark < to);
            marks.any(|&(mark_start, mark_end)| mark_end <= start || (mark_start >= end && mark_end <= to))
        });
        // A word that ends within reach is known once the character behind it is.
        let all_known = text.is_finished() || text.end() > to + crate::detect::detectors::LOOKAHEAD_BYTES;
        match (near, all_known) {
            (true, _) => Context::Near,
            (false, true) => Context::Absent,
            (false, false) => Context::NotYet,
        }
    }

    /// Forgets what no candidate from `settled` on can need.
    pub(super) fn forget_before(&mut self, settled: usize, reach: usize) {
        while self.exceptions.front().is_some_and(|mark| mark.end <= settled) {
            self.exceptions.pop_front();
        }
        for marks in &mut self.contexts {
            while marks.front().is_some_and(|&(start, _)| start + reach < settled) {
                marks.pop_front();
            }
        }
    }
}
