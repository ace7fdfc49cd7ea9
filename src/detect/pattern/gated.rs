//! Reads text with the gate before the matcher: most of it reaches the gate only.

use super::alternatives::AlternativeSet;
use super::bests::record;
use super::gate::{Found, Gate, GateReader, GateState};
use super::gate_nfa::{LONG_BYTES, YOUNG_BYTES};
use super::input::Input;
use super::matcher::{MatcherState, PatternMatcher};
use super::reverse::SHORT_BYTES;
use super::thread::{CompiledAlternative, End, Ends, Judge, make_room};
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
        let (end, mut reader) = (input.bytes.len(), gate.reader());
        // The gate has read up to here.
        let lead = state.lead.take();
        let mut read = lead.map_or(at, |lead| lead.read - input.base);
        let mut open = resume(&mut reader, state, input, (at, read));
        while at < end {
            let found = open.as_mut().map(|open| (scan(&mut reader, open, (input, end), &mut read), *open));
            if let Some(open) = open.filter(|open| open.quiet > at) {
                at = open.quiet;
                state.end_threads(to.out);
                to.out.append(&mut state.bests);
            }
            let until = match found {
                Some((Found::End(last), open)) => {
                    self.find_ends(state, reader.matches(open.entry), (input, last), to);
                    if state.wanted.is_empty() {
                        continue;
                    }
                    last
                }
                Some((Found::Nothing, _)) => end,
                // The threads read on until no start is alive.
                None => at,
            };
            if let Some(open) = open {
                let passed = open.calm.saturating_sub(YOUNG_BYTES).min(until.saturating_sub(LONG_BYTES));
                let passed = input.view.floor_boundary(input.base + passed) - input.base;
                // From no byte before, a start can be open any more: those of long matches are over, and short ones would be too long.
                if passed > at {
                    at = passed;
                    state.end_threads(to.out);
                }
            }
            if matches!(found, Some((Found::Nothing, _))) && state.threads.is_empty() && state.bests.is_empty() {
                self.read_on(state, lead, (input, at), to);
                break;
            }
            while at < until {
                at = self.advance_all(state, input, (at, until), Ends::None, to);
            }
            if until < end {
                let wanted = std::mem::take(&mut state.wanted);
                let ends = if open.is_some() { Ends::Of(&wanted) } else { Ends::All };
                at = self.advance_all(state, input, (at, until + 1), ends, to);
                state.wanted = wanted;
            }
            if open.is_none() && state.threads.is_empty() {
                open = Some(quiet(&mut reader, input, at));
                read = at;
            }
        }
        if let Some(open) = open {
            state.leave_threads(input);
            state.pause(&reader, open, input);
        }
    }

    /// Validates the matches that waited for the next character.
    pub(super) fn resolve(&self, state: &mut MatcherState, input: Input<'_>, at: usize, to: &mut Judge<'_>) {
        if !state.threads.iter().any(|thread| thread.waiting.is_some()) {
            return;
        }
        let paused = self.gate.as_ref().zip(state.gate).and_then(|(gate, pause)| {
            let reader = gate.reader();
            let open = reader.resume(pause, at, input.base)?;
            Some((reader, open))
        });
        let (Some((reader, open)), Some(last)) = (paused, at.checked_sub(1)) else {
            self.commit_waiting(state, input.view, Ends::All, to);
            return;
        };
        self.find_ends(state, reader.matches(open.entry), (input, last), to);
        let wanted = std::mem::take(&mut state.wanted);
        self.commit_waiting(state, input.view, Ends::Of(&wanted), to);
        state.wanted = wanted;
    }
}

impl MatcherState {
    /// Keeps where the gate is at the end of the chunk. Where no start is alive, no long match is open.
    pub(super) fn pause(&mut self, reader: &GateReader<'_>, open: GateState, input: Input<'_>) {
        let calm = if self.lead.is_some() { open.calm } else { input.bytes.len() };
        self.gate = Some(reader.pause(GateState { calm, ..open }, input.base));
    }
}

/// The maximum distance between the first and the last start that are looked at.
const MAX_STARTS: usize = 4;

impl PatternMatcher {
    /// Finds the alternatives of which a match may end after byte `at`, by the characters around it, the form of the text before it and the
    /// number of its digits or letters. Records their matches, or remembers them as wanted in the threads.
    fn find_ends(
        &self,
        state: &mut MatcherState,
        of: &AlternativeSet,
        (input, at): (Input<'_>, usize),
        to: &mut Judge<'_>,
    ) {
        state.wanted.clear();
        let (view, is_ascii) = (input.view, input.bytes[at] < 0x80);
        let end = if is_ascii { input.base + at + 1 } else { input.end_of(at) };
        let (before, after) = (view.class_before(end), view.after(end));
        let has_no_context = of.common(&self.asking).next().is_some() && to.validator.has_no_context(end);
        let mut formed = std::mem::take(&mut state.formed);
        if self.forms.bind(of) {
            self.forms.ending(to.tails.recent(end, view), has_no_context, &mut formed);
        } else {
            formed.copy_from(of);
        }
        if has_no_context {
            formed.remove(&self.never_sure);
        }
        let first = to.validator.first_start(end);
        for alternative in of.common(&formed) {
            work::count(1);
            let meta = &self.alternatives[alternative as usize];
            if after.is_ok_and(|after| !meta.end.holds_any(before, after)) {
                continue;
            }
            let begins = |at: &End| first <= at.last && may_begin(meta, input, first.max(at.first), at.last);
            let lacks_context = meta.needs.asks_context && has_no_context;
            let mut known = self.end_of(alternative, (end, lacks_context), view, to).filter(begins);
            if let Some(at) = known.filter(|at| meta.needs.asks_context && !at.lacks_context)
                && to.validator.has_no_context_of(meta.tag, first.max(at.first), end)
            {
                if meta.needs.is_never_sure {
                    continue;
                }
                known = self.end_of(alternative, (end, true), view, to).filter(begins);
            }
            if let Some(at) = known {
                let at = End { first: first.max(at.first), ..at };
                self.find_starts(state, (meta, at), input, after.is_ok(), to);
            }
        }
        state.formed = formed;
    }

    /// Records the match that ends here, unless its starts are found by threads or it waits for the next character.
    fn find_starts(
        &self,
        state: &mut MatcherState,
        (meta, end): (&CompiledAlternative, End),
        input: Input<'_>,
        is_next_known: bool,
        to: &mut Judge<'_>,
    ) {
        let Some(reverse) = self.reverse.as_ref().filter(|reverse| is_next_known && reverse.handles(end.alternative))
        else {
            state.wanted.push(end);
            return;
        };
        // A match covers whole characters of the text.
        if input.view.is_whole(end.end) {
            let expired = end.end.checked_sub(SHORT_BYTES);
            make_room(&mut state.bests, to.out, |best| best.starts.first() < expired);
            let starts = reverse.starts(meta, &end, input);
            if let Some(first) = end.next_start(&starts, end.first) {
                record(&mut state.bests, &starts, (meta, end, first), input.view, to);
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

/// Returns the state in which the gate goes on after a pause. From byte `at` on, starts may be alive, and it has read up to `read`. `None` if the
/// threads are to read on, because it has no such state any more.
fn resume(
    reader: &mut GateReader<'_>,
    state: &mut MatcherState,
    input: Input<'_>,
    (at, mut read): (usize, usize),
) -> Option<GateState> {
    let known = state.gate.take().and_then(|pause| reader.resume(pause, at, input.base));
    if known.is_some() || !state.threads.is_empty() {
        return known;
    }
    let (mut open, end) = (quiet(reader, input, at), std::mem::replace(&mut read, at));
    // What was read before is read again, for the state alone.
    while read < end {
        scan(reader, &mut open, (input, end), &mut read);
    }
    Some(open)
}

/// Returns the state of the gate where no start is alive.
fn quiet(reader: &mut GateReader<'_>, input: Input<'_>, at: usize) -> GateState {
    reader.quiet(input.view.before(input.base + at), at)
}

/// Lets the gate read on from `read`, up to byte `end`.
fn scan(
    reader: &mut GateReader<'_>,
    state: &mut GateState,
    (input, end): (Input<'_>, usize),
    read: &mut usize,
) -> Found {
    loop {
        if input.next_soft(*read) == *read {
            *state = reader.with_boundary(*state);
        }
        let limit = input.next_soft(*read + 1).min(end);
        let found = reader.scan(state, &input.bytes[..limit], *read, |ends, at| input.can_end(ends, at) != Some(false));
        let next = if let Found::End(last) = found { last + 1 } else { limit };
        work::count(next - *read);
        *read = next;
        if found != Found::Nothing || limit == end {
            return found;
        }
    }
}
