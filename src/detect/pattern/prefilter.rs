//! Bytes without which nothing matches, such as the `@` of an address.
//!
//! Patterns that may begin with any letter would have every word of some text followed. Where each of their matches must hold one of a
//! few bytes, only the runs that lead up to such a byte are.

use std::collections::HashSet;

use super::dfa::{Dfa, StateRef};

/// The maximum number of states before a prefilter byte.
const MAX_STATES_BEFORE: usize = 256;

#[derive(Debug)]
pub(super) struct Prefilter {
    bytes: [u8; 2],
    /// The bytes a match can hold before its first prefilter.
    before: Box<[bool; 256]>,
}

impl Prefilter {
    /// Returns the prefilter, if every match from these states contains one of `bytes`.
    pub(super) fn find<'a>(dfa: &Dfa, starts: impl Iterator<Item = &'a StateRef>, bytes: [u8; 2]) -> Option<Self> {
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
        Some(Self { bytes, before })
    }

    /// Returns the position at or after `at` to begin with: no match begins earlier, not even one that the next chunk completes.
    pub(super) fn begin(&self, bytes: &[u8], mut at: usize) -> usize {
        loop {
            let found = memchr::memchr2(self.bytes[0], self.bytes[1], &bytes[at..]);
            let end = found.map_or(bytes.len(), |offset| at + offset);
            let run = bytes[at..end].iter().rev().take_while(|&&byte| self.before[usize::from(byte)]).count();
            if run > 0 || found.is_none() {
                return end - run;
            }
            // A prefilter that nothing leads up to.
            at = end + 1;
            if at >= bytes.len() {
                return bytes.len();
            }
        }
    }
}
