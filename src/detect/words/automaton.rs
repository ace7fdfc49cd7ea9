//! Aho-Corasick over the words of a policy, one byte at a time.

use aho_corasick::automaton::Automaton;
pub(super) use aho_corasick::automaton::StateID;
use aho_corasick::{Anchored, MatchKind, StartKind, dfa, nfa::contiguous};

/// Up to this many words run as a DFA: about 1.5 kB a word, and two to three times the speed of the compact automaton.
const MAX_DFA_WORDS: usize = 20_000;

/// Bytes that are skipped at once where they are ASCII and no word begins with it.
const BLOCK: usize = 64;

/// An automaton that finds all words, overlapping ones included.
#[derive(Debug)]
pub(super) struct WordAutomaton {
    transitions: Transitions,
    firsts: Firsts,
}

#[derive(Debug)]
enum Transitions {
    Dfa(dfa::DFA),
    Compact(contiguous::NFA),
}

/// The bytes that words begin with.
#[derive(Debug)]
struct Firsts {
    is_first: [bool; 256],
    /// None is ASCII: the words are of scripts without spaces, and most text has none.
    are_beyond_ascii: bool,
}

impl Firsts {
    fn new(is_first: [bool; 256]) -> Self {
        let are_beyond_ascii = is_first.iter().take(128).all(|first| !first);
        Self { is_first, are_beyond_ascii }
    }

    #[inline]
    fn contains(&self, byte: u8) -> bool {
        self.is_first.get(usize::from(byte)) != Some(&false)
    }

    /// Returns the number of bytes before the first with which a word may begin.
    #[inline]
    fn skip(&self, bytes: &[u8]) -> usize {
        let mut skipped = 0;
        if self.are_beyond_ascii && bytes.first().is_some_and(u8::is_ascii) {
            skipped = BLOCK * bytes.as_chunks::<BLOCK>().0.iter().take_while(|block| block.is_ascii()).count();
        }
        let rest = bytes.get(skipped..).unwrap_or_default();
        skipped + rest.iter().position(|&byte| self.contains(byte)).unwrap_or(rest.len())
    }
}

impl WordAutomaton {
    /// Returns the automaton of `words`, in lower case; `None` if they are too many.
    pub(super) fn new(words: &[String]) -> Option<Self> {
        let fast = if words.len() <= MAX_DFA_WORDS { Transitions::dfa(words) } else { None };
        let transitions = fast.or_else(|| Transitions::compact(words))?;
        let start = transitions.start();
        let is_first = std::array::from_fn(|byte| transitions.next(start, byte as u8) != start);
        Some(Self { transitions, firsts: Firsts::new(is_first) })
    }

    /// Returns the state before any text.
    pub(super) fn start(&self) -> StateID {
        self.transitions.start()
    }

    /// Reads `bytes`, and reports each word that ends in them with its number and the index of its last byte. Returns the state reached.
    pub(super) fn run(&self, state: StateID, bytes: &[u8], found: impl FnMut(usize, usize)) -> StateID {
        let start = (self.start(), &self.firsts);
        match &self.transitions {
            Transitions::Dfa(automaton) => run(automaton, start, state, bytes, found),
            Transitions::Compact(automaton) => run(automaton, start, state, bytes, found),
        }
    }

    /// Returns the number of bytes of a word read in each state.
    pub(super) fn depths(&self, patterns: &[String]) -> Depths {
        let mut known: Vec<(usize, u16)> = Vec::new();
        for pattern in patterns {
            let mut state = self.start();
            for (depth, &byte) in (1u16..).zip(pattern.as_bytes()) {
                state = self.transitions.next(state, byte);
                known.push((state.as_usize(), depth));
            }
        }
        // The automata number their states with strides; without the common factor of two the table is small. The start has a number as
        // well, and no depth.
        let start = self.start().as_usize();
        let shift = known.iter().fold(start, |bits, &(state, _)| bits | state).trailing_zeros().min(16);
        let largest = known.iter().map(|&(state, _)| state >> shift).max().unwrap_or(0);
        let mut depths = vec![0; largest + 1];
        for (state, depth) in known {
            if let Some(known) = depths.get_mut(state >> shift) {
                *known = depth;
            }
        }
        Depths { depths, shift }
    }
}

impl Transitions {
    fn dfa(patterns: &[String]) -> Option<Self> {
        dfa::DFA::builder()
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .ascii_case_insensitive(true)
            .prefilter(false)
            .build(patterns)
            .ok()
            .map(Self::Dfa)
    }

    fn compact(patterns: &[String]) -> Option<Self> {
        contiguous::NFA::builder()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .prefilter(false)
            .build(patterns)
            .ok()
            .map(Self::Compact)
    }

    fn start(&self) -> StateID {
        match self {
            Self::Dfa(automaton) => automaton.start_state(Anchored::No),
            Self::Compact(automaton) => automaton.start_state(Anchored::No),
        }
        .unwrap_or_default()
    }

    /// Returns the state after one more byte.
    fn next(&self, state: StateID, byte: u8) -> StateID {
        match self {
            Self::Dfa(automaton) => automaton.next_state(Anchored::No, state, byte),
            Self::Compact(automaton) => automaton.next_state(Anchored::No, state, byte),
        }
    }
}

/// The number of bytes of a word read in each state.
#[derive(Debug)]
pub(super) struct Depths {
    depths: Vec<u16>,
    shift: u32,
}

impl Depths {
    pub(super) fn of(&self, state: StateID) -> usize {
        self.depths.get(state.as_usize() >> self.shift).copied().unwrap_or(0).into()
    }
}

#[inline]
fn run<A: Automaton>(
    automaton: &A,
    (start, firsts): (StateID, &Firsts),
    mut state: StateID,
    bytes: &[u8],
    mut found: impl FnMut(usize, usize),
) -> StateID {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if state == start && !firsts.contains(byte) {
            at += 1 + firsts.skip(bytes.get(at + 1..).unwrap_or_default());
            continue;
        }
        state = automaton.next_state(Anchored::No, state, byte);
        if automaton.is_special(state) && automaton.is_match(state) {
            for index in 0..automaton.match_len(state) {
                found(automaton.match_pattern(state, index).as_usize(), at);
            }
        }
        at += 1;
    }
    state
}
