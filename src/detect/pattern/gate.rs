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
//! The states that text has reached are in a [table](super::gate_table) which all text shares. Text reads with the table that it finds, and
//! another one where that has no room.
//!
//! At the end of a chunk, the earliest start that is open is looked for from the last quiet position on ([`super::lead`]): the same as
//! without a gate.

use regex_automata::nfa::thompson::NFA;

use super::alternatives::AlternativeSet;
use super::assertions::EdgeSet;
use super::byte_classes::{byte_classes, non_ascii};
use super::gate_nfa::{GateNfa, GatePattern, Info, Key};
use super::gate_table::{TableRef, Tables, UNKNOWN};
use super::sync::Ordering;
use crate::text::char_class::{ALL_CLASSES, CharClass, ClassSet, NON_ASCII_CLASSES};

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
}

#[derive(Debug)]
pub(super) struct Gate {
    nfa: GateNfa,
    classes: [u8; 256],
    /// The class after those of bytes: a boundary that the characters do not show.
    boundary_class: u8,
    tables: Tables,
    /// The quiet state after each class, one of the first of every table.
    quiet: [u32; 7],
    /// Entries up to this one are quiet states.
    last_quiet: u32,
}

/// The gate between two chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pause {
    /// The epoch of the table of the state.
    epoch: u32,
    entry: u32,
    /// The last calm position, as an offset in the view.
    calm: usize,
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
    /// Returns the gate of some patterns, with room for so many states, at least 16. `None` if the NFA has too many.
    pub(super) fn new(nfa: NFA, patterns: Vec<GatePattern>, states: usize) -> Option<Self> {
        let is_counting = patterns.iter().any(|pattern| pattern.count.least() > 0);
        let classes = byte_classes(&nfa, is_counting);
        let boundary_class = classes.iter().copied().max()?.checked_add(1)?;
        let nfa = GateNfa::new(nfa, patterns)?;
        let first = ALL_CLASSES.map(quiet_key).to_vec();
        let tables = Tables::new(usize::from(boundary_class) + 1, states.max(16), first, |key| nfa.describe(key));
        let quiet = ALL_CLASSES.map(|class| tables.entry(quiet_key(class), |key| nfa.describe(key)).1);
        let last_quiet = quiet.into_iter().max()?;
        Some(Self { nfa, classes, boundary_class, tables, quiet, last_quiet })
    }

    /// Returns a reader of the states that are known.
    pub(super) fn reader(&self) -> GateReader<'_> {
        GateReader { gate: self, table: self.tables.current() }
    }

    /// Returns the entry of a state, and its table.
    fn entry(&self, key: Key) -> (TableRef, u32) {
        self.tables.entry(key, |key| self.nfa.describe(key))
    }
}

/// Returns the key of the quiet state after a class.
fn quiet_key(class: CharClass) -> Key {
    let is_ascii = !NON_ASCII_CLASSES.contains(&class) || class == CharClass::Other;
    (Box::default(), if is_ascii { 1 << class as u8 } else { non_ascii() })
}

/// Reads with a table of the gate. A state is one of this table.
#[derive(Debug)]
pub(super) struct GateReader<'g> {
    gate: &'g Gate,
    table: TableRef,
}

impl GateReader<'_> {
    /// Returns the state at a quiet position after these classes.
    pub(super) fn quiet(&mut self, before: ClassSet, at: usize) -> GateState {
        let mut classes = before.iter();
        let entry = match (classes.next(), classes.next()) {
            (Some(class), None) => self.gate.quiet[class as usize],
            _ => self.entry((Box::default(), before.bits())),
        };
        GateState { entry, quiet: at, calm: at }
    }

    /// Returns the state with a boundary before the next byte that the characters do not show.
    pub(super) fn with_boundary(&mut self, state: GateState) -> GateState {
        let next = self.next(state.entry, self.gate.boundary_class, |_, (set, before)| {
            (set.clone(), before | 1 << CharClass::Other as u8)
        });
        GateState { entry: next & !(MATCHES | LONG), ..state }
    }

    /// Returns what is kept of a state between two chunks. `base`: the offset of the first byte in the view.
    pub(super) fn pause(&self, GateState { entry, calm, .. }: GateState, base: usize) -> Pause {
        Pause { epoch: self.table.epoch, entry, calm: base + calm }
    }

    /// Returns the state after a pause, where the last quiet position is at byte `quiet`. `None` if it is no state of the table any more.
    pub(super) fn resume(&self, Pause { epoch, entry, calm }: Pause, quiet: usize, base: usize) -> Option<GateState> {
        (epoch == self.table.epoch).then_some(GateState { entry, quiet, calm: calm.saturating_sub(base) })
    }

    /// Reads bytes from `at` on.
    #[inline]
    pub(super) fn scan(
        &mut self,
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
            let class = self.gate.classes[usize::from(byte)];
            let next = self.next(state.entry, class, |nfa, key| nfa.step(key, byte, class));
            is_long = next & LONG != 0;
            state.entry = next & !(MATCHES | LONG);
            at += 1;
            if !is_long {
                state.calm = at;
            }
            if state.entry <= self.gate.last_quiet {
                state.quiet = at;
            }
            if next & MATCHES != 0 && can_end(self.info(state.entry).ends, at - 1) {
                break Found::End(at - 1);
            }
        }
    }

    /// Reads the bytes from `at` on that change nothing but the state. Returns the byte that does, or the end.
    ///
    /// Nearly all text is read here, so the loop holds what it needs in registers.
    #[inline]
    fn run(&self, state: &mut GateState, bytes: &[u8], at: usize) -> usize {
        let (table, classes, last_quiet) = (self.table.cells(), &self.gate.classes, self.gate.last_quiet as usize);
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
        (state.entry, state.quiet) = (u32::try_from(row).unwrap_or(state.entry), quiet);
        read
    }

    /// Returns the patterns of which a match may end in a state.
    pub(super) fn matches(&self, entry: u32) -> &AlternativeSet {
        &self.info(entry).matches
    }

    fn info(&self, entry: u32) -> &Info {
        self.table.info(entry)
    }

    /// Returns the entry after a byte of this class and what it leads to, maybe in another table.
    #[inline]
    fn next(&mut self, entry: u32, class: u8, step: impl Fn(&GateNfa, &Key) -> Key) -> u32 {
        match self.table.cells()[entry as usize + usize::from(class)].load(Ordering::Acquire) {
            UNKNOWN => self.determinize(entry, class, step),
            next => next,
        }
    }

    #[cold]
    fn determinize(&mut self, entry: u32, class: u8, step: impl Fn(&GateNfa, &Key) -> Key) -> u32 {
        let epoch = self.table.epoch;
        let next = self.entry(step(&self.gate.nfa, &self.info(entry).key));
        let info = self.info(next);
        let (matches, long) = (if info.matches.is_empty() { 0 } else { MATCHES }, if info.is_long { LONG } else { 0 });
        let next = next | matches | long;
        self.gate.tables.record(epoch, entry as usize + usize::from(class), next);
        next
    }

    /// Returns the entry of a state, and reads on with its table.
    fn entry(&mut self, key: Key) -> u32 {
        let (table, entry) = self.gate.entry(key);
        self.table = table;
        entry
    }
}
