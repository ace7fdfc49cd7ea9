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

use std::collections::HashMap;
use std::sync::PoisonError;

use regex_automata::nfa::thompson::NFA;

use super::alternatives::AlternativeSet;
use super::assertions::EdgeSet;
use super::byte_classes::{byte_classes, non_ascii};
use super::gate_nfa::{GateNfa, GatePattern, Info, Key};
use super::sync::{AtomicU32, Mutex, OnceLock, Ordering};
use crate::text::char_class::{ALL_CLASSES, CharClass, ClassSet, NON_ASCII_CLASSES};

/// The maximum number of states. Past it, the matcher reads the text.
const MAX_GATE_STATES: usize = 4096;

const UNKNOWN: u32 = u32::MAX;
const FULL: u32 = u32::MAX - 1;
/// Set in the table where a match may end at the next state.
const MATCHES: u32 = 1 << 31;
/// Set in the table where a long match is open at the next state.
const LONG: u32 = 1 << 30;
/// Entries from here on need a look.
const SPECIAL: u32 = LONG;

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
    nfa: GateNfa,
    classes: [u8; 256],
    stride: usize,
    /// Entries up to this one are quiet states.
    last_quiet: u32,
    quiet: [u32; 7],
    table: Box<[AtomicU32]>,
    infos: Box<[OnceLock<Info>]>,
    /// The number of each state in the table.
    numbers: Mutex<HashMap<Key, u32>>,
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
        let is_counting = patterns.iter().any(|pattern| pattern.count.least() > 0);
        let classes = byte_classes(&nfa, is_counting);
        let stride = usize::from(classes.iter().copied().max().unwrap_or(0)) + 1;
        let mut gate = Self {
            nfa: GateNfa::new(nfa, patterns)?,
            classes,
            stride,
            last_quiet: 0,
            quiet: [0; 7],
            table: std::iter::repeat_with(|| AtomicU32::new(UNKNOWN)).take(MAX_GATE_STATES * stride).collect(),
            infos: std::iter::repeat_with(OnceLock::new).take(MAX_GATE_STATES).collect(),
            numbers: Mutex::default(),
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
        let key = self.nfa.step(&info.key, byte, self.classes[usize::from(byte)]);
        let next = match self.entry(key) {
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
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&entry) = numbers.get(&key) {
            return Some(entry);
        }
        let number = numbers.len();
        let cell = self.infos.get(number)?;
        cell.get_or_init(|| self.nfa.describe(key.clone()));
        let entry = u32::try_from(number * self.stride).ok()?;
        numbers.insert(key, entry);
        Some(entry)
    }

    /// Returns the patterns of which a match may end in a state.
    pub(super) fn matches(&self, entry: u32) -> Option<&AlternativeSet> {
        self.info(entry).map(|info| &info.matches)
    }
}
