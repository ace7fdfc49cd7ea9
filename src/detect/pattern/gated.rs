//! Reads text with the gate before the matcher: most of it reaches the gate only.

use super::gate::{Found, Gate, GateState};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::thread::{Ends, PatternMatch, Validate};

impl PatternMatcher {
    /// Reads from byte `at` on. The matcher reads only up to where a match may end, and nothing after a start that the gate knows to be
    /// over; but all that can still become a match at the end of the chunk.
    pub(super) fn read_gated(
        &self,
        gate: &Gate,
        state: &mut MatcherState,
        input: Input<'_>,
        mut at: usize,
        validate: &Validate<'_>,
        out: &mut Vec<PatternMatch>,
    ) {
        let end = input.bytes.len();
        // The gate has read up to here.
        let mut read = at;
        let mut open = match state.gate.take() {
            Some(entry) => Some(GateState { entry, quiet: at }),
            None if state.threads.is_empty() => quiet(gate, input, at),
            None => None,
        };
        // Before here the gate had no room for a state.
        let mut full = at;
        while at < end {
            let found = match &mut open {
                Some(open) => scan(gate, open, input, &mut read),
                None => Found::Full(at),
            };
            if let Some(open) = open.filter(|open| open.quiet > at) {
                at = open.quiet;
                state.threads.drain(..).for_each(|thread| out.extend(thread.bests));
            }
            let (until, ends) = match (found, open) {
                (Found::End(last), Some(open)) => (last, Ends::Of(gate.matches(open))),
                (Found::Full(last), _) => {
                    open = None;
                    full = full.max(last + 1);
                    (at, Ends::All)
                }
                _ => (end, Ends::Of(&[])),
            };
            while at < until {
                at = self.advance_all(state, input, (at, until), Ends::Of(&[]), validate, out);
            }
            if until < end {
                at = self.advance_all(state, input, (at, until + 1), ends, validate, out);
            }
            if open.is_none() && at >= full && state.threads.is_empty() {
                open = quiet(gate, input, at);
                read = at;
            }
        }
        state.gate = open.map(|open| open.entry);
    }
}

/// Returns the state of the gate where no start is alive.
fn quiet(gate: &Gate, input: Input<'_>, at: usize) -> Option<GateState> {
    gate.quiet(input.view.before(input.base + at), at)
}

/// Lets the gate read on from `read`.
fn scan(gate: &Gate, state: &mut GateState, input: Input<'_>, read: &mut usize) -> Found {
    let end = input.bytes.len();
    loop {
        if input.next_soft(*read) == *read {
            match gate.with_boundary(*state) {
                Some(next) => *state = next,
                None => return Found::Full(*read),
            }
        }
        let limit = input.next_soft(*read + 1).min(end);
        let found = gate.scan(state, &input.bytes[..limit], *read, |ends, at| input.can_end(ends, at) != Some(false));
        *read = if let Found::End(last) = found { last + 1 } else { limit };
        if found != Found::Nothing || limit == end {
            return found;
        }
    }
}
