//! Records the matches that end at a position.

use super::assertions::EdgeSet;
use super::bests::record;
use super::dfa::{Info, StateRef};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::thread::{End, Ends, Judge, Thread, flush};
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
        let edge = input.edge(at);
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            if self.may_end(thread, edge) && self.commit(thread, input.view, (end, ends), to) {
                to.out.extend(state.threads.swap_remove(index).bests);
            } else {
                index += 1;
            }
        }
    }

    /// Returns `true` unless no match of a thread ends at a position.
    #[inline]
    fn may_end(&self, thread: &Thread, edge: Option<EdgeSet>) -> bool {
        let StateRef::State(reached) = thread.reached else { return true };
        thread.may_match && edge.is_none_or(|edge| self.dfa.info(reached).is_none_or(|info| info.ends.has(edge)))
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
                    if let Some(at) = self.end_of(alternative, (end, false), view, to) {
                        self.commit_end(thread, at, view, to);
                    }
                }
            }
            Ends::Of(some) => {
                for &at in some {
                    if info.matches.contains(at.alternative) && at.may_begin_in(thread) {
                        work::count(1);
                        self.commit_end(thread, at, view, to);
                    }
                }
            }
        }
        thread.waiting.is_none() && (info.is_final || self.is_rejected(thread, info))
    }

    /// Returns `true` if the validators reject all starts of a thread, at whatever end.
    fn is_rejected(&self, thread: &Thread, info: &Info) -> bool {
        let last = thread.starts.last().unwrap_or(thread.first);
        let is_rejected = |alternative| thread.rejected_before(self.alternatives[alternative as usize].tag) > last;
        thread.rejects() && info.alive.iter().all(is_rejected)
    }

    /// Returns where a match of an alternative that ends at `end` may begin by its form and its characters, or `None` if there is none.
    /// `lacks_context`: no context word is near.
    pub(super) fn end_of(
        &self,
        alternative: u32,
        (end, lacks_context): (usize, bool),
        view: &ViewText,
        to: &mut Judge<'_>,
    ) -> Option<End> {
        let meta = &self.alternatives[alternative as usize];
        let (mut lengths, mut cap) = (None, meta.cap);
        if !meta.needs.forms.is_empty() {
            let recent = to.tails.recent(end, view);
            let forms = meta.needs.forms.iter().filter(|form| form.is_at_end_of(recent));
            let written = forms.filter(|form| !(lacks_context && form.needs_context));
            let of_forms = written.fold(0_u64, |lengths, form| lengths | 1 << form.bytes());
            cap = cap.min(of_forms.checked_ilog2()? as usize);
            lengths = Some(of_forms);
        }
        let (first, last) = to.tails.starts(meta.needs.count, cap, end, view)?;
        Some(End { alternative, end, first, last, lengths, lacks_context })
    }

    /// Records the matches of one alternative that end here, or waits for the next character.
    fn commit_end(&self, thread: &mut Thread, at: End, view: &ViewText, to: &mut Judge<'_>) {
        let meta = &self.alternatives[at.alternative as usize];
        let rejected = thread.rejected_before(meta.tag);
        let from = at.first.max(rejected);
        let Some(first) = at.next_start(&thread.starts, from) else { return };
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
            let is_first =
                at.lengths.is_none() && (from == rejected || thread.starts.first_from(rejected) == Some(first));
            let offset = record(&mut thread.bests, &thread.starts, (meta, at, first), view, to);
            if let Some(offset) = offset.filter(|_| is_first) {
                thread.reject_before(meta.tag, offset);
                flush(&mut thread.bests, to.out, |best| best.tag == meta.tag && best.starts.first() < Some(offset));
            }
        }
    }

    /// Validates the matches in threads that waited for the next character.
    pub(super) fn commit_waiting(&self, state: &mut MatcherState, view: &ViewText, ends: Ends<'_>, to: &mut Judge<'_>) {
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            if thread.waiting.is_some_and(|end| self.commit(thread, view, (end, ends), to)) {
                to.out.extend(state.threads.swap_remove(index).bests);
            } else {
                index += 1;
            }
        }
    }
}
