//! Runs the automaton of a group over a view that grows.

use regex_automata::nfa::thompson::NFA;

use super::alternatives::AlternativeSet;
use super::assertions::EdgeSet;
use super::count::{Count, Needs};
use super::dfa::{DEAD, Dfa, StateRef};
use super::form::Forms;
use super::gate::{Gate, Pause};
use super::input::Input;
use super::prefilter::{Prefilter, Run};
use super::reverse::Reverse;
use super::tails::Tails;
use super::thread::{
    ByState, CompiledAlternative, End, Ends, Judge, Lead, PatternMatch, Thread, Validator, expire, first_in_reach,
    flush, merge,
};
use crate::text::char_class::{ALL_CLASSES, CLASS_COUNT, CharClass, ClassSet, NON_ASCII_CLASSES};
use crate::text::reset::Reset;
use crate::text::view::ViewText;
use crate::text::work;

/// The automaton of a group of patterns.
#[derive(Debug)]
pub(crate) struct PatternMatcher {
    pub(super) dfa: Dfa,
    pub(super) alternatives: Vec<CompiledAlternative>,
    /// No limit on a match is shorter than this: younger starts are alive in every alternative.
    pub(super) least_cap: usize,
    /// The first state between two characters of these classes.
    starts: Vec<Option<StateRef>>,
    /// For each byte, one bit for each class of the character before it: set if a match can begin with the byte.
    pub(super) start_classes: [u8; 256],
    /// The validator reads the character after a match, so it must be known.
    pub(super) needs_next_char: bool,
    /// The length of the longest match whose characters are counted.
    counted_bytes: usize,
    pub(super) prefilter: Option<Prefilter>,
    pub(super) gate: Option<Gate>,
    pub(super) reverse: Option<Reverse>,
    pub(super) forms: Forms,
    /// The alternatives of which a match may need a context word, and those of which every match needs one.
    pub(super) asking: AlternativeSet,
    pub(super) never_sure: AlternativeSet,
}

/// The state of a matcher in a view.
#[derive(Debug, Default)]
pub(crate) struct MatcherState {
    pub(super) threads: Vec<Thread>,
    /// Where the gate is, if it has read as far.
    pub(super) gate: Option<Pause>,
    /// The earliest start that is alive. No thread is, then.
    pub(super) lead: Option<Lead>,
    /// The offset up to which the view has been read.
    pub(super) at: usize,
    by_state: ByState,
    tails: Tails,
    pub(super) run: Run,
    /// The longest matches whose starts were found backwards, as long as they can grow.
    pub(super) bests: Vec<PatternMatch>,
    /// The ends that the threads are to look at.
    pub(super) wanted: Vec<End>,
    /// The alternatives that can end by the form of the text before.
    pub(super) formed: AlternativeSet,
}

impl Reset for MatcherState {
    fn reset(&mut self) {
        let Self { threads, gate, lead, at, by_state, tails, run, bests, wanted, formed } = self;
        threads.reset();
        by_state.reset();
        tails.reset();
        bests.reset();
        wanted.reset();
        formed.clear();
        (*gate, *lead, *at, *run) = (None, None, 0, Run::default());
    }
}

impl MatcherState {
    /// Ends all threads, and reports their matches.
    pub(super) fn end_threads(&mut self, out: &mut Vec<PatternMatch>) {
        self.threads.drain(..).for_each(|thread| out.extend(thread.bests));
    }

    /// Returns the earliest start that can still become a match, as an offset in the view.
    pub(crate) fn earliest(&self) -> Option<usize> {
        let threads = self.threads.iter().map(|thread| thread.first);
        threads.chain(self.lead.map(|lead| lead.start)).min()
    }
}

impl PatternMatcher {
    pub(super) fn new(dfa: Dfa, alternatives: Vec<CompiledAlternative>, edges: &[EdgeSet], gate: Option<Gate>) -> Self {
        let mut starts = Vec::with_capacity(CLASS_COUNT * CLASS_COUNT);
        for before in ALL_CLASSES {
            for after in ALL_CLASSES {
                let mut live =
                    (0u32..).zip(edges).filter(|(_, edge)| edge.holds(before, after)).map(|(alt, _)| alt).peekable();
                let reached = if live.peek().is_some() { Some(dfa.start(live)) } else { None };
                starts.push(reached);
            }
        }
        let mut matcher = Self {
            dfa,
            least_cap: alternatives.iter().map(|alternative| alternative.cap).min().unwrap_or(0),
            counted_bytes: longest_counted(&alternatives),
            forms: Forms::new(alternatives.iter().map(|alternative| alternative.needs.forms)),
            asking: all_that(&alternatives, |needs| needs.asks_context),
            never_sure: all_that(&alternatives, |needs| needs.is_never_sure),
            alternatives,
            starts,
            start_classes: [0; 256],
            needs_next_char: false,
            prefilter: None,
            gate,
            reverse: None,
        };
        matcher.start_classes = std::array::from_fn(|byte| matcher.start_classes_of(u8::try_from(byte).unwrap_or(0)));
        matcher
    }

    /// Finds the starts of short matches backwards, by the patterns in reverse.
    pub(super) fn with_reverse(mut self, reversed: Option<NFA>) -> Self {
        self.reverse = reversed.map(|nfa| Reverse::new(nfa, &self.alternatives));
        self
    }

    /// Makes every match wait for the character after it, which the validator reads.
    pub(super) fn validated_with_next_char(mut self) -> Self {
        self.needs_next_char = true;
        self
    }

    /// Runs only before these bytes, of which every match must contain one. Returns `false` if some match contains none.
    pub(crate) fn set_prefilter(&mut self, bytes: [u8; 2]) -> bool {
        let starts = self.starts.iter().flatten();
        let longest = self.alternatives.iter().map(|alternative| alternative.cap).max().unwrap_or(0);
        self.prefilter = Prefilter::find(&self.dfa, starts, bytes, longest);
        self.prefilter.is_some()
    }

    /// Returns the matcher without its gate and without needs, as the oracle of tests: it validates every start at every end.
    #[cfg(test)]
    pub(crate) fn without_gate(mut self) -> Self {
        (self.gate, self.reverse) = (None, None);
        self.alternatives.iter_mut().for_each(|alternative| alternative.needs = Needs::NONE);
        self.asking.clear();
        self.never_sure.clear();
        self.forms = Forms::new(self.alternatives.iter().map(|alternative| alternative.needs.forms));
        self
    }

    fn start_classes_of(&self, byte: u8) -> u8 {
        let afters: &[CharClass] = match byte {
            0..0x80 => &[CharClass::of_ascii(byte)],
            0x80..0xC0 => &[],
            _ => &NON_ASCII_CLASSES,
        };
        let can_begin = |before: CharClass| {
            afters.iter().any(|&after| {
                self.start_state(before, after).is_some_and(|reached| self.dfa.step(reached, byte).is_some())
            })
        };
        ALL_CLASSES.iter().filter(|&&before| can_begin(before)).fold(0, |bits, &before| bits | 1 << before as u8)
    }

    pub(super) fn start_state(&self, before: CharClass, after: CharClass) -> Option<&StateRef> {
        self.starts[before as usize * CLASS_COUNT + after as usize].as_ref()
    }

    /// Reads the new part of the view, and to its end if `is_last`. Matches that cannot grow go to `out`, in no particular order.
    pub(crate) fn read(
        &self,
        state: &mut MatcherState,
        view: &ViewText,
        is_last: bool,
        validator: &mut dyn Validator,
        out: &mut Vec<PatternMatch>,
    ) {
        let input = Input { view, bytes: view.kept().as_bytes(), base: view.base() };
        let at = state.at - input.base;
        let tails = std::mem::take(&mut state.tails).reaching(self.counted_bytes);
        let mut to = Judge { validator, out, tails };
        if at < input.bytes.len() {
            self.resolve(state, input, at, &mut to);
            match self.gate.as_ref().filter(|_| self.prefilter.is_none()) {
                Some(gate) => self.read_gated(gate, state, input, at, &mut to),
                None => self.read_ungated(state, input, at, &mut to),
            }
            state.at = state.lead.map_or(view.end(), |lead| lead.start);
            self.forget_unreachable(state, view, to.out);
        }
        if is_last {
            self.resolve(state, input, input.bytes.len(), &mut to);
            state.end_threads(to.out);
            state.lead = None;
        }
        let threads = &state.threads;
        flush(&mut state.bests, to.out, |best| !threads.iter().any(|thread| thread.has_start_of(best)));
        state.tails = to.tails;
    }

    /// Reads from byte `at` on without a gate.
    fn read_ungated(&self, state: &mut MatcherState, input: Input<'_>, mut at: usize, to: &mut Judge<'_>) {
        let lead = state.lead.take();
        if let Some(prefilter) = self.prefilter.as_ref().filter(|_| !state.threads.is_empty()) {
            let passed = prefilter.pass(input, at, &mut state.run);
            if passed > at {
                state.end_threads(to.out);
                at = passed;
            }
        }
        while at < input.bytes.len() {
            if let Some(prefilter) = self.prefilter.as_ref().filter(|_| state.threads.is_empty()) {
                at = prefilter.begin(input, at, &mut state.run);
                if state.run.is_open(input) {
                    return self.read_on(state, lead, (input, at), to);
                }
            }
            at = self.advance_all(state, input, (at, input.bytes.len()), Ends::All, to);
        }
    }

    /// Reads one byte, or several on the fast path, but none from `limit` on. Returns the byte to continue with.
    pub(super) fn advance_all(
        &self,
        state: &mut MatcherState,
        input: Input<'_>,
        (mut at, limit): (usize, usize),
        ends: Ends<'_>,
        to: &mut Judge<'_>,
    ) -> usize {
        if state.threads.is_empty() {
            at = self.skip(&mut state.run, input, at, limit);
            if at >= limit {
                return at;
            }
            if let Some(next) = self.follow_start(state, input, (at, limit)) {
                return next;
            }
        } else if state.threads.len() == 1 {
            let next = self.follow_thread(state, input, (at, limit), ends, to);
            if next > at {
                return next;
            }
        }
        work::count(2 + 2 * state.threads.len());
        let byte = input.bytes[at];
        let end = if byte < 0x80 { input.base + at + 1 } else { input.end_of(at) };
        self.step_all(state, byte, input.base + at + 1, to.out);
        self.spawn(state, input, at);
        self.commit_all(state, input, (at, end), ends, to);
        at + 1
    }

    /// Returns the next byte at which a match can begin. Only for when no thread is alive.
    #[inline]
    fn skip(&self, run: &mut Run, input: Input<'_>, mut at: usize, limit: usize) -> usize {
        if let Some(prefilter) = &self.prefilter {
            at = prefilter.begin(input, at, run);
        }
        self.next_start(input, at, limit)
    }

    /// Returns the next byte, from `at` on, at which a match can begin by the characters around it; `limit` if there is none before.
    #[inline]
    pub(super) fn next_start(&self, input: Input<'_>, mut at: usize, limit: usize) -> usize {
        let mut soft = input.next_soft(at);
        while at < limit {
            let start_classes = self.start_classes[usize::from(input.bytes[at])];
            if start_classes != 0 {
                let mut before = ClassSet::one(input.class_before(at));
                if at >= soft {
                    before = input.view.before(input.base + at);
                    soft = input.next_soft(at + 1);
                }
                if start_classes & before.bits() != 0 {
                    return at;
                }
            }
            at += 1;
        }
        at
    }

    fn step_all(&self, state: &mut MatcherState, byte: u8, end: usize, out: &mut Vec<PatternMatch>) {
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            if self.advance(thread, byte, end, out) {
                index += 1;
            } else {
                out.append(&mut state.threads.swap_remove(index).bests);
            }
        }
        if state.threads.len() > 1 {
            merge(&mut state.threads, &mut state.by_state);
        }
    }

    /// Moves a thread over `byte`. Returns `false` if the thread ends.
    #[inline]
    fn advance(&self, thread: &mut Thread, byte: u8, end: usize, out: &mut Vec<PatternMatch>) -> bool {
        let cap = match thread.reached {
            StateRef::State(state) => match self.dfa.next(state, byte) {
                Some((DEAD, _)) => return false,
                Some((next, matches)) => {
                    (thread.reached, thread.may_match) = (StateRef::State(next), matches);
                    self.dfa.info(next).map_or(0, |info| info.cap)
                }
                None => return self.advance_slowly(thread, byte, end, out),
            },
            StateRef::Unnumbered(_) => return self.advance_slowly(thread, byte, end, out),
        };
        end - thread.first <= cap || expire(thread, end - cap, out)
    }

    #[cold]
    fn advance_slowly(&self, thread: &mut Thread, byte: u8, end: usize, out: &mut Vec<PatternMatch>) -> bool {
        if let StateRef::Unnumbered(set) = &thread.reached {
            work::count(8 * set.len());
        }
        let Some(next) = self.dfa.step(&thread.reached, byte) else { return false };
        (thread.reached, thread.may_match) = (next, true);
        let cap = self.cap_at(&thread.reached);
        end - thread.first <= cap || expire(thread, end - cap, out)
    }

    /// Returns the maximum length of a match through this state, in bytes of the view.
    fn cap_at(&self, reached: &StateRef) -> usize {
        match reached {
            StateRef::State(state) => self.dfa.info(*state).map_or(0, |info| info.cap),
            StateRef::Unnumbered(set) => self.dfa.describe(set).cap,
        }
    }

    /// Forgets starts that are too many bytes of the text away, though not of the view. Chunk boundaries do not matter: their
    /// matches were too long already.
    fn forget_unreachable(&self, state: &mut MatcherState, view: &ViewText, out: &mut Vec<PatternMatch>) {
        if view.surplus() == 0 {
            return;
        }
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            let earliest = first_in_reach(view, view.end(), self.cap_at(&thread.reached));
            if thread.first >= earliest || expire(thread, earliest, out) {
                index += 1;
            } else {
                out.append(&mut state.threads.swap_remove(index).bests);
            }
        }
    }

    fn spawn(&self, state: &mut MatcherState, input: Input<'_>, at: usize) {
        let start_classes = self.start_classes[usize::from(input.bytes[at])];
        if start_classes == 0 {
            return;
        }
        if input.next_soft(at) != at {
            let before = input.class_before(at);
            if start_classes & (1 << before as u8) != 0 {
                self.spawn_after(before, state, input, at);
            }
            return;
        }
        for before in input.view.before(input.base + at).iter() {
            self.spawn_after(before, state, input, at);
        }
    }

    /// Begins after a character of this class.
    fn spawn_after(&self, before: CharClass, state: &mut MatcherState, input: Input<'_>, at: usize) {
        let (byte, start) = (input.bytes[at], input.base + at);
        let after = if byte < 0x80 { CharClass::of_ascii(byte) } else { input.view.class_at(start) };
        let Some(reached) = self.start_state(before, after).and_then(|reached| self.dfa.step(reached, byte)) else {
            return;
        };
        match state.threads.iter_mut().find(|thread| thread.reached == reached) {
            Some(thread) => thread.starts.push(start),
            None => state.threads.push(Thread::new(reached, start)),
        }
    }
}

fn all_that(alternatives: &[CompiledAlternative], needs: impl Fn(&Needs) -> bool) -> AlternativeSet {
    let needing = (0..).zip(alternatives).filter(|(_, alternative)| needs(&alternative.needs));
    needing.map(|(number, _)| number).collect()
}

/// Returns the length of the longest match whose characters are counted.
fn longest_counted(alternatives: &[CompiledAlternative]) -> usize {
    let counted = alternatives.iter().filter(|alternative| alternative.needs.count != Count::ANY);
    counted.map(|alternative| alternative.cap).max().unwrap_or(0)
}
