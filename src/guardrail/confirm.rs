//! Confirms candidates as findings, in text order.
//!
//! A candidate is decided once no candidate that begins at or before it can still arrive. Findings depend on the text alone, not on how
//! it was split.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use super::context::{Context, Contexts};
use super::cover::Cover;
use super::decision::{ConfirmedFinding, Decision, Reason};
use super::evidence::Evidence;
use super::near_label::{near_label, within_label};
use super::source::Source;
use crate::detect::content::ContentMatch;
use crate::detect::detectors::Detectors;
use crate::detect::entity::recognizer::Objection;
use crate::detect::output::{Candidate, Origin, ScanOutput};
use crate::detect::pattern::Verdict;
use crate::detect::spec::RuleId;
use crate::detect::topic::{BestScores, Window};
use crate::text::normalize::View;
use crate::text::reset::Reset;
use crate::text::work;

/// Text order: by start, then the longest first. The other members make the order total.
type CandidateOrder = (usize, Reverse<usize>, RuleId, u8, u32, usize);

/// The ends of the last findings of a rule.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    /// The last finding by a pattern.
    pattern: usize,
    /// The last finding by a word.
    word: usize,
}

/// Decides candidates in text order.
///
/// # What may be forgotten
///
/// Candidates that still arrive begin at or after the frontier, and so at or after the offset that is confirmed. They look back no
/// further than their context distance, and labels that touch it. An exception of a word or a pattern contains all of it, so it ends
/// after its start. An exception of a window may contain words long before the first that can begin a finding: exceptions are kept
/// from the start of the open window, and of each window that waits.
#[derive(Debug, Default)]
pub(super) struct Confirmer {
    waiting: BTreeMap<CandidateOrder, Candidate>,
    arrived: usize,
    /// The starts of the windows that wait. They arrive and are decided in text order.
    windows: VecDeque<usize>,
    /// The exceptions of each rule, up to the last that has any.
    exceptions: Vec<Cover>,
    contexts: Contexts,
    /// The last findings of each rule, up to the last that has any.
    ends: Vec<Ends>,
    /// The best score of each topic, if scores are kept.
    best: BestScores,
}

impl Reset for Confirmer {
    fn reset(&mut self) {
        let Self { waiting, arrived, windows, exceptions, contexts, ends, best } = self;
        waiting.clear();
        *arrived = 0;
        windows.reset();
        exceptions.iter_mut().for_each(Cover::reset);
        contexts.reset();
        ends.reset();
        *best = BestScores::default();
    }
}

impl Confirmer {
    /// Returns the best scores of the topics whose windows were decided here, if scores are kept.
    pub(super) fn best_scores(&self) -> &BestScores {
        &self.best
    }

    /// Returns true if no candidate waits.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Adds the output of the detectors.
    pub(super) fn take(&mut self, found: &mut ScanOutput) {
        if found.candidates.is_empty() && found.exceptions.is_empty() {
            return;
        }
        for candidate in found.candidates.drain(..) {
            if let Origin::Window(window) = &candidate.origin {
                self.windows.push_back(window.start());
            }
            self.wait(candidate);
        }
        for mark in found.exceptions.drain(..) {
            of_rule(&mut self.exceptions, mark.tag, |exceptions| exceptions.add(mark.start, mark.end));
        }
    }

    fn wait(&mut self, candidate: Candidate) {
        let Some(first) = candidate.starts.first() else { return };
        let (rank, number) = match &candidate.origin {
            Origin::Entity(number, Verdict::Accept) | Origin::Tagged(number, _) => (0, *number),
            Origin::Entity(number, _) => (1, *number),
            Origin::Pattern => (2, 0),
            Origin::Word => (3, 0),
            Origin::Window(_) => (4, 0),
            Origin::Content(_) => (5, 0),
        };
        self.arrived += 1;
        self.waiting.insert((first, Reverse(candidate.end), candidate.rule, rank, number, self.arrived), candidate);
    }

    /// Decides all candidates that begin before `frontier`, unless one depends on text after it. Returns the offset before which
    /// everything is decided.
    pub(super) fn confirm_until(
        &mut self,
        frontier: usize,
        evidence: Evidence<'_>,
        out: &mut Vec<ConfirmedFinding>,
    ) -> usize {
        while let Some(entry) = self.waiting.first_entry() {
            let first = entry.key().0;
            if first >= frontier {
                break;
            }
            work::count(10);
            let mut candidate = entry.remove();
            let decision = match self.open_start(&candidate, evidence) {
                None => Decision::Made(None),
                Some(start) if start > first => Decision::From(start),
                Some(_) => self.decide(&candidate, first, evidence),
            };
            match decision {
                Decision::Made(finding) => {
                    if matches!(candidate.origin, Origin::Window(_)) {
                        self.windows.pop_front();
                    }
                    out.extend(finding);
                }
                Decision::From(start) => {
                    if restart(&mut candidate, start, evidence) {
                        self.wait(candidate);
                    }
                }
                Decision::Unknown => {
                    self.wait(candidate);
                    return first;
                }
            }
        }
        frontier
    }

    /// Returns the first start of a candidate that is not inside an earlier finding of its rule, or the first one of all if it may
    /// overlap that finding.
    fn open_start(&self, candidate: &Candidate, evidence: Evidence<'_>) -> Option<usize> {
        let ends = self.ends.get(candidate.rule as usize).copied().unwrap_or_default();
        match candidate.origin {
            // A secret is masked to its end, even if an earlier finding is a part of it.
            Origin::Entity(number, Verdict::Accept)
                if candidate.end > ends.pattern && evidence.detectors.recognizers().get(number).entity.is_secret() =>
            {
                candidate.starts.first()
            }
            Origin::Pattern | Origin::Entity(..) | Origin::Tagged(..) => {
                candidate.starts.first_from(ends.pattern).filter(|&start| start < candidate.end)
            }
            // Words of one list may overlap, but a word inside another adds nothing.
            Origin::Word => candidate.starts.first().filter(|_| candidate.end > ends.word),
            Origin::Window(_) | Origin::Content(_) => candidate.starts.first(),
        }
    }

    fn decide(&mut self, candidate: &Candidate, start: usize, evidence: Evidence<'_>) -> Decision {
        let (rule, end) = (candidate.rule, candidate.end);
        match &candidate.origin {
            Origin::Window(window) => self.decide_window(window, rule, end, evidence),
            Origin::Content(found) => {
                let is_filtered = match evidence.source {
                    Source::Input => found.for_input,
                    Source::Output => found.for_output,
                };
                let reason = || Some(Reason::Content(ContentMatch::clone(found)));
                Decision::Made(is_filtered.then(|| ConfirmedFinding { rule, start, end, reason: reason() }))
            }
            Origin::Word => near_label((start, end), (start, end), (rule, true, View::Word), evidence)
                .unwrap_or_else(|| self.decide_literal(rule, (start, end), |ends| ends.word = end)),
            Origin::Pattern => within_label(start, end, rule, evidence)
                .unwrap_or_else(|| self.decide_literal(rule, (start, end), |ends| ends.pattern = end)),
            Origin::Entity(number, verdict) => self.decide_entity(*number, *verdict, (start, end), rule, evidence),
            Origin::Tagged(number, signs) => {
                match self.decide_entity(*number, Verdict::Accept, (start, end), rule, evidence) {
                    Decision::Made(Some(finding)) => {
                        Decision::Made(Some(ConfirmedFinding { reason: Some(Reason::Model(*signs)), ..finding }))
                    }
                    decision => decision,
                }
            }
        }
    }

    /// Decides a word or a match of a pattern, which is a finding unless it is excepted.
    fn decide_literal(&mut self, rule: RuleId, (start, end): (usize, usize), note: impl FnOnce(&mut Ends)) -> Decision {
        if self.is_excepted(rule, start, end) {
            return Decision::Made(None);
        }
        self.note(rule, note);
        Decision::Made(Some(ConfirmedFinding { rule, start, end, reason: None }))
    }

    fn decide_window(&mut self, window: &Window, rule: RuleId, end: usize, evidence: Evidence<'_>) -> Decision {
        // An exception of its last words may end after it.
        if window.has_exceptions() && evidence.words_known_until < end {
            return Decision::Unknown;
        }
        let excepted = |start, end| self.is_excepted(rule, start, end);
        let keeps_scores = evidence.policy.keeps_topic_scores;
        let Some(topics) = evidence.topics else { return Decision::Made(None) };
        let (score, similarity) = topics.score_window(window, &excepted, keeps_scores);
        if keeps_scores {
            self.best.note(rule, score);
        }
        Decision::Made(similarity.map(|similarity| ConfirmedFinding {
            rule,
            start: similarity.start,
            end: similarity.end,
            reason: Some(Reason::Topic(similarity)),
        }))
    }

    fn decide_entity(
        &mut self,
        number: u32,
        verdict: Verdict,
        (start, end): (usize, usize),
        rule: RuleId,
        evidence: Evidence<'_>,
    ) -> Decision {
        let (detectors, text, view) = (evidence.detectors, evidence.text, evidence.views.entity());
        let value = detectors.recognizers().value_span(number, view, start, end);
        let is_sure = verdict == Verdict::Accept;
        if let Some(decision) = near_label(value, (start, end), (rule, is_sure, View::Entity), evidence) {
            return decision;
        }
        let objection = detectors.recognizers().veto((number, verdict), view, (start, end), text.is_finished());
        match objection {
            None => return Decision::Unknown,
            Some(Objection::None | Objection::Doubt) => {}
            Some(Objection::Start) => return Decision::From(start + 1),
            Some(Objection::End) => return Decision::Made(None),
        }
        if verdict == Verdict::NeedsContext || objection == Some(Objection::Doubt) {
            match self.contexts.near((detectors, number), (start, end), text, evidence.labels) {
                Context::Near => {}
                // A later start that needs none is a candidate of its own.
                Context::Nowhere if verdict == Verdict::NeedsContext => return Decision::Made(None),
                // A later start may be nearer to a context word, or need none.
                Context::Absent | Context::Nowhere => return Decision::From(start + 1),
                Context::Unknown => return Decision::Unknown,
            }
        }
        self.note(rule, |ends| ends.pattern = end);
        let (start, end) = value;
        let allowed = detectors.recognizers().is_allowed(rule, text.slice(start, end));
        Decision::Made((!allowed).then_some(ConfirmedFinding { rule, start, end, reason: None }))
    }

    fn note(&mut self, rule: RuleId, note: impl FnOnce(&mut Ends)) {
        of_rule(&mut self.ends, rule, note);
    }

    fn is_excepted(&self, rule: RuleId, start: usize, end: usize) -> bool {
        self.exceptions.get(rule as usize).is_some_and(|exceptions| exceptions.covers(start, end))
    }

    /// Forgets what no candidate from `confirmed_until` on can need. `window` is the start of the open window.
    pub(super) fn forget_before(&mut self, confirmed_until: usize, window: Option<usize>, evidence: Evidence<'_>) {
        let windows = window.into_iter().chain(self.windows.front().copied());
        let excepted = windows.fold(confirmed_until, usize::min);
        self.exceptions.iter_mut().for_each(|exceptions| exceptions.forget_before(excepted));
        let needed = confirmed_until.saturating_sub(evidence.detectors.max_context_bytes());
        self.contexts.forget_before(needed, evidence.detectors, evidence.text);
    }

    /// Returns the offset from which the text is still needed for context words.
    pub(super) fn needs_text_from(&self, detectors: &Detectors) -> usize {
        self.contexts.unread(detectors)
    }
}

/// Changes the entry of a rule in a list that has one for each rule.
fn of_rule<T: Default>(list: &mut Vec<T>, rule: RuleId, change: impl FnOnce(&mut T)) {
    let index = rule as usize;
    if list.len() <= index {
        list.resize_with(index + 1, T::default);
    }
    if let Some(entry) = list.get_mut(index) {
        change(entry);
    }
}

/// Moves a candidate to its first start at or after `start` that its validator accepts. Returns false if there is none.
fn restart(candidate: &mut Candidate, mut start: usize, evidence: Evidence<'_>) -> bool {
    loop {
        candidate.starts.forget_before(start);
        let Some(first) = candidate.starts.first().filter(|&first| first < candidate.end) else { return false };
        let Origin::Entity(number, verdict) = &mut candidate.origin else { return true };
        let view = evidence.views.entity();
        let (from, to) = (view.view_at(first), view.view_at(candidate.end));
        let next = match evidence.detectors.recognizers().validate(*number, view, from, to) {
            Verdict::Reject => from + 1,
            Verdict::RejectBefore(bytes) | Verdict::RejectStarts(bytes) => view.next_start(from, bytes, to),
            accepted => {
                *verdict = accepted;
                return true;
            }
        };
        start = view.text_start(next).max(first + 1);
    }
}
