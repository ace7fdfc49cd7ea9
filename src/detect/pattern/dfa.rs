//! An anchored multi-pattern automaton, determinized on demand and shared by all text. The parent module explains its design.

use std::collections::HashMap;
use std::sync::PoisonError;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::{PatternID, StateID};

use super::alternatives::AlternativeSet;
use super::assertions::EdgeSet;
use super::nfa::{VisitedStates, close, pattern_of, target};
use super::sync::{AtomicU32, Mutex, MutexGuard, OnceLock, Ordering};

/// The maximum number of numbered states. Ordinary text visits several hundred; with 64 byte classes, this many need 2 MB.
pub(super) const MAX_STATES: usize = 8192;

/// A set of NFA states, ascending, without those that read nothing.
pub(super) type Set = Box<[u32]>;

/// The properties of a state.
#[derive(Debug)]
pub(super) struct Info {
    /// Patterns that match here.
    pub(super) matches: AlternativeSet,
    /// Patterns of which a match is here or may follow.
    pub(super) alive: AlternativeSet,
    /// The maximum length of a match through this state, in bytes of the view.
    pub(super) cap: usize,
    /// No byte leads on from here.
    pub(super) is_final: bool,
    /// The positions at which one of the matches can end.
    pub(super) ends: EdgeSet,
    set: Set,
}

/// A reference to a state: its number, or the set itself if no number is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StateRef {
    /// The state of this number.
    State(u32),
    /// States that have no number.
    Unnumbered(Set),
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// All bytes are read.
    Read,
    /// No match is possible any more.
    Dead,
    /// After so many bytes, the next state has no number.
    Unnumbered(usize),
}

/// The next state is not computed yet.
const UNKNOWN: u32 = 0;
/// No match is possible.
pub(super) const DEAD: u32 = 1;
/// The next state has no number.
const FULL: u32 = 2;
/// The numbers below are of no state. From none of them a byte leads to a state.
const FIRST: u32 = 3;
/// Set in the table where something matches at the next state, so that the state need not be looked up.
const MATCHES: u32 = 1 << 31;

/// Bytes that are read backwards before a look at what was reached.
const BLOCK: usize = 4;

/// What was read backwards.
#[derive(Clone, Copy)]
struct Back {
    state: u32,
    /// One bit for each byte, the one that was read last in the lowest: set where something matches.
    found: u64,
    /// Bytes: at most 64.
    read: usize,
}

impl Back {
    /// Returns the bits with the byte that was read first in the lowest.
    fn first_lowest(self) -> u64 {
        let unused = u64::BITS.saturating_sub(u32::try_from(self.read).unwrap_or(u64::BITS));
        self.found.reverse_bits().checked_shr(unused).unwrap_or(0)
    }
}

/// The data that new states need.
#[derive(Debug, Default)]
struct Growth {
    numbers: HashMap<Set, u32>,
    visited: VisitedStates,
}

#[derive(Debug)]
pub(super) struct Dfa {
    nfa: NFA,
    /// For each NFA state, its pattern.
    patterns: Vec<Option<u32>>,
    /// For each pattern, the maximum length of a match, in bytes of the view.
    caps: Vec<usize>,
    /// For each pattern, the assertions at the end of a match.
    ends: Vec<EdgeSet>,
    classes: [u8; 256],
    stride: usize,
    capacity: usize,
    table: Box<[AtomicU32]>,
    infos: Box<[OnceLock<Info>]>,
    growth: Mutex<Growth>,
}

impl Dfa {
    /// Returns an automaton over `nfa`, whose pattern `p` matches at most `caps[p]` bytes of text.
    pub(super) fn new(nfa: NFA, caps: &[usize], ends: Vec<EdgeSet>, capacity: usize) -> Self {
        let classes = byte_classes(&nfa);
        let stride = usize::from(classes.iter().copied().max().unwrap_or(0)) + 1;
        let capacity = capacity.max(FIRST as usize);
        let rows = (0..u32::MAX).take(capacity).map(|state| if state < FIRST { state } else { UNKNOWN });
        let cells = rows.flat_map(|cell| std::iter::repeat_n(cell, stride));
        Self {
            patterns: pattern_of(&nfa, caps.len())
                .into_iter()
                .map(|pattern| pattern.and_then(|pattern| u32::try_from(pattern).ok()))
                .collect(),
            caps: caps.to_vec(),
            ends,
            nfa,
            classes,
            stride,
            capacity,
            table: cells.map(AtomicU32::new).collect(),
            infos: std::iter::repeat_with(OnceLock::new).take(capacity).collect(),
            growth: Mutex::new(Growth::default()),
        }
    }

    /// Returns the state before the first byte of any of `patterns`.
    pub(super) fn start(&self, patterns: impl Iterator<Item = u32>) -> StateRef {
        let mut growth = self.growth();
        growth.visited.clear(self.nfa.states().len());
        let mut set = Vec::new();
        for pattern in patterns {
            if let Some(state) = self.nfa.start_pattern(PatternID::new_unchecked(pattern as usize)) {
                self.close(state, &mut set, &mut growth.visited);
            }
        }
        set.sort_unstable();
        self.state_of(set.into_boxed_slice(), &mut growth)
    }

    /// Returns the state after `byte`, from a numbered one, and whether something matches there: [`DEAD`], a number, or `None` when it has
    /// no number.
    #[inline]
    pub(super) fn next(&self, state: u32, byte: u8) -> Option<(u32, bool)> {
        let cell = state as usize * self.stride + usize::from(self.classes[usize::from(byte)]);
        match self.table[cell].load(Ordering::Acquire) {
            UNKNOWN => self.determinize(state, byte, cell),
            FULL => None,
            next => Some((next & !MATCHES, next & MATCHES != 0)),
        }
    }

    /// Reads at most 64 bytes from the last one on. Returns one bit for each that was read, the last byte first: set where something matches.
    /// And why it stopped.
    pub(super) fn run_back(&self, state: &mut u32, bytes: &[u8]) -> (u64, Stop) {
        // The loop holds what it needs in registers.
        let (table, classes, stride) = (&*self.table, &self.classes, self.stride);
        let mut back = Back { state: *state, found: 0, read: 0 };
        let mut blocks = bytes.rchunks_exact(BLOCK);
        let mut stop = None;
        for block in blocks.by_ref() {
            let (mut reached, mut found) = (back.state, back.found);
            for &byte in block.iter().rev() {
                let cell = reached as usize * stride + usize::from(classes[usize::from(byte)]);
                let next = table[cell].load(Ordering::Acquire);
                found = found << 1 | u64::from(next >> MATCHES.ilog2());
                reached = next & !MATCHES;
            }
            if reached >= FIRST {
                back = Back { state: reached, found, read: back.read + BLOCK };
                continue;
            }
            stop = self.step_back(&mut back, block);
            if stop.is_some() {
                break;
            }
        }
        let stop = stop.or_else(|| self.step_back(&mut back, blocks.remainder())).unwrap_or(Stop::Read);
        *state = back.state;
        (back.first_lowest(), stop)
    }

    /// Reads some bytes from the last one on, with a look at each state. Returns why it stopped before all were read.
    // Its own function: inlined, it would take the registers of the loop.
    #[inline(never)]
    fn step_back(&self, back: &mut Back, bytes: &[u8]) -> Option<Stop> {
        for &byte in bytes.iter().rev() {
            match self.next(back.state, byte) {
                None => return Some(Stop::Unnumbered(back.read)),
                Some((DEAD, _)) => return Some(Stop::Dead),
                Some((next, matches)) => {
                    back.state = next;
                    back.found = back.found << 1 | u64::from(matches);
                    back.read += 1;
                }
            }
        }
        None
    }

    /// Returns the state after `byte`, or `None` if no match is possible.
    pub(super) fn step(&self, reached: &StateRef, byte: u8) -> Option<StateRef> {
        if let StateRef::State(state) = reached
            && let Some((next, _)) = self.next(*state, byte)
        {
            return (next != DEAD).then_some(StateRef::State(next));
        }
        let set = match reached {
            StateRef::State(state) => &self.infos[*state as usize].get()?.set,
            StateRef::Unnumbered(set) => set,
        };
        let mut growth = self.growth();
        let next = self.move_over(set, byte, &mut growth.visited);
        (!next.is_empty()).then(|| self.state_of(next, &mut growth))
    }

    /// Returns the properties of a numbered state.
    #[inline]
    pub(super) fn info(&self, state: u32) -> Option<&Info> {
        self.infos[state as usize].get()
    }

    /// Returns the properties of a state without a number.
    pub(super) fn describe(&self, set: &Set) -> Info {
        let matching = |&state: &u32| match self.nfa.state(StateID::new_unchecked(state as usize)) {
            State::Match { pattern_id } => u32::try_from(pattern_id.as_usize()).ok(),
            _ => None,
        };
        let is_final = set.iter().all(|state| matching(state).is_some());
        let matches: AlternativeSet = set.iter().filter_map(matching).collect();
        let alive: AlternativeSet = set.iter().filter_map(|&state| self.patterns[state as usize]).collect();
        let cap = alive.iter().map(|pattern| self.caps[pattern as usize]).max().unwrap_or(0);
        let ends = matches.iter().fold(EdgeSet::NONE, |all, pattern| all.or(self.ends[pattern as usize]));
        Info { is_final, ends, matches, alive, cap, set: set.clone() }
    }

    #[cold]
    fn determinize(&self, state: u32, byte: u8, cell: usize) -> Option<(u32, bool)> {
        let info = self.infos[state as usize].get()?;
        let mut growth = self.growth();
        let set = self.move_over(&info.set, byte, &mut growth.visited);
        let next = if set.is_empty() {
            DEAD
        } else {
            match self.state_of(set, &mut growth) {
                StateRef::State(next) => next,
                StateRef::Unnumbered(_) => FULL,
            }
        };
        if next == FULL {
            self.table[cell].store(FULL, Ordering::Release);
            return None;
        }
        let matches = next != DEAD && self.info(next).is_some_and(|info| !info.matches.is_empty());
        self.table[cell].store(if matches { next | MATCHES } else { next }, Ordering::Release);
        Some((next, matches))
    }

    fn growth(&self) -> MutexGuard<'_, Growth> {
        self.growth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_of(&self, set: Set, growth: &mut Growth) -> StateRef {
        let numbers = &mut growth.numbers;
        if let Some(&number) = numbers.get(&set) {
            return StateRef::State(number);
        }
        let number = numbers.len() + FIRST as usize;
        let Some(cell) = self.infos.get(number).filter(|_| number < self.capacity) else {
            return StateRef::Unnumbered(set);
        };
        // Set once: this thread has the lock, and the number is new.
        cell.get_or_init(|| self.describe(&set));
        let number = u32::try_from(number).unwrap_or(DEAD);
        numbers.insert(set, number);
        StateRef::State(number)
    }

    fn move_over(&self, set: &[u32], byte: u8, visited: &mut VisitedStates) -> Set {
        visited.clear(self.nfa.states().len());
        let mut next = Vec::new();
        for &state in set {
            if let Some(target) = target(&self.nfa, StateID::new_unchecked(state as usize), byte) {
                self.close(target, &mut next, visited);
            }
        }
        next.sort_unstable();
        next.into_boxed_slice()
    }

    /// Adds the states that `state` reaches without reading a byte. Assertions were moved to the edges before the NFA was built.
    fn close(&self, state: StateID, set: &mut Vec<u32>, visited: &mut VisitedStates) {
        close(&self.nfa, state, visited, |state| set.push(u32::try_from(state.as_usize()).unwrap_or(u32::MAX)));
    }
}

/// Returns the class of each byte. Bytes that no state distinguishes share one.
fn byte_classes(nfa: &NFA) -> [u8; 256] {
    std::array::from_fn(|byte| u8::try_from(byte).map_or(0, |byte| nfa.byte_classes().get(byte)))
}
