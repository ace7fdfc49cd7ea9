//! Records the matches that end at a position.

use super::dfa::{Info, StateRef};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::starts::Starts;
use super::thread::{
    CompiledAlternative, End, Ends, Judge, Offer, PatternMatch, Thread, Verdict, first_in_reach, flush,
};
use crate::text::view::ViewText;
use crate::text::work;

impl PatternMatcher {
    pub(super) fn commit_all(
        &self,
        state: &mut MatcherState,
        input: Input<'_>,
        (at, end): (usize, usize),
        ends: Ends<'_>,
        to: &mut Judge<'_>,
    ) {
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            let cannot_end =
                matches!(thread.reached, StateRef::State(reached) if self.can_end(reached, input, at) == Some(false));
            if !cannot_end && self.commit(thread, input.view, (end, ends), to) {
                to.out.extend(state.threads.swap_remove(index).bests);
            } else {
                index += 1;
            }
        }
    }

    /// Records the matches that end here. Returns `true` if nothing longer can follow.
    #[inline]
    pub(super) fn commit(
        &self,
        thread: &mut Thread,
        view: &ViewText,
        end: (usize, Ends<'_>),
        to: &mut Judge<'_>,
    ) -> bool {
        match thread.reached {
            StateRef::State(state) => match self.dfa.info(state) {
                Some(info) if !info.matches.is_empty() => self.commit_matches(thread, info, view, end, to),
                _ => false,
            },
            StateRef::Unnumbered(ref set) => {
                let info = self.dfa.describe(set);
                !info.matches.is_empty() && self.commit_matches(thread, &info, view, end, to)
            }
        }
    }

    fn commit_matches(
        &self,
        thread: &mut Thread,
        info: &Info,
        view: &ViewText,
        (end, ends): (usize, Ends<'_>),
        to: &mut Judge<'_>,
    ) -> bool {
        thread.waiting = None;
        match ends {
            Ends::None => return info.is_final,
            Ends::All => {
                for alternative in info.matches.iter() {
                    work::count(1);
                    if let Some(at) = self.end_of(alternative, end, view, to) {
                        self.commit_end(thread, at, view, to);
                    }
                }
            }
            Ends::Of(some) => {
                for at in some.of(thread, end) {
                    if info.matches.contains(at.alternative) {
                        work::count(1);
                        self.commit_end(thread, at, view, to);
                    }
                }
            }
        }
        info.is_final && thread.waiting.is_none()
    }

    /// Returns where a match of an alternative that ends at `end` may begin by its form and its characters, or `None` if there is none.
    pub(super) fn end_of(&self, alternative: u32, end: usize, view: &ViewText, to: &mut Judge<'_>) -> Option<End> {
        let meta = &self.alternatives[alternative as usize];
        let mut lengths = None;
        if !meta.needs.forms.is_empty() {
            let recent = to.tails.recent(end, view);
            let written = meta.needs.forms.iter().filter(|form| form.is_at_end_of(recent));
            lengths =
                Some(written.fold(0, |lengths, form| lengths | 1 << form.bytes())).filter(|&lengths| lengths != 0);
            lengths?;
        }
        let (first, last) = to.tails.starts(meta.needs.count, meta.cap, end, view)?;
        Some(End { alternative, end, first, last, lengths })
    }

    /// Records the matches of one alternative that end here, or waits for the next character.
    fn commit_end(&self, thread: &mut Thread, at: End, view: &ViewText, to: &mut Judge<'_>) {
        let meta = &self.alternatives[at.alternative as usize];
        let after = view.after(at.end);
        // Markup is in pairs: whether an opening sign before a match is closed depends on the next character.
        let is_open = meta.pairs_markup && after.is_err() && !meta.start.is_any();
        if self.needs_next_char || !meta.end.is_any() || is_open {
            let Ok(after) = after else {
                thread.waiting = Some(at.end);
                return;
            };
            if !meta.end.holds_any(view.class_before(at.end), after) {
                return;
            }
        }
        // A match covers whole characters of the text.
        if view.is_whole(at.end) {
            record(thread, meta, at, view, to);
        }
    }

    /// Validates the matches that waited for the next character.
    pub(super) fn resolve(&self, state: &mut MatcherState, view: &ViewText, to: &mut Judge<'_>) {
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            if thread.waiting.is_some_and(|end| self.commit(thread, view, (end, Ends::All), to)) {
                to.out.extend(state.threads.swap_remove(index).bests);
            } else {
                index += 1;
            }
        }
    }
}

/// Records the match that ends here if a validator accepts one.
fn record(thread: &mut Thread, meta: &CompiledAlternative, at: End, view: &ViewText, to: &mut Judge<'_>) {
    let end = at.end;
    let mut from = at.first.max(thread.rejected_before(meta.tag));
    if at.next_start(&thread.starts, from).is_none() {
        return;
    }
    let expired = end.saturating_sub(meta.cap);
    flush(&mut thread.bests, to.out, |best| best.tag == meta.tag && best.starts.first() < Some(expired));
    let mut needs_context = false;
    while let Some(start) = at.next_start(&thread.starts, from) {
        if !view.is_whole(start) || (meta.pairs_markup && !meta.is_paired(view, start, end)) {
            from = start + 1;
            continue;
        }
        let verdict = (to.validate)(Offer { tag: meta.tag, start, end, accepted: accepted(thread, meta.tag, start) });
        match verdict {
            Verdict::RejectBefore(bytes) => {
                from = view.next_start(start, bytes, end);
                continue;
            }
            Verdict::RejectStarts(bytes) => {
                from = view.next_start(start, bytes, end);
                thread.reject_before(meta.tag, from);
                continue;
            }
            _ => from = start + 1,
        }
        // A later start may need no context.
        if verdict == Verdict::Reject || (verdict == Verdict::NeedsContext && needs_context) {
            continue;
        }
        let first = first_in_reach(view, end, meta.cap);
        if start < first {
            from = first;
            continue;
        }
        keep(thread, PatternMatch { tag: meta.tag, starts: Starts::default(), end, verdict }, start);
        if verdict == Verdict::Accept || meta.needs.is_never_sure {
            return;
        }
        needs_context = true;
    }
}

/// Returns the end of the longest match that begins at `start` and was accepted, or `start`.
fn accepted(thread: &Thread, tag: u32, start: usize) -> usize {
    let is_accepted =
        |best: &&PatternMatch| best.tag == tag && best.verdict == Verdict::Accept && best.starts.first() == Some(start);
    thread.bests.iter().filter(is_accepted).map(|best| best.end).max().unwrap_or(start)
}

/// Records a match from `start` on, and replaces shorter ones.
fn keep(thread: &mut Thread, mut found: PatternMatch, start: usize) {
    let replaced = |best: &PatternMatch| {
        best.tag == found.tag && best.verdict == found.verdict && best.starts.first() >= Some(start)
    };
    let mut starts = match thread.bests.iter().position(replaced) {
        Some(index) => thread.bests.swap_remove(index).starts,
        None => Starts::default(),
    };
    thread.bests.retain(|best| !replaced(best));
    starts.copy_from(&thread.starts);
    starts.forget_before(start);
    found.starts = starts;
    thread.bests.push(found);
}
