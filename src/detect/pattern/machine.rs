//! Runs the automaton of a group over a view that grows.

use super::dfa::{DEAD, Dfa, Info, Place};
use super::landmark::Landmark;
use super::look::EdgeSet;
use super::thread::{AltMeta, ByPlace, Judge, PatternMatch, Thread, expire, first_in_reach, merge, record};
use crate::text::kind::{ALL_KINDS, CharClass, KINDS, KindSet, NON_ASCII_KINDS};
use crate::text::view::ViewText;

/// The automaton of a group of patterns.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(super) dfa: Dfa,
    alternatives: Vec<AltMeta>,
    /// No limit on a match is shorter than this: younger starts are alive, whatever the alternative.
    pub(super) least_cap: usize,
    /// Where to begin between two characters of these kinds.
    starts: Vec<Option<Place>>,
    /// For each byte, one bit for each kind of character before it: whether a match can begin with it.
    pub(super) gate: [u8; 256],
    /// The judge looks at the character after a match, so it must be known.
    judge_looks_behind: bool,
    landmark: Option<Landmark>,
}

/// What a machine remembers of a view.
#[derive(Debug, Default)]
pub(crate) struct MachineState {
    pub(super) threads: Vec<Thread>,
    /// How far the view has been read.
    at: usize,
    by_place: ByPlace,
}

impl MachineState {
    /// Returns the earliest start that can still become a match, as an offset in the view.
    pub(crate) fn earliest(&self) -> Option<usize> {
        self.threads.iter().map(|thread| thread.first).min()
    }
}

/// What is kept of a view, addressed by index.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) view: &'a ViewText,
    pub(super) bytes: &'a [u8],
    /// Offset, in the whole view, of the first byte.
    pub(super) base: usize,
}

impl Input<'_> {
    /// Returns the kind of the character before byte `at`.
    #[inline]
    pub(super) fn kind_before(&self, at: usize) -> CharClass {
        match at.checked_sub(1).and_then(|last| self.bytes.get(last)) {
            Some(&byte) if byte < 0x80 => CharClass::of_ascii(byte),
            _ => self.view.kind_before(self.base + at),
        }
    }

    /// Returns the next byte, from `at` on, that has a boundary before it which the characters do not show.
    pub(super) fn next_soft(&self, at: usize) -> usize {
        self.view.soft_from(self.base + at).first().map_or(usize::MAX, |&soft| soft - self.base)
    }

    /// Returns where the character of byte `at` ends, as an offset in the view.
    fn end_of(&self, at: usize) -> usize {
        let rest = self.bytes.iter().skip(at + 1).take_while(|&&byte| byte & 0xC0 == 0x80).count();
        self.base + at + 1 + rest
    }
}

impl Machine {
    pub(super) fn new(dfa: Dfa, alternatives: Vec<AltMeta>, edges: &[EdgeSet]) -> Self {
        let mut starts = Vec::with_capacity(KINDS * KINDS);
        for before in ALL_KINDS {
            for after in ALL_KINDS {
                let mut live =
                    (0u32..).zip(edges).filter(|(_, edge)| edge.holds(before, after)).map(|(alt, _)| alt).peekable();
                let place = if live.peek().is_some() { Some(dfa.start(live)) } else { None };
                starts.push(place);
            }
        }
        let mut machine = Self {
            dfa,
            least_cap: alternatives.iter().map(|alternative| alternative.cap).min().unwrap_or(0),
            alternatives,
            starts,
            gate: [0; 256],
            judge_looks_behind: false,
            landmark: None,
        };
        machine.gate = std::array::from_fn(|byte| machine.gate_of(u8::try_from(byte).unwrap_or(0)));
        machine
    }

    /// Has every match wait for the character after it, because the judge looks at it.
    pub(crate) fn with_judge_looking_behind(mut self) -> Self {
        self.judge_looks_behind = true;
        self
    }

    /// Runs only around these bytes, one of which every match must hold. False when some match does without.
    pub(crate) fn set_landmark(&mut self, bytes: [u8; 2]) -> bool {
        let starts = self.starts.iter().flatten();
        self.landmark = Landmark::find(&self.dfa, starts, bytes);
        self.landmark.is_some()
    }

    fn gate_of(&self, byte: u8) -> u8 {
        let afters: &[CharClass] = match byte {
            0..0x80 => &[CharClass::of_ascii(byte)],
            0x80..0xC0 => &[],
            _ => &NON_ASCII_KINDS,
        };
        let can_begin = |before: CharClass| {
            afters
                .iter()
                .any(|&after| self.start_place(before, after).is_some_and(|place| self.dfa.step(place, byte).is_some()))
        };
        ALL_KINDS.iter().filter(|&&before| can_begin(before)).fold(0, |bits, &before| bits | 1 << before as u8)
    }

    pub(super) fn start_place(&self, before: CharClass, after: CharClass) -> Option<&Place> {
        self.starts[before as usize * KINDS + after as usize].as_ref()
    }

    /// Reads what is new in the view. Matches that cannot grow any more go to `out`, in no particular order.
    pub(crate) fn scan(
        &self,
        state: &mut MachineState,
        view: &ViewText,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) {
        let input = Input { view, bytes: view.kept().as_bytes(), base: view.base() };
        let mut at = state.at - input.base;
        if at == input.bytes.len() {
            return;
        }
        self.resolve(state, view, judge, out);
        while at < input.bytes.len() {
            at = self.advance_all(state, input, at, judge, out);
        }
        state.at = view.end();
        self.forget_unreachable(state, view, out);
    }

    /// Reads one byte, or several the short way. Returns the byte to continue with.
    fn advance_all(
        &self,
        state: &mut MachineState,
        input: Input<'_>,
        mut at: usize,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) -> usize {
        if state.threads.is_empty() {
            at = self.skip(input, at);
            if at == input.bytes.len() {
                return at;
            }
            if let Some(next) = self.follow_start(state, input, at) {
                return next;
            }
        } else if state.threads.len() == 1 {
            let next = self.follow_thread(state, input, at, judge, out);
            if next > at {
                return next;
            }
        }
        let byte = input.bytes[at];
        let end = if byte < 0x80 { input.base + at + 1 } else { input.end_of(at) };
        self.step_all(state, byte, input.base + at + 1, out);
        self.spawn(state, input, at);
        self.commit_all(state, input, at, end, judge, out);
        at + 1
    }

    /// Ends the view: what matches, matches now.
    pub(crate) fn finish(
        &self,
        state: &mut MachineState,
        view: &ViewText,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) {
        self.resolve(state, view, judge, out);
        for thread in state.threads.drain(..) {
            out.extend(thread.bests);
        }
    }

    /// Returns the next byte at which a match can begin. Only for when no thread is alive.
    #[inline]
    fn skip(&self, input: Input<'_>, mut at: usize) -> usize {
        if let Some(landmark) = &self.landmark {
            at = landmark.begin(input.bytes, at);
        }
        let mut soft = input.next_soft(at);
        while at < input.bytes.len() {
            let gate = self.gate[usize::from(input.bytes[at])];
            if gate != 0 {
                let mut before = KindSet::one(input.kind_before(at));
                if at >= soft {
                    before = input.view.before(input.base + at);
                    soft = input.next_soft(at + 1);
                }
                if gate & before.bits() != 0 {
                    return at;
                }
            }
            at += 1;
        }
        at
    }

    fn step_all(&self, state: &mut MachineState, byte: u8, end: usize, out: &mut Vec<PatternMatch>) {
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
            merge(&mut state.threads, &mut state.by_place);
        }
    }

    /// Moves a thread over `byte`; false when it is at its end.
    #[inline]
    fn advance(&self, thread: &mut Thread, byte: u8, end: usize, out: &mut Vec<PatternMatch>) -> bool {
        let cap = match thread.place {
            Place::State(state) => match self.dfa.next(state, byte) {
                Some((DEAD, _)) => return false,
                Some((next, _)) => {
                    thread.place = Place::State(next);
                    self.dfa.info(next).map_or(0, |info| info.cap)
                }
                None => return self.advance_slowly(thread, byte, end, out),
            },
            Place::Unnumbered(_) => return self.advance_slowly(thread, byte, end, out),
        };
        end - thread.first <= cap || expire(thread, end - cap, out)
    }

    #[cold]
    fn advance_slowly(&self, thread: &mut Thread, byte: u8, end: usize, out: &mut Vec<PatternMatch>) -> bool {
        let Some(next) = self.dfa.step(&thread.place, byte) else { return false };
        thread.place = next;
        let cap = self.cap_at(&thread.place);
        end - thread.first <= cap || expire(thread, end - cap, out)
    }

    /// Returns the longest a match over this place can still be, in bytes of the view.
    fn cap_at(&self, place: &Place) -> usize {
        match place {
            Place::State(state) => self.dfa.info(*state).map_or(0, |info| info.cap),
            Place::Unnumbered(set) => self.dfa.describe(set).cap,
        }
    }

    /// Forgets starts that are too many bytes of the text away, though not of the view. Where the view was cut does not matter: their
    /// matches were too long already.
    fn forget_unreachable(&self, state: &mut MachineState, view: &ViewText, out: &mut Vec<PatternMatch>) {
        if view.surplus() == 0 {
            return;
        }
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            let earliest = first_in_reach(view, view.end(), self.cap_at(&thread.place));
            if thread.first >= earliest || expire(thread, earliest, out) {
                index += 1;
            } else {
                out.append(&mut state.threads.swap_remove(index).bests);
            }
        }
    }

    fn spawn(&self, state: &mut MachineState, input: Input<'_>, at: usize) {
        let gate = self.gate[usize::from(input.bytes[at])];
        if gate == 0 {
            return;
        }
        if input.next_soft(at) != at {
            let before = input.kind_before(at);
            if gate & (1 << before as u8) != 0 {
                self.spawn_after(before, state, input, at);
            }
            return;
        }
        for before in input.view.before(input.base + at).iter() {
            self.spawn_after(before, state, input, at);
        }
    }

    /// Begins where the character before is of this kind.
    fn spawn_after(&self, before: CharClass, state: &mut MachineState, input: Input<'_>, at: usize) {
        let (byte, start) = (input.bytes[at], input.base + at);
        let after = if byte < 0x80 { CharClass::of_ascii(byte) } else { input.view.kind_at(start) };
        let Some(place) = self.start_place(before, after).and_then(|place| self.dfa.step(place, byte)) else { return };
        match state.threads.iter_mut().find(|thread| thread.place == place) {
            Some(thread) => thread.starts.push(start),
            None => state.threads.push(Thread::new(place, start)),
        }
    }

    fn commit_all(
        &self,
        state: &mut MachineState,
        input: Input<'_>,
        at: usize,
        end: usize,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) {
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            let cannot_end =
                matches!(thread.place, Place::State(place) if self.can_end(place, input, at) == Some(false));
            if !cannot_end && self.commit(thread, input.view, end, judge, out) {
                out.extend(state.threads.swap_remove(index).bests);
            } else {
                index += 1;
            }
        }
    }

    /// Takes note of the matches that end here; true when nothing longer can follow.
    #[inline]
    pub(super) fn commit(
        &self,
        thread: &mut Thread,
        view: &ViewText,
        end: usize,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) -> bool {
        match thread.place {
            Place::State(state) => match self.dfa.info(state) {
                Some(info) if !info.matches.is_empty() => self.commit_matches(thread, info, view, end, judge, out),
                _ => false,
            },
            Place::Unnumbered(ref set) => {
                let info = self.dfa.describe(set);
                !info.matches.is_empty() && self.commit_matches(thread, &info, view, end, judge, out)
            }
        }
    }

    fn commit_matches(
        &self,
        thread: &mut Thread,
        info: &Info,
        view: &ViewText,
        end: usize,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) -> bool {
        thread.waiting = None;
        let after = view.after(end);
        let before = view.kind_before(end);
        for &alternative in &info.matches {
            let meta = &self.alternatives[alternative as usize];
            // Markup is in pairs: what opens before a match is only known to close once the next character is.
            let is_open = meta.pairs_markup && after.is_err() && !meta.start.is_any();
            if self.judge_looks_behind || !meta.end.is_any() || is_open {
                let Ok(after) = after else {
                    thread.waiting = Some(end);
                    continue;
                };
                if !meta.end.holds_any(before, after) {
                    continue;
                }
            }
            record(thread, meta, end, view, judge, out);
        }
        info.is_final && thread.waiting.is_none()
    }

    /// Judges the matches that waited for the next character.
    fn resolve(&self, state: &mut MachineState, view: &ViewText, judge: &Judge<'_>, out: &mut Vec<PatternMatch>) {
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            if thread.waiting.is_some_and(|end| self.commit(thread, view, end, judge, out)) {
                out.extend(state.threads.swap_remove(index).bests);
            } else {
                index += 1;
            }
        }
    }
}
