//! The states of an NFA: what is after them, and what they are reached by.

use std::collections::BTreeSet;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::{PatternID, StateID};

/// The states visited in one step. Counting up clears it.
#[derive(Debug, Default)]
pub(super) struct VisitedStates {
    marks: Vec<u32>,
    round: u32,
}

impl VisitedStates {
    pub(super) fn clear(&mut self, states: usize) {
        self.marks.resize(states, 0);
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.marks.fill(0);
            self.round = 1;
        }
    }

    /// Marks a state. Returns `true` if it was not marked.
    fn insert(&mut self, state: StateID) -> bool {
        std::mem::replace(&mut self.marks[state.as_usize()], self.round) != self.round
    }
}

/// Returns the state after a byte, if `state` reads it.
pub(super) fn target(nfa: &NFA, state: StateID, byte: u8) -> Option<StateID> {
    match nfa.state(state) {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(sparse) => sparse.matches_byte(byte),
        State::Dense(dense) => dense.matches_byte(byte),
        _ => None,
    }
}

/// Finds the states that are reached from `state` without reading a byte and were not visited: those that read one, and matches. Assertions are
/// not passed.
pub(super) fn close(nfa: &NFA, state: StateID, visited: &mut VisitedStates, mut found: impl FnMut(StateID)) {
    let mut stack = vec![state];
    while let Some(state) = stack.pop() {
        if !visited.insert(state) {
            continue;
        }
        match nfa.state(state) {
            State::Union { alternates } => stack.extend(alternates.iter().rev()),
            State::BinaryUnion { alt1, alt2 } => stack.extend([alt2, alt1]),
            State::Capture { next, .. } => stack.push(*next),
            State::Look { .. } | State::Fail => {}
            State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Match { .. } => found(state),
        }
    }
}

/// Returns the pattern of each state; states that no pattern reaches have none.
pub(super) fn pattern_of(nfa: &NFA, patterns: usize) -> Vec<Option<usize>> {
    let mut owners = vec![None; nfa.states().len()];
    for pattern in 0..patterns {
        // States are not shared between patterns.
        let is_new = |state: StateID| owners[state.as_usize()].replace(pattern).is_none();
        reach(nfa, start(nfa, pattern).into_iter().collect(), is_new);
    }
    owners
}

/// Returns the states that a match of one of these patterns can be in after more than `bytes` bytes.
pub(super) fn after_more_than(bytes: usize, nfa: &NFA, patterns: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut reached: Vec<StateID> = patterns.filter_map(|pattern| start(nfa, pattern)).collect();
    for _ in 0..=bytes {
        let (mut visited, mut after) = (BTreeSet::new(), BTreeSet::new());
        while let Some(state) = reached.pop() {
            if visited.insert(state) {
                let targets = next(nfa, state);
                if reads_byte(nfa, state) { after.extend(targets) } else { reached.extend(targets) }
            }
        }
        reached = after.into_iter().collect();
    }
    let mut found = vec![false; nfa.states().len()];
    reach(nfa, reached, |state| !std::mem::replace(&mut found[state.as_usize()], true));
    found
}

fn start(nfa: &NFA, pattern: usize) -> Option<StateID> {
    nfa.start_pattern(PatternID::new_unchecked(pattern))
}

/// Goes on from all states that are new.
fn reach(nfa: &NFA, mut waiting: Vec<StateID>, mut is_new: impl FnMut(StateID) -> bool) {
    while let Some(state) = waiting.pop() {
        if is_new(state) {
            waiting.extend(next(nfa, state));
        }
    }
}

fn reads_byte(nfa: &NFA, state: StateID) -> bool {
    matches!(nfa.state(state), State::ByteRange { .. } | State::Sparse(_) | State::Dense(_))
}

/// Returns the states after one.
fn next(nfa: &NFA, state: StateID) -> Vec<StateID> {
    match nfa.state(state) {
        State::ByteRange { trans } => vec![trans.next],
        State::Sparse(sparse) => sparse.transitions.iter().map(|trans| trans.next).collect(),
        State::Dense(dense) => dense.transitions.iter().copied().filter(|id| id.as_usize() != 0).collect(),
        State::Look { next, .. } | State::Capture { next, .. } => vec![*next],
        State::Union { alternates } => alternates.to_vec(),
        State::BinaryUnion { alt1, alt2 } => vec![*alt1, *alt2],
        State::Fail | State::Match { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::nfa::thompson::NFA;

    use super::{after_more_than, pattern_of};

    #[test]
    fn a_state_is_old_if_some_match_is_long_in_it() {
        let nfa = NFA::compiler().build_many(&["abcde", "x+"]).expect("small patterns");
        let owners = pattern_of(&nfa, 2);
        let old = |bytes, pattern: usize| {
            let found = after_more_than(bytes, &nfa, std::iter::once(pattern));
            assert!(found.iter().zip(&owners).all(|(&is_old, &owner)| !is_old || owner == Some(pattern)));
            found.into_iter().filter(|&is_old| is_old).count()
        };
        assert!(old(0, 0) > old(1, 0) && old(1, 0) > old(4, 0) && old(4, 0) > 0);
        assert_eq!(old(5, 0), 0, "no match is longer");
        assert_eq!(old(0, 1), old(100, 1), "a loop has no end");
    }
}
