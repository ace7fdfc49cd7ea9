//! The fast path: most text is read with one start alive or none.

use super::dfa::{DEAD, StateRef};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::thread::{Ends, Judge, PatternMatch, Thread, expire};
use crate::text::char_class::CharClass;
use crate::text::work;

/// The maximum number of bytes for which another start is followed to see whether it ends.
const MAX_PEEK_BYTES: usize = 6;

impl PatternMatcher {
    /// Follows the start at `at`, the only one, without a thread: most starts end after a few bytes. A longer one
    /// becomes a thread. Returns the byte to continue with, or `None` if the start needs the slow path.
    pub(super) fn follow_start(
        &self,
        state: &mut MatcherState,
        input: Input<'_>,
        (at, end): (usize, usize),
    ) -> Option<usize> {
        let bytes = input.bytes;
        let soft = input.next_soft(at);
        if soft == at {
            return None;
        }
        let mut reached = self.first_step(input.class_before(at), bytes, at)?;
        let mut next = at + 1;
        // Where a boundary is not shown by the characters, another start may be possible.
        let limit = end.min(at + self.least_cap).min(soft);
        while reached != DEAD && next < limit && bytes[next] < 0x80 {
            let before = CharClass::of_ascii(bytes[next - 1]);
            let Some((to, matches)) = self.dfa.next(reached, bytes[next]) else { break };
            if to == DEAD {
                reached = DEAD;
                break;
            }
            let begins = self.start_classes[usize::from(bytes[next])] & (1 << before as u8) != 0;
            if begins && self.ends_soon(before, input, next) != Some(true) {
                break;
            }
            if matches && self.can_end(to, input, next) != Some(false) {
                break;
            }
            reached = to;
            next += 1;
        }
        work::count(next - at);
        if reached != DEAD {
            state.threads.push(Thread::new(StateRef::State(reached), input.base + at));
        }
        Some(next)
    }

    /// Follows the only thread while it is the only one. Returns the byte to continue with.
    pub(super) fn follow_thread(
        &self,
        state: &mut MatcherState,
        input: Input<'_>,
        (mut at, end): (usize, usize),
        ends: Ends<'_>,
        to: &mut Judge<'_>,
    ) -> usize {
        let bytes = input.bytes;
        let limit = end.min(input.next_soft(at));
        while at < limit && bytes[at] < 0x80 {
            let Some(thread) = state.threads.first_mut() else { return at };
            let StateRef::State(reached) = thread.reached else { return at };
            let Some((next, matches)) = self.dfa.next(reached, bytes[at]) else { return at };
            if next == DEAD {
                // Starts at this byte are considered next.
                to.out.append(&mut thread.bests);
                state.threads.clear();
                return at;
            }
            let before = input.class_before(at);
            let begins = self.start_classes[usize::from(bytes[at])] & (1 << before as u8) != 0;
            if begins && self.ends_soon(before, input, at) != Some(true) {
                return at;
            }
            work::count(1);
            (thread.reached, thread.may_match) = (StateRef::State(next), matches);
            let offset = input.base + at + 1;
            let is_over = !self.is_in_time(thread, next, offset, to.out)
                || (matches
                    && self.can_end(next, input, at) != Some(false)
                    && self.commit(thread, input.view, (offset, ends), to));
            at += 1;
            if is_over {
                to.out.append(&mut thread.bests);
                state.threads.clear();
                return at;
            }
        }
        at
    }

    /// Returns `true` if some start of a thread is young enough to become a match.
    fn is_in_time(&self, thread: &mut Thread, reached: u32, end: usize, out: &mut Vec<PatternMatch>) -> bool {
        if end - thread.first <= self.least_cap {
            return true;
        }
        let cap = self.dfa.info(reached).map_or(0, |info| info.cap);
        end - thread.first <= cap || expire(thread, end - cap, out)
    }

    /// Returns `true` if another start at `at` ends after a few bytes without a match, and `None` if that is unknown.
    fn ends_soon(&self, before: CharClass, input: Input<'_>, at: usize) -> Option<bool> {
        let bytes = input.bytes;
        let mut reached = self.first_step(before, bytes, at)?;
        for next in at + 1..=at + MAX_PEEK_BYTES {
            if reached == DEAD {
                return Some(true);
            }
            work::count(1);
            let (to, matches) = self.dfa.next(reached, *bytes.get(next)?)?;
            if matches {
                return Some(false);
            }
            reached = to;
        }
        Some(reached == DEAD)
    }

    /// Returns `true` if a match in this state can end after byte `at`, and `None` if the next character is unknown, or is not what it
    /// seems.
    pub(super) fn can_end(&self, reached: u32, input: Input<'_>, at: usize) -> Option<bool> {
        input.can_end(self.dfa.info(reached)?.ends, at)
    }

    /// Returns the state of a start at `at` after its first byte, or `None` if the start needs the slow path.
    pub(super) fn first_step(&self, before: CharClass, bytes: &[u8], at: usize) -> Option<u32> {
        let byte = bytes[at];
        if byte >= 0x80 {
            return None;
        }
        let Some(StateRef::State(start)) = self.start_state(before, CharClass::of_ascii(byte)) else { return None };
        let (reached, matches) = self.dfa.next(*start, byte)?;
        (!matches).then_some(reached)
    }
}
