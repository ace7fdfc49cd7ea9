//! Records the matches that end at a position.

use super::dfa::{Info, StateRef};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::starts::Starts;
use super::thread::{CompiledAlternative, Ends, Judge, Offer, PatternMatch, Thread, Verdict, first_in_reach, flush};
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
        let wanted = match ends {
            Ends::None => return info.is_final,
            Ends::All => &info.matches,
            Ends::Of(wanted) => wanted,
        };
        work::count(info.matches.words());
        let after = view.after(end);
        let before = view.class_before(end);
        let is_whole = view.is_whole(end);
        for alternative in info.matches.common(wanted) {
            work::count(1);
            let meta = &self.alternatives[alternative as usize];
            // Markup is in pairs: whether an opening sign before a match is closed depends on the next character.
            let is_open = meta.pairs_markup && after.is_err() && !meta.start.is_any();
            if self.needs_next_char || !meta.end.is_any() || is_open {
                let Ok(after) = after else {
                    thread.waiting = Some(end);
                    continue;
                };
                if !meta.end.holds_any(before, after) {
                    continue;
                }
            }
            // A match covers whole characters of the text.
            if is_whole {
                record(thread, meta, end, view, to);
            }
        }
        info.is_final && thread.waiting.is_none()
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
fn record(thread: &mut Thread, meta: &CompiledAlternative, end: usize, view: &ViewText, to: &mut Judge<'_>) {
    let recent = if meta.needs.forms.is_empty() { 0 } else { to.tails.recent(end, view) };
    let next = |starts: &Starts, from| meta.next_start(starts, from, (end, recent));
    if next(&thread.starts, 0).is_none() {
        return;
    }
    let Some((mut from, last)) = to.tails.starts(meta.needs.count, meta.cap, end, view) else { return };
    let expired = end.saturating_sub(meta.cap);
    flush(&mut thread.bests, to.out, |best| best.tag == meta.tag && best.starts.first() < Some(expired));
    let mut needs_context = false;
    while let Some(start) = next(&thread.starts, from).filter(|&start| start <= last) {
        if !view.is_whole(start) || (meta.pairs_markup && !meta.is_paired(view, start, end)) {
            from = start + 1;
            continue;
        }
        let verdict = (to.validate)(Offer { tag: meta.tag, start, end, accepted: accepted(thread, meta.tag, start) });
        if let Verdict::RejectBefore(bytes) = verdict {
            from = view.next_start(start, bytes, end);
            continue;
        }
        from = start + 1;
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

impl CompiledAlternative {
    /// Returns the earliest of some starts, from `from` on, of a match in one of its forms. `recent` shows the bytes before its end.
    fn next_start(&self, starts: &Starts, from: usize, (end, recent): (usize, u64)) -> Option<usize> {
        if self.needs.forms.is_empty() {
            return starts.first_from(from);
        }
        let written = self.needs.forms.iter().filter(|form| form.is_at_end_of(recent));
        let begins = written.filter_map(|form| end.checked_sub(form.bytes()));
        begins.filter(|&start| start >= from && starts.contains(start)).min()
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
