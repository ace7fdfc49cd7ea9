//! The NFA of the gate, and the sets of its states that are the states of the gate.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::PoisonError;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::{PatternID, StateID};

use super::alternatives::AlternativeSet;
use super::assertions::EdgeSet;
use super::byte_classes::classes_of;
use super::count::Count;
use super::nfa::{VisitedStates, after_more_than, close, pattern_of, target};
use super::sync::Mutex;
use crate::text::char_class::ALL_CLASSES;

/// Matches of more bytes are long: the gate knows whether one is open, unless it has fewer than [`YOUNG_BYTES`] so far.
pub(super) const LONG_BYTES: usize = 256;

/// Most starts of long matches end within these bytes.
pub(super) const YOUNG_BYTES: usize = 8;

/// The bits of an NFA state in an element of a set; the count is above them.
const STATE_BITS: u32 = 24;
const STATE_MASK: u32 = (1 << STATE_BITS) - 1;

/// A pattern of the gate.
#[derive(Debug)]
pub(super) struct GatePattern {
    pub(super) start: EdgeSet,
    pub(super) end: EdgeSet,
    /// The characters that a match must have.
    pub(super) count: Count,
    /// The match may be longer than [`LONG_BYTES`].
    pub(super) is_long: bool,
}

/// A set of NFA states, each with the highest count of a start in it, ascending; and the classes that the last character may have.
pub(super) type Key = (Box<[u32]>, u8);

/// What is known of a state of the gate.
#[derive(Debug)]
pub(super) struct Info {
    pub(super) key: Key,
    /// The patterns of which a match may end here.
    pub(super) matches: AlternativeSet,
    /// The positions at which one of the matches can end.
    pub(super) ends: EdgeSet,
    /// A long match may be open.
    pub(super) is_long: bool,
}

#[derive(Debug, Default)]
struct Growth {
    /// The elements after the first byte of a match, by the classes before it and its own.
    begun: HashMap<(u8, u8), Vec<u32>>,
    visited: VisitedStates,
}

/// The NFA of the gate.
#[derive(Debug)]
pub(super) struct GateNfa {
    nfa: NFA,
    patterns: Vec<GatePattern>,
    /// The count of the pattern of each NFA state.
    counts: Vec<Count>,
    /// The NFA states in which a long match is open that is not young.
    long: Vec<bool>,
    growth: Mutex<Growth>,
}

impl GateNfa {
    /// Returns `None` if the NFA has too many states.
    pub(super) fn new(nfa: NFA, patterns: Vec<GatePattern>) -> Option<Self> {
        if nfa.states().len() > STATE_MASK as usize {
            return None;
        }
        let count = |pattern: Option<usize>| {
            pattern.and_then(|pattern| patterns.get(pattern)).map_or(Count::ANY, |of| of.count)
        };
        let counts = pattern_of(&nfa, patterns.len()).into_iter().map(count).collect();
        let is_long = |&(_, pattern): &(usize, &GatePattern)| pattern.is_long;
        let long = patterns.iter().enumerate().filter(is_long).map(|(number, _)| number);
        let long = after_more_than(YOUNG_BYTES, &nfa, long);
        Some(Self { nfa, patterns, counts, long, growth: Mutex::default() })
    }

    /// Returns the properties of a state.
    pub(super) fn describe(&self, key: Key) -> Info {
        let (mut matches, mut ends, mut is_long) = (AlternativeSet::default(), EdgeSet::NONE, false);
        for &element in &key.0 {
            let (state, count) = (element & STATE_MASK, element >> STATE_BITS);
            is_long |= self.long[state as usize];
            let State::Match { pattern_id } = self.nfa.state(StateID::new_unchecked(state as usize)) else { continue };
            let pattern = &self.patterns[pattern_id.as_usize()];
            if count >= pattern.count.least() {
                ends = ends.or(pattern.end);
                matches.insert(u32::try_from(pattern_id.as_usize()).unwrap_or(0));
            }
        }
        Info { key, matches, ends, is_long }
    }

    /// Returns the state after a byte, which is of this class.
    pub(super) fn step(&self, (set, before): &Key, byte: u8, class: u8) -> Key {
        let mut growth = self.growth.lock().unwrap_or_else(PoisonError::into_inner);
        let class = (*before, class);
        let begun = match growth.begun.get(&class) {
            Some(begun) => begun.clone(),
            None => {
                let begun = self.move_over(&self.starts(*before, byte, &mut growth), byte, &mut growth);
                growth.begun.insert(class, begun.clone());
                begun
            }
        };
        let mut next = self.move_over(set, byte, &mut growth);
        next.extend(begun);
        // Of each state the element with the highest count.
        next.sort_unstable_by_key(|&element| (element & STATE_MASK, Reverse(element)));
        next.dedup_by_key(|element| *element & STATE_MASK);
        (next.into_boxed_slice(), classes_of(byte))
    }

    fn move_over(&self, set: &[u32], byte: u8, growth: &mut Growth) -> Vec<u32> {
        let mut targets: Vec<(u32, StateID)> = set
            .iter()
            .filter_map(|&element| {
                let (state, count) = (element & STATE_MASK, element >> STATE_BITS);
                let target = target(&self.nfa, StateID::new_unchecked(state as usize), byte);
                let is_counted = self.counts[state as usize].of().includes(byte);
                Some((count + u32::from(is_counted), target?))
            })
            .collect();
        // The highest count first: a state that was reached is not reached again.
        targets.sort_unstable_by(|a, b| b.cmp(a));
        growth.visited.clear(self.nfa.states().len());
        let mut next = Vec::new();
        for (count, target) in targets {
            self.close(target, count, &mut next, &mut growth.visited);
        }
        next
    }

    /// Returns the NFA states from which a match can begin with this byte.
    fn starts(&self, before: u8, byte: u8, growth: &mut Growth) -> Vec<u32> {
        let of = |bits: u8| ALL_CLASSES.into_iter().filter(move |&class| bits & (1 << class as u8) != 0);
        let afters = if matches!(byte, 0x80..0xC0) { 0 } else { classes_of(byte) };
        let holds = |edge: EdgeSet| of(before).any(|before| of(afters).any(|after| edge.holds(before, after)));
        let mut set = Vec::new();
        growth.visited.clear(self.nfa.states().len());
        for (number, _) in self.patterns.iter().enumerate().filter(|(_, pattern)| holds(pattern.start)) {
            if let Some(start) = self.nfa.start_pattern(PatternID::new_unchecked(number)) {
                self.close(start, 0, &mut set, &mut growth.visited);
            }
        }
        set
    }

    /// Adds the elements of the states that `state` reaches without reading a byte.
    fn close(&self, state: StateID, count: u32, set: &mut Vec<u32>, visited: &mut VisitedStates) {
        close(&self.nfa, state, visited, |state| {
            // More are not counted.
            let most = self.counts[state.as_usize()].least();
            set.push(u32::try_from(state.as_usize()).unwrap_or(0) | count.min(most) << STATE_BITS);
        });
    }
}
