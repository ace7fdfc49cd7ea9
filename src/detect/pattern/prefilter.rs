//! Bytes that every match contains, such as the `@` of an address.
//!
//! Patterns that may begin with any letter would make every word start a thread. If each of their matches contains one of two bytes, only
//! the runs that lead up to such a byte do.

use std::collections::HashSet;

use super::dfa::{Dfa, StateRef};
use super::input::Input;
use crate::text::work;

/// The maximum number of states before a prefilter byte.
const MAX_STATES_BEFORE: usize = 256;

/// A run of bytes that leads up to a prefilter byte, or to the end of a chunk: offsets in the view.
#[derive(Debug, Default)]
pub(super) struct Run {
    start: usize,
    end: usize,
    /// Threads that are alive have read no prefilter byte if they have read up to here. Before the end of a run that a prefilter byte ends.
    clean: usize,
}

impl Run {
    /// Returns `true` if it ended with what had arrived, and may go on.
    fn may_go_on(&self) -> bool {
        self.clean >= self.end
    }

    /// Returns `true` if it leads up to the end of the text that has arrived.
    pub(super) fn is_open(&self, input: Input<'_>) -> bool {
        self.may_go_on() && self.end == input.base + input.bytes.len()
    }

    /// Returns the byte, from `at` on, up to which the text is known to be an open run.
    pub(super) fn read(&self, input: Input<'_>, at: usize) -> usize {
        if self.may_go_on() { at.max(self.end - input.base.min(self.end)) } else { at }
    }

    /// Remembers a run from byte `start` to the end of the text that has arrived.
    pub(super) fn reach(&mut self, input: Input<'_>, start: usize) {
        let end = input.base + input.bytes.len();
        *self = Self { start: input.base + start, end, clean: end };
    }
}

#[derive(Debug)]
pub(super) struct Prefilter {
    bytes: [u8; 2],
    /// The bytes that a match can contain before its first prefilter byte.
    before: Box<[bool; 256]>,
    /// The length of the longest match: the start of a longer run is over.
    longest: usize,
}

impl Prefilter {
    /// Returns the prefilter, if every match from these states contains one of `bytes`. None has more than `longest` bytes.
    pub(super) fn find<'a>(
        dfa: &Dfa,
        starts: impl Iterator<Item = &'a StateRef>,
        bytes: [u8; 2],
        longest: usize,
    ) -> Option<Self> {
        let mut before = Box::new([false; 256]);
        let mut visited = HashSet::new();
        let mut waiting: Vec<u32> = Vec::new();
        for reached in starts {
            let StateRef::State(state) = reached else { return None };
            waiting.push(*state);
        }
        while let Some(state) = waiting.pop() {
            if !visited.insert(state) {
                continue;
            }
            let info = dfa.info(state)?;
            if !info.matches.is_empty() || visited.len() > MAX_STATES_BEFORE {
                return None;
            }
            for byte in (0..=u8::MAX).filter(|byte| !bytes.contains(byte)) {
                match dfa.step(&StateRef::State(state), byte) {
                    None => {}
                    Some(StateRef::State(next)) => {
                        before[usize::from(byte)] = true;
                        waiting.push(next);
                    }
                    Some(StateRef::Unnumbered(_)) => return None,
                }
            }
        }
        Some(Self { bytes, before, longest })
    }

    /// Returns the first prefilter byte from `at` on.
    fn next(&self, bytes: &[u8], at: usize) -> Option<usize> {
        memchr::memchr2(self.bytes[0], self.bytes[1], &bytes[at..]).map(|offset| at + offset)
    }

    /// Returns the byte from which on a match can reach byte `end`.
    fn first_in_reach(&self, input: Input<'_>, end: usize) -> usize {
        input.view.floor_boundary(input.base + end.saturating_sub(self.longest)) - input.base
    }

    /// Returns the byte, from `at` on, from which on starts can be alive at the next prefilter byte, or at the end: if threads that read up to
    /// byte `at` have read none, those of earlier starts are over.
    pub(super) fn pass(&self, input: Input<'_>, at: usize, last: &mut Run) -> usize {
        if last.clean != input.base + at {
            return at;
        }
        let next = self.next(input.bytes, at);
        if next.is_none() {
            last.clean = input.base + input.bytes.len();
        }
        self.first_in_reach(input, next.unwrap_or(input.bytes.len())).max(at)
    }

    /// Returns the same as [`Self::begin`] for few bytes, of which those before `read` are known to be in a run from `at` on. `None` if there is
    /// a prefilter byte.
    #[inline]
    pub(super) fn begin_few(&self, input: Input<'_>, (mut at, read): (usize, usize)) -> Option<usize> {
        for (next, byte) in (read + 1..).zip(&input.bytes[read..]) {
            if self.bytes.contains(byte) {
                return None;
            }
            if !self.before[usize::from(*byte)] {
                at = next;
            }
        }
        Some(at)
    }

    /// Returns the position at or after `at` to begin with: no match begins earlier, not even one that the next chunk completes. The
    /// last run is remembered, so that each byte is searched once.
    pub(super) fn begin(&self, input: Input<'_>, mut at: usize, last: &mut Run) -> usize {
        let (bytes, base) = (input.bytes, input.base);
        loop {
            // The part of an open run that was searched is not searched again.
            let continues = last.may_go_on() && base + at < last.end;
            let from = if continues { last.end - base } else { at };
            if base + at >= last.end || continues && from < bytes.len() {
                let found = self.next(bytes, from);
                let end = found.unwrap_or(bytes.len());
                work::count((end - from) / 8);
                let first = self.first_in_reach(input, end);
                let near = bytes[from.max(first)..end].iter().rev();
                let run = near.take_while(|&&byte| self.before[usize::from(byte)]).count();
                let start = if continues && run == end - from { last.start } else { base + end - run };
                let start = start.max(base + first);
                if start == base + end && found.is_some() {
                    // A prefilter byte that no run leads up to.
                    at = end + 1;
                    if at >= bytes.len() {
                        return bytes.len();
                    }
                    continue;
                }
                *last = Run { start, end: base + end, clean: if found.is_none() { base + end } else { 0 } };
            }
            return at.max(last.start - base.min(last.start));
        }
    }
}
