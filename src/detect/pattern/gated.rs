//! Reads text with the gate before the matcher: most of it reaches the gate only.

use super::alternatives::AlternativeSet;
use super::gate::{Found, Gate, GateState};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::thread::{CompiledAlternative, Ends, Judge, Wanted};
use crate::text::char_class::CharClass;
use crate::text::work;

impl PatternMatcher {
    /// Reads from byte `at` on. The matcher reads only up to where a match may end, and nothing after a start that the gate knows to be
    /// over; but all that can still become a match at the end of the chunk.
    pub(super) fn read_gated(
        &self,
        gate: &Gate,
        state: &mut MatcherState,
        input: Input<'_>,
        mut at: usize,
        to: &mut Judge<'_>,
    ) {
        let end = input.bytes.len();
        let (mut wanted, mut formed) = (Wanted::default(), AlternativeSet::default());
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
                state.threads.drain(..).for_each(|thread| to.out.extend(thread.bests));
            }
            let (until, ends) = match (found, open) {
                (Found::End(last), Some(open)) => {
                    match gate.matches(open) {
                        Some(matches) => self.find_wanted(matches, (input, last), to, &mut formed, &mut wanted),
                        None => continue,
                    }
                    if wanted.is_empty() {
                        continue;
                    }
                    (last, Ends::Of(&wanted))
                }
                (Found::Full(last), _) => {
                    open = None;
                    full = full.max(last + 1);
                    (at, Ends::All)
                }
                _ => (end, Ends::None),
            };
            while at < until {
                at = self.advance_all(state, input, (at, until), Ends::None, to);
            }
            if until < end {
                at = self.advance_all(state, input, (at, until + 1), ends, to);
            }
            if open.is_none() && at >= full && state.threads.is_empty() {
                open = quiet(gate, input, at);
                read = at;
            }
        }
        state.gate = open.map(|open| open.entry);
    }
}

/// The maximum distance between the first and the last start that are looked at.
const MAX_STARTS: usize = 4;

impl PatternMatcher {
    /// Finds the alternatives of which a match may end after byte `at` by the characters around it, the form of the text before it and the
    /// number of its digits or letters.
    fn find_wanted(
        &self,
        of: &AlternativeSet,
        (input, at): (Input<'_>, usize),
        to: &mut Judge<'_>,
        formed: &mut AlternativeSet,
        wanted: &mut Wanted,
    ) {
        wanted.clear();
        if input.bytes[at] >= 0x80 {
            let end = input.end_of(at);
            let ends = of.iter().filter_map(|alternative| self.end_of(alternative, end, input.view, to));
            ends.for_each(|end| wanted.push(end));
            return;
        }
        let (view, end) = (input.view, input.base + at + 1);
        let (before, after) = (view.class_before(end), view.after(end));
        if self.forms.bind(of) {
            self.forms.ending(to.tails.recent(end, view), formed);
        } else {
            formed.copy_from(of);
        }
        for alternative in of.common(formed) {
            work::count(1);
            let meta = &self.alternatives[alternative as usize];
            if after.is_ok_and(|after| !meta.end.holds_any(before, after)) {
                continue;
            }
            let known = self.end_of(alternative, end, view, to);
            if let Some(end) = known.filter(|known| may_begin(meta, input, known.first, known.last)) {
                wanted.push(end);
            }
        }
    }
}

/// Returns `true` if a match can begin between two offsets by the characters around them.
fn may_begin(meta: &CompiledAlternative, input: Input<'_>, first: usize, last: usize) -> bool {
    let Some(from) = first.checked_sub(input.base).filter(|_| last - first < MAX_STARTS) else { return true };
    input.next_soft(from) <= last - input.base
        || (from..=last - input.base).any(|at| match input.bytes.get(at) {
            Some(&byte) if byte < 0x80 => meta.start.holds(input.class_before(at), CharClass::of_ascii(byte)),
            _ => true,
        })
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
        let next = if let Found::End(last) = found { last + 1 } else { limit };
        work::count(next - *read);
        *read = next;
        if found != Found::Nothing || limit == end {
            return found;
        }
    }
}
