//! The earliest start that can still become a match, found without threads.
//!
//! At the end of a chunk the earliest open start decides what a stream releases. Where no match is known to end, nothing else is
//! asked of the starts. So they are not followed by threads: the first that is alive is followed from chunk to chunk, and once it is over,
//! the next one is looked for. When a match may end, threads read again from it on.

use super::dfa::{DEAD, StateRef};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::thread::{Ends, Judge, Lead, Thread, first_in_reach};
use crate::text::work;

/// After so many bytes in which starts were followed to their ends, the others are followed by threads: those read each byte once.
const MAX_BYTES: usize = 64;

/// A start is near the end if threads can read from it again, whenever a match may end, at little cost.
const NEAR_BYTES: usize = 16;

impl MatcherState {
    /// Continues with a lead in place of threads, if these have no match, and the earliest start is near the end.
    pub(super) fn leave_threads(&mut self, input: Input<'_>) {
        let Some(first) = self.threads.iter().min_by_key(|thread| thread.first) else { return };
        let (StateRef::State(reached), start, read) = (&first.reached, first.first, input.view.end()) else { return };
        let has_match = |thread: &Thread| !thread.bests.is_empty() || thread.waiting.is_some();
        let is_short = read - start <= NEAR_BYTES && input.next_soft(start - input.base) >= input.bytes.len();
        if is_short && self.bests.is_empty() && !self.threads.iter().any(has_match) {
            self.lead = Some(Lead { start, read, reached: *reached });
            self.threads.clear();
        }
    }
}

impl PatternMatcher {
    /// Reads to the end of the chunk, from byte `at` on, where no thread is alive and no match ends. Before, `known` was the earliest start.
    pub(super) fn read_on(
        &self,
        state: &mut MatcherState,
        known: Option<Lead>,
        (input, at): (Input<'_>, usize),
        to: &mut Judge<'_>,
    ) {
        match self.lead(known, input, at) {
            Ok(lead) => state.lead = lead,
            Err(mut at) => {
                while at < input.bytes.len() {
                    at = self.advance_all(state, input, (at, input.bytes.len()), Ends::None, to);
                }
            }
        }
    }

    /// Returns the earliest start from byte `at` on that is alive at the end, if there is one. `Err`: threads are to find it, from this
    /// byte on.
    pub(super) fn lead(&self, known: Option<Lead>, input: Input<'_>, mut at: usize) -> Result<Option<Lead>, usize> {
        if input.next_soft(at) < input.bytes.len() {
            return Err(at);
        }
        if let Some(known) = known.filter(|known| known.start >= input.base + at) {
            let start = known.start - input.base;
            if let Some(lead) = self.follow(known, input).ok_or(start)? {
                return Ok(Some(lead));
            }
            at = start + 1;
        }
        let mut left = MAX_BYTES;
        loop {
            let start = self.next_start(input, at, input.bytes.len());
            if start >= input.bytes.len() {
                return Ok(None);
            }
            left = left.checked_sub(input.bytes.len() - start).ok_or(start)?;
            let reached = self.first_step(input.class_before(start), input.bytes, start).ok_or(start)?;
            let begun = Lead { start: input.base + start, read: input.base + start + 1, reached };
            if reached != DEAD
                && let Some(lead) = self.follow(begun, input).ok_or(start)?
            {
                return Ok(Some(lead));
            }
            at = start + 1;
        }
    }

    /// Follows a start to the end: `Some(None)` if it is over, `None` if a state has no number.
    fn follow(&self, Lead { start, read, mut reached }: Lead, input: Input<'_>) -> Option<Option<Lead>> {
        let from = read - input.base;
        work::count(1 + input.bytes.len() - from);
        for (end, &byte) in (read + 1..).zip(&input.bytes[from..]) {
            let (next, _) = self.dfa.next(reached, byte)?;
            if next == DEAD || end - start > self.least_cap && end - start > self.dfa.info(next)?.cap {
                return Some(None);
            }
            reached = next;
        }
        let info = self.dfa.info(reached)?;
        let end = input.base + input.bytes.len();
        // What ends here was looked at, and nothing longer follows.
        let is_over = info.is_final && !info.matches.is_empty();
        let is_far = input.view.surplus() > 0 && start < first_in_reach(input.view, end, info.cap);
        Some((!is_over && !is_far).then_some(Lead { start, read: end, reached }))
    }
}
