//! Starts found backwards, from where a match ends.
//!
//! Where text has many starts and few ends, it costs less to read back from an end than to follow each start to it. The patterns are
//! compiled in reverse, as an automaton of their own. It begins at the end of a match, and each match of it is a start.

use regex_automata::nfa::thompson::NFA;

use super::dfa::{DEAD, Dfa, StateRef};
use super::input::Input;
use super::starts::Starts;
use super::thread::{CompiledAlternative, End};
use crate::text::char_class::CharClass;
use crate::text::work;

/// The maximum length of a short match. Longer ones are followed from their starts: many ends in one long value would each read back all
/// of it.
pub(super) const SHORT_BYTES: usize = 256;

/// The maximum number of numbered states.
const MAX_STATES: usize = 2048;

#[derive(Debug)]
pub(super) struct Reverse {
    dfa: Dfa,
    /// The state after the last byte of a match, for each alternative that is read backwards.
    first: Vec<Option<StateRef>>,
}

impl Reverse {
    /// Returns the automaton of patterns that are compiled in reverse.
    pub(super) fn new(nfa: NFA, alternatives: &[CompiledAlternative]) -> Self {
        let caps: Vec<usize> = alternatives.iter().map(|alternative| alternative.cap).collect();
        let starts = alternatives.iter().map(|alternative| alternative.start).collect();
        let dfa = Dfa::new(nfa, &caps, starts, MAX_STATES);
        let first = (0..).zip(alternatives).map(|(number, alternative)| {
            (alternative.cap <= SHORT_BYTES).then(|| dfa.start(std::iter::once(number)))
        });
        Self { first: first.collect(), dfa }
    }

    /// Returns `true` if the starts of this alternative are found backwards.
    pub(super) fn handles(&self, alternative: u32) -> bool {
        self.first[alternative as usize].is_some()
    }

    /// Returns the starts of the matches that end at `at`.
    pub(super) fn starts(&self, meta: &CompiledAlternative, at: &End, input: Input<'_>) -> Starts {
        let Some(first) = &self.first[at.alternative as usize] else { return Starts::default() };
        let (end, least) = (at.end - input.base, at.first.max(input.base) - input.base);
        let (mut reached, mut index) = (first.clone(), end);
        let starts = Starts::of_descending(std::iter::from_fn(|| {
            while index > least {
                let matches = self.step(&mut reached, input.bytes[index - 1])?;
                index -= 1;
                if matches && input.base + index <= at.last && begins(meta, input, index) {
                    return Some(input.base + index);
                }
            }
            None
        }));
        work::count(end - index);
        starts
    }

    /// Moves over a byte. Returns whether a match begins with it, or `None` if none does from here on.
    #[inline]
    fn step(&self, reached: &mut StateRef, byte: u8) -> Option<bool> {
        if let StateRef::State(state) = reached
            && let Some((next, matches)) = self.dfa.next(*state, byte)
        {
            *state = next;
            return (next != DEAD).then_some(matches);
        }
        self.step_slowly(reached, byte)
    }

    #[cold]
    fn step_slowly(&self, reached: &mut StateRef, byte: u8) -> Option<bool> {
        *reached = self.dfa.step(reached, byte)?;
        Some(match reached {
            StateRef::State(state) => self.dfa.info(*state).is_some_and(|info| !info.matches.is_empty()),
            StateRef::Unnumbered(set) => {
                work::count(8 * set.len());
                !self.dfa.describe(set).matches.is_empty()
            }
        })
    }
}

/// Returns `true` if a match can begin with byte `at` by the characters on both sides of its start.
fn begins(meta: &CompiledAlternative, input: Input<'_>, at: usize) -> bool {
    let after = match input.bytes[at] {
        byte @ 0..0x80 => CharClass::of_ascii(byte),
        _ => input.view.class_at(input.base + at),
    };
    if input.next_soft(at) == at {
        return input.view.before(input.base + at).iter().any(|before| meta.start.holds(before, after));
    }
    meta.start.holds(input.class_before(at), after)
}
