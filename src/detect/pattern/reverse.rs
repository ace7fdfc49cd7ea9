//! Starts found backwards, from where a match ends.
//!
//! Where text has many starts and few ends, it costs less to read back from an end than to follow each start to it. The patterns are
//! compiled in reverse, as an automaton of their own. It begins at the end of a match, and each match of it is a start.

use regex_automata::nfa::thompson::NFA;

use super::dfa::{Dfa, StateRef, Stop};
use super::input::Input;
use super::starts::{StartSet, Starts};
use super::thread::{CompiledAlternative, End};
use crate::text::char_class::CharClass;
use crate::text::work;

/// The maximum length of a short match. Longer ones are followed from their starts: many ends in one long value would each read back all
/// of it.
pub(super) const SHORT_BYTES: usize = 160;

/// The maximum number of numbered states.
const MOST_STATES: usize = 2048;

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
        let dfa = Dfa::new(nfa, &caps, starts, MOST_STATES);
        let first = (0..)
            .zip(alternatives)
            .map(|(number, alternative)| (alternative.cap <= SHORT_BYTES).then(|| dfa.start(std::iter::once(number))));
        Self { first: first.collect(), dfa }
    }

    /// Returns `true` if the starts of this alternative are found backwards.
    pub(super) fn handles(&self, alternative: u32) -> bool {
        self.first[alternative as usize].is_some()
    }

    /// Returns the starts of the matches that end at `at`.
    pub(super) fn starts<'a>(&self, meta: &'a CompiledAlternative, at: &End, input: Input<'a>) -> NearStarts<'a> {
        let (end, least) = (at.end - input.base, at.first.max(input.base) - input.base);
        let has_soft = input.next_soft(least) < end;
        let mut starts = NearStarts { end: at.end, distances: [0; WORDS], meta, input, has_soft };
        let Some(first) = &self.first[at.alternative as usize] else { return starts };
        let bytes = input.bytes.get(least..end).unwrap_or_default();
        if let Some((left, reached)) = self.read_back(first, bytes, &mut starts.distances) {
            let mut matching = |left: usize| starts.insert(bytes.len() - left);
            self.read_slowly(reached, bytes.get(..left).unwrap_or_default(), &mut matching);
        }
        // A step backwards is a look at a table: a thread does much more for a byte. After the last match few follow.
        work::count(1 + starts.longest() / 4);
        starts.forget_after(at.last);
        starts
    }

    /// Reads `bytes` from the last one on, and sets a bit for each distance from the end at which something matches. Returns how many bytes are
    /// left, and the state there, where the next has no number.
    // A loop of its own: inlined, its variables do not fit into registers.
    #[inline(never)]
    fn read_back(&self, first: &StateRef, bytes: &[u8], distances: &mut [u64; WORDS]) -> Option<(usize, StateRef)> {
        let StateRef::State(mut state) = *first else { return Some((bytes.len(), first.clone())) };
        let mut left = bytes;
        for found in distances {
            let (before, part) = left.split_at(left.len().saturating_sub(64));
            let stop;
            (*found, stop) = self.dfa.run_back(&mut state, part);
            match stop {
                Stop::Read => left = before,
                Stop::Dead => break,
                Stop::Unnumbered(read) => return Some((left.len() - read, StateRef::State(state))),
            }
        }
        None
    }

    /// Reads `bytes` from the last one on, from a state or to a state that has no number.
    #[cold]
    fn read_slowly(&self, mut reached: StateRef, bytes: &[u8], matching: &mut impl FnMut(usize)) {
        for (left, &byte) in bytes.iter().enumerate().rev() {
            let Some(next) = self.dfa.step(&reached, byte) else { return };
            let matches = match &next {
                StateRef::State(state) => self.dfa.info(*state).is_some_and(|info| !info.matches.is_empty()),
                StateRef::Unnumbered(set) => {
                    work::count(8 * set.len());
                    !self.dfa.describe(set).matches.is_empty()
                }
            };
            if matches {
                matching(left);
            }
            reached = next;
        }
    }
}

/// The starts of short matches with the same end. Whether a match can begin at one by the characters around it is looked up when it is
/// asked for: many patterns ask for one or two of them.
pub(super) struct NearStarts<'a> {
    end: usize,
    /// One bit for each distance from the end, from 1 on.
    distances: [u64; WORDS],
    meta: &'a CompiledAlternative,
    input: Input<'a>,
    /// Some boundaries near the starts are not shown by the characters.
    has_soft: bool,
}

const WORDS: usize = SHORT_BYTES.div_ceil(u64::BITS as usize);

impl NearStarts<'_> {
    #[inline]
    fn insert(&mut self, distance: usize) {
        self.distances[(distance - 1) / 64] |= 1 << ((distance - 1) % 64);
    }

    /// Returns the longest distance, whatever the characters around it.
    fn longest(&self) -> usize {
        let last = self.distances.iter().rposition(|&bits| bits != 0);
        last.map_or(0, |word| word * 64 + self.distances[word].ilog2() as usize + 1)
    }

    /// Removes the starts after `last`.
    fn forget_after(&mut self, last: usize) {
        let nearer = (self.end - last.min(self.end)).saturating_sub(1);
        for (word, bits) in self.distances.iter_mut().enumerate() {
            let gone = nearer.saturating_sub(word * 64);
            *bits &= u32::try_from(gone).ok().and_then(|gone| u64::MAX.checked_shl(gone)).unwrap_or(0);
        }
    }

    /// Returns the longest distance up to `most`.
    fn up_to(&self, most: usize) -> Option<usize> {
        let last = most.min(SHORT_BYTES).checked_sub(1)?;
        let mut word = last / 64;
        let mut bits = self.distances[word] & u64::MAX >> (63 - last % 64);
        loop {
            while bits == 0 {
                word = word.checked_sub(1)?;
                bits = self.distances[word];
            }
            let top = bits.ilog2();
            let distance = word * 64 + top as usize + 1;
            if self.begins(distance) {
                return Some(distance);
            }
            bits ^= 1 << top;
        }
    }

    fn begins(&self, distance: usize) -> bool {
        begins(self.meta, self.input, self.end - distance - self.input.base, self.has_soft)
    }
}

impl StartSet for NearStarts<'_> {
    fn first_from(&self, offset: usize) -> Option<usize> {
        Some(self.end - self.up_to(self.end.checked_sub(offset)?)?)
    }

    fn contains(&self, offset: usize) -> bool {
        let distance = self.end.saturating_sub(offset);
        (1..=SHORT_BYTES).contains(&distance)
            && self.distances[(distance - 1) / 64] >> ((distance - 1) % 64) & 1 != 0
            && self.begins(distance)
    }

    fn include(&self, other: &Starts) -> bool {
        other.iter().all(|offset| self.contains(offset))
    }

    fn copy_to(&self, from: usize, starts: &mut Starts) {
        let mut left = self.end.checked_sub(from).and_then(|most| self.up_to(most));
        while let Some(distance) = left {
            starts.push(self.end - distance);
            left = self.up_to(distance - 1);
        }
    }
}

/// Returns `true` if a match can begin with byte `at` by the characters on both sides of its start. `has_soft`: some boundaries near it are
/// not shown by them.
#[inline]
fn begins(meta: &CompiledAlternative, input: Input<'_>, at: usize, has_soft: bool) -> bool {
    let after = match input.bytes.get(at) {
        // No match begins inside a character.
        Some(0x80..0xC0) => return false,
        _ if meta.start.is_any() => return true,
        Some(&byte @ 0..0x80) => CharClass::of_ascii(byte),
        _ => input.view.class_at(input.base + at),
    };
    meta.start.holds(input.class_before(at), after)
        || (has_soft && input.view.is_soft(input.base + at) && meta.start.holds(CharClass::Other, after))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};

    use super::{CompiledAlternative, Dfa, Input, NearStarts, SHORT_BYTES, StartSet, Starts, StateRef, Stop, WORDS};
    use crate::detect::pattern::Needs;
    use crate::detect::pattern::assertions::EdgeSet;
    use crate::detect::pattern::dfa::DEAD;
    use crate::text::normalize::View;
    use crate::text::view::ViewText;

    /// Returns an alternative that may begin anywhere.
    fn anywhere() -> CompiledAlternative {
        let any = EdgeSet::of(&[]);
        CompiledAlternative { tag: 0, start: any, end: any, pairs_markup: false, cap: SHORT_BYTES, needs: Needs::NONE }
    }

    proptest! {
        /// Whether states are known, new or without a number.
        #[test]
        fn blocks_are_read_back_as_single_bytes_are(texts in vec("[ab]{0,60}[abc]{0,4}", 1..4), states in 4_usize..24) {
            let config = Config::new().utf8(false).which_captures(WhichCaptures::None);
            let nfa = Compiler::new().configure(config).build_many(&["[ab]*?", "(?:ab|bc)+", "a{3,7}b"]).expect("small patterns");
            let dfa = Dfa::new(nfa, &[64; 3], vec![EdgeSet::of(&[]); 3], states);
            let StateRef::State(first) = dfa.start(0..3) else { return Err(TestCaseError::fail("no room")) };
            for text in texts.iter().chain(&texts) {
                let mut reached = first;
                let (found, stop) = dfa.run_back(&mut reached, text.as_bytes());
                let (mut state, mut bits, mut read) = (first, 0, 0);
                let step = |&byte: &u8| match dfa.next(state, byte) {
                    None => Some(Stop::Unnumbered(read)),
                    Some((DEAD, _)) => Some(Stop::Dead),
                    Some((next, matches)) => {
                        bits |= u64::from(matches) << read;
                        (state, read) = (next, read + 1);
                        None
                    }
                };
                let stopped = text.as_bytes().iter().rev().find_map(step).unwrap_or(Stop::Read);
                prop_assert_eq!((found, stop, reached), (bits, stopped, state), "{:?} with {} states", text, states);
            }
        }

        #[test]
        fn near_starts_are_a_set(distances in btree_set(1..=SHORT_BYTES, 0..40), beyond in 0_usize..9, from in 0_usize..300, nearest in 0..=SHORT_BYTES) {
            let end = SHORT_BYTES + beyond;
            let (meta, view) = (anywhere(), ViewText::new(View::Entity));
            let input = Input { view: &view, bytes: &[], base: 0 };
            let mut near = NearStarts { end, distances: [0; WORDS], meta: &meta, input, has_soft: false };
            distances.iter().for_each(|&distance| near.insert(distance));
            near.forget_after(end - nearest);
            let distances: BTreeSet<usize> = distances.into_iter().filter(|&distance| distance >= nearest).collect();
            prop_assert_eq!(near.longest(), distances.last().copied().unwrap_or(0));
            let offsets: BTreeSet<usize> = distances.iter().map(|distance| end - distance).collect();
            prop_assert_eq!(near.first_from(from), offsets.range(from..).next().copied());
            prop_assert_eq!(near.contains(from), offsets.contains(&from));
            let mut starts = Starts::default();
            near.copy_to(from, &mut starts);
            prop_assert_eq!(starts.iter().collect::<Vec<_>>(), offsets.range(from..).copied().collect::<Vec<_>>());
            prop_assert!(near.include(&starts));
            starts.push(end);
            prop_assert!(!near.include(&starts));
        }
    }
}
