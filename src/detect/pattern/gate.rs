//! The gate: where a match may end, found in one step per byte.
//!
//! The automaton of a group follows every start by itself, which costs much where many begin and none becomes a match. The gate is one
//! automaton without starts: its state is the set of all NFA states that any start may have reached, and the class of the last character.
//! It reads most text, and shows two things. Where its set is empty, no start is alive: such a position is *quiet*. Where its set holds
//! the end of a pattern, a match may end: the matcher then runs from the last quiet position on, and finds what it would have found anyway.
//!
//! The gate may accept more than the patterns do, never less. So its patterns are simplified ([`relax`]), and limits on the length of a
//! match are ignored. A pattern may need a number of digits or letters ([`Count`]); of each NFA state the gate knows the highest count of a start in it.
//!
//! At the end of a chunk, the earliest start that is open is looked for from the last quiet position on ([`super::lead`]): the same as
//! without a gate.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::PoisonError;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::{PatternID, StateID};

use super::alternatives::AlternativeSet;
use super::assertions::EdgeSet;
use super::byte_classes::{byte_classes, classes_of, non_ascii};
use super::count::Count;
use super::nfa::{after_more_than, pattern_of};
use super::sync::{AtomicU32, Mutex, OnceLock, Ordering};
use crate::text::char_class::{ALL_CLASSES, CharClass, ClassSet, NON_ASCII_CLASSES};

/// The maximum number of states. Past it, the matcher reads the text.
const MAX_GATE_STATES: usize = 4096;

/// Matches of more bytes are long: the gate knows whether one is open, unless it has fewer than [`YOUNG_BYTES`] so far.
pub(super) const LONG_BYTES: usize = 256;

/// Most starts of long matches end within these bytes.
pub(super) const YOUNG_BYTES: usize = 8;

/// The bits of an NFA state in an element of a set; the count is above them.
const STATE_BITS: u32 = 24;
const STATE_MASK: u32 = (1 << STATE_BITS) - 1;

const UNKNOWN: u32 = u32::MAX;
const FULL: u32 = u32::MAX - 1;
/// Set in the table where a match may end at the next state.
const MATCHES: u32 = 1 << 31;
/// Set in the table where a long match is open at the next state.
const LONG: u32 = 1 << 30;
/// Entries from here on need a look.
const SPECIAL: u32 = LONG;

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
type Key = (Box<[u32]>, u8);

#[derive(Debug)]
struct Info {
    key: Key,
    /// The patterns of which a match may end here.
    matches: AlternativeSet,
    /// The positions at which one of the matches can end.
    ends: EdgeSet,
    /// A long match may be open.
    is_long: bool,
    /// The state with a boundary after it that the characters do not show.
    boundary: OnceLock<Option<u32>>,
}

#[derive(Debug, Default)]
struct Growth {
    numbers: HashMap<Key, u32>,
    /// The elements after the first byte of a match, by the classes before it and its own.
    begun: HashMap<(u8, u8), Vec<u32>>,
    marks: Vec<u32>,
    round: u32,
}

/// What the gate came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A match may end after this byte.
    End(usize),
    /// No match ends.
    Nothing,
    /// The gate has no room for the state after this byte.
    Full(usize),
}

#[derive(Debug)]
pub(super) struct Gate {
    nfa: NFA,
    patterns: Vec<GatePattern>,
    /// The count of the pattern of each NFA state.
    counts: Vec<Count>,
    /// The NFA states in which a long match is open that is not young.
    long: Vec<bool>,
    classes: [u8; 256],
    stride: usize,
    /// Entries up to this one are quiet states.
    last_quiet: u32,
    quiet: [u32; 7],
    table: Box<[AtomicU32]>,
    infos: Box<[OnceLock<Info>]>,
    growth: Mutex<Growth>,
}

/// The gate between two chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pause {
    pub(super) entry: u32,
    /// The last calm position, as an offset in the view.
    pub(super) calm: usize,
}

/// The state of the gate.
#[derive(Clone, Copy, Debug)]
pub(super) struct GateState {
    pub(super) entry: u32,
    /// The last quiet position.
    pub(super) quiet: usize,
    /// The last position at which no long match is open but a young one.
    pub(super) calm: usize,
}

impl Gate {
    pub(super) fn new(nfa: NFA, patterns: Vec<GatePattern>) -> Option<Self> {
        if nfa.states().len() > STATE_MASK as usize {
            return None;
        }
        let is_counting = patterns.iter().any(|pattern| pattern.count.least() > 0);
        let classes = byte_classes(&nfa, is_counting);
        let stride = usize::from(classes.iter().copied().max().unwrap_or(0)) + 1;
        let count = |pattern: Option<usize>| {
            pattern.and_then(|pattern| patterns.get(pattern)).map_or(Count::ANY, |of| of.count)
        };
        let counts = pattern_of(&nfa, patterns.len()).into_iter().map(count).collect();
        let is_long = |&(_, pattern): &(usize, &GatePattern)| pattern.is_long;
        let long = patterns.iter().enumerate().filter(is_long).map(|(number, _)| number);
        let long = after_more_than(YOUNG_BYTES, &nfa, long);
        let mut gate = Self {
            counts,
            long,
            nfa,
            patterns,
            classes,
            stride,
            last_quiet: 0,
            quiet: [0; 7],
            table: std::iter::repeat_with(|| AtomicU32::new(UNKNOWN)).take(MAX_GATE_STATES * stride).collect(),
            infos: std::iter::repeat_with(OnceLock::new).take(MAX_GATE_STATES).collect(),
            growth: Mutex::new(Growth::default()),
        };
        for class in ALL_CLASSES {
            let before = if NON_ASCII_CLASSES.contains(&class) && class != CharClass::Other {
                non_ascii()
            } else {
                1 << class as u8
            };
            let entry = gate.entry((Box::default(), before))?;
            gate.quiet[class as usize] = entry;
            gate.last_quiet = gate.last_quiet.max(entry);
        }
        Some(gate)
    }

    /// Returns the state at a quiet position after these classes.
    pub(super) fn quiet(&self, before: ClassSet, at: usize) -> Option<GateState> {
        let mut classes = before.iter();
        let (first, more) = (classes.next()?, classes.next());
        let entry = match more {
            None => self.quiet[first as usize],
            Some(_) => self.entry((Box::default(), before.bits()))?,
        };
        Some(GateState { entry, quiet: at, calm: at })
    }

    /// Returns the state with a boundary before the next byte that the characters do not show.
    pub(super) fn with_boundary(&self, state: GateState) -> Option<GateState> {
        let info = self.info(state.entry)?;
        let entry = info.boundary.get_or_init(|| {
            let (set, before) = &info.key;
            self.entry((set.clone(), before | 1 << CharClass::Other as u8))
        });
        Some(GateState { entry: (*entry)?, ..state })
    }

    /// Reads bytes from `at` on.
    #[inline]
    pub(super) fn scan(
        &self,
        state: &mut GateState,
        bytes: &[u8],
        mut at: usize,
        can_end: impl Fn(EdgeSet, usize) -> bool,
    ) -> Found {
        // A long match is open after the last byte.
        let mut is_long = state.calm < at;
        loop {
            if !is_long {
                at = self.run(state, bytes, at);
                state.calm = at;
            }
            let Some(&byte) = bytes.get(at) else { break Found::Nothing };
            let cell = state.entry as usize + usize::from(self.classes[usize::from(byte)]);
            let mut next = self.table[cell].load(Ordering::Acquire);
            if next == UNKNOWN {
                next = self.determinize(state.entry, byte, cell);
            }
            if next == FULL {
                break Found::Full(at);
            }
            is_long = next & LONG != 0;
            state.entry = next & !(MATCHES | LONG);
            at += 1;
            if !is_long {
                state.calm = at;
            }
            if state.entry <= self.last_quiet {
                state.quiet = at;
            }
            if next & MATCHES != 0 && self.info(state.entry).is_none_or(|info| can_end(info.ends, at - 1)) {
                break Found::End(at - 1);
            }
        }
    }

    /// Reads the bytes from `at` on that change nothing but the state. Returns the byte that does, or the end.
    ///
    /// Nearly all text is read here, so the loop holds what it needs in registers.
    #[inline]
    fn run(&self, state: &mut GateState, bytes: &[u8], at: usize) -> usize {
        let (table, classes, last_quiet) = (&*self.table, &self.classes, self.last_quiet as usize);
        let (mut row, mut quiet, mut read) = (state.entry as usize, state.quiet, bytes.len());
        for (at, &byte) in bytes.iter().enumerate().skip(at) {
            let next = table[row + usize::from(classes[usize::from(byte)])].load(Ordering::Acquire);
            if next >= SPECIAL {
                read = at;
                break;
            }
            row = next as usize;
            quiet = if row <= last_quiet { at + 1 } else { quiet };
        }
        (state.entry, state.quiet) = (u32::try_from(row).unwrap_or(FULL), quiet);
        read
    }

    fn info(&self, entry: u32) -> Option<&Info> {
        self.infos.get(entry as usize / self.stride)?.get()
    }

    #[cold]
    fn determinize(&self, entry: u32, byte: u8, cell: usize) -> u32 {
        let Some(info) = self.info(entry) else { return FULL };
        let next = match self.entry(self.step(&info.key, byte)) {
            None => FULL,
            Some(next) => {
                let info = self.info(next);
                let matches = info.is_some_and(|info| !info.matches.is_empty());
                let is_long = info.is_some_and(|info| info.is_long);
                next | if matches { MATCHES } else { 0 } | if is_long { LONG } else { 0 }
            }
        };
        self.table[cell].store(next, Ordering::Release);
        next
    }

    /// Returns the entry of a state, or `None` if there is no room for it.
    fn entry(&self, key: Key) -> Option<u32> {
        let mut growth = self.growth.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&entry) = growth.numbers.get(&key) {
            return Some(entry);
        }
        let number = growth.numbers.len();
        let cell = self.infos.get(number)?;
        cell.get_or_init(|| self.describe(key.clone()));
        let entry = u32::try_from(number * self.stride).ok()?;
        growth.numbers.insert(key, entry);
        Some(entry)
    }

    /// Returns the properties of a state.
    fn describe(&self, key: Key) -> Info {
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
        Info { key, matches, ends, is_long, boundary: OnceLock::new() }
    }

    /// Returns the patterns of which a match may end in a state.
    pub(super) fn matches(&self, entry: u32) -> Option<&AlternativeSet> {
        self.info(entry).map(|info| &info.matches)
    }

    /// Returns the state after a byte.
    fn step(&self, (set, before): &Key, byte: u8) -> Key {
        let mut growth = self.growth.lock().unwrap_or_else(PoisonError::into_inner);
        let class = (*before, self.classes[usize::from(byte)]);
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
                let target = match self.nfa.state(StateID::new_unchecked(state as usize)) {
                    State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
                    State::Sparse(sparse) => sparse.matches_byte(byte),
                    State::Dense(dense) => dense.matches_byte(byte),
                    _ => None,
                };
                let is_counted = self.counts[state as usize].of().includes(byte);
                Some((count + u32::from(is_counted), target?))
            })
            .collect();
        // The highest count first: a state that was reached is not reached again.
        targets.sort_unstable_by(|a, b| b.cmp(a));
        growth.clear(self.nfa.states().len());
        let mut next = Vec::new();
        for (count, target) in targets {
            self.close(target, count, &mut next, growth);
        }
        next
    }

    /// Returns the NFA states from which a match can begin with this byte.
    fn starts(&self, before: u8, byte: u8, growth: &mut Growth) -> Vec<u32> {
        let of = |bits: u8| ALL_CLASSES.into_iter().filter(move |&class| bits & (1 << class as u8) != 0);
        let afters = if matches!(byte, 0x80..0xC0) { 0 } else { classes_of(byte) };
        let holds = |edge: EdgeSet| of(before).any(|before| of(afters).any(|after| edge.holds(before, after)));
        let mut set = Vec::new();
        growth.clear(self.nfa.states().len());
        for (number, _) in self.patterns.iter().enumerate().filter(|(_, pattern)| holds(pattern.start)) {
            if let Some(start) = self.nfa.start_pattern(PatternID::new_unchecked(number)) {
                self.close(start, 0, &mut set, growth);
            }
        }
        set
    }

    /// Adds `state` and all states that it reaches without reading a byte.
    fn close(&self, state: StateID, count: u32, set: &mut Vec<u32>, growth: &mut Growth) {
        let mut stack = vec![state];
        while let Some(state) = stack.pop() {
            if std::mem::replace(&mut growth.marks[state.as_usize()], growth.round) == growth.round {
                continue;
            }
            match self.nfa.state(state) {
                State::Union { alternates } => stack.extend(alternates.iter().rev()),
                State::BinaryUnion { alt1, alt2 } => stack.extend([alt2, alt1]),
                State::Capture { next, .. } => stack.push(*next),
                State::Look { .. } | State::Fail => {}
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Match { .. } => {
                    // More are not counted.
                    let most = self.counts[state.as_usize()].least();
                    set.push(u32::try_from(state.as_usize()).unwrap_or(0) | count.min(most) << STATE_BITS);
                }
            }
        }
    }
}

impl Growth {
    fn clear(&mut self, states: usize) {
        self.marks.resize(states, 0);
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.marks.fill(0);
            self.round = 1;
        }
    }
}
