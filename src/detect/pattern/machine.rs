//! Runs the automaton of a group over a text that arrives in pieces.

use super::around::{kind_before, kind_ending, kind_starting};
use super::dfa::{DEAD, Dfa, Info, Place};
use super::landmark::Landmark;
use super::look::EdgeSet;
use super::starts::Starts;
use super::thread::{AltMeta, ByPlace, Judge, PatternMatch, Thread, expire, merge, record};
use crate::detect::piece::Piece;
use crate::text::buffer::TextBuffer;
use crate::text::fold::View;
use crate::text::kind::{ALL_KINDS, CharKind, KINDS, NON_ASCII_KINDS};

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
    view: View,
    /// The judge looks at the character behind a match, so it must be known.
    judge_looks_behind: bool,
    landmark: Option<Landmark>,
}

/// What a machine remembers of a text between its pieces.
#[derive(Debug)]
pub(crate) struct MachineState {
    pub(super) threads: Vec<Thread>,
    pub(super) before: CharKind,
    by_place: ByPlace,
}

impl Default for MachineState {
    fn default() -> Self {
        Self { threads: Vec::new(), before: CharKind::Edge, by_place: ByPlace::default() }
    }
}

impl MachineState {
    /// The earliest start that can still become a match.
    pub(crate) fn earliest(&self) -> Option<usize> {
        self.threads.iter().map(|thread| thread.first).min()
    }
}

impl Machine {
    pub(super) fn new(dfa: Dfa, alternatives: Vec<AltMeta>, edges: &[EdgeSet], view: View) -> Self {
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
            view,
            judge_looks_behind: false,
            landmark: None,
        };
        machine.gate = std::array::from_fn(|byte| machine.gate_of(u8::try_from(byte).unwrap_or(0)));
        machine
    }

    /// Has every match wait for the character behind it, because the judge looks at it.
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
        let afters: &[CharKind] = match byte {
            0..0x80 => &[CharKind::of_ascii(byte)],
            0x80..0xC0 => &[],
            _ => &NON_ASCII_KINDS,
        };
        let can_begin = |before: CharKind| {
            afters
                .iter()
                .any(|&after| self.start_place(before, after).is_some_and(|place| self.dfa.step(place, byte).is_some()))
        };
        ALL_KINDS.iter().filter(|&&before| can_begin(before)).fold(0, |bits, &before| bits | 1 << before as u8)
    }

    pub(super) fn start_place(&self, before: CharKind, after: CharKind) -> Option<&Place> {
        self.starts[before as usize * KINDS + after as usize].as_ref()
    }

    /// Reads the next piece. Matches that cannot grow any more go to `out`, in no particular order.
    pub(crate) fn scan(
        &self,
        state: &mut MachineState,
        piece: Piece<'_>,
        text: &TextBuffer,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) {
        let bytes = piece.bytes();
        if bytes.is_empty() {
            return;
        }
        self.resolve(state, text, judge, out);
        let mut at = 0;
        while at < bytes.len() {
            if state.threads.is_empty() {
                at = self.skip(state, bytes, at);
                if at == bytes.len() {
                    break;
                }
                if let Some(next) = self.follow_start(state, piece, at) {
                    at = next;
                    continue;
                }
            } else if state.threads.len() == 1 {
                let from = at;
                at = self.follow_thread(state, piece, at, text, judge, out);
                if at > from {
                    continue;
                }
            }
            self.step_all(state, bytes[at], piece.end(at), out);
            self.spawn(state, bytes, at, piece);
            self.commit_all(state, bytes, at, text, piece.end(at), judge, out);
            if let Some(kind) = kind_ending(bytes, at) {
                state.before = kind;
            }
            at += 1;
        }
    }

    /// Says that nothing more comes: what matches, matches now.
    pub(crate) fn finish(
        &self,
        state: &mut MachineState,
        text: &TextBuffer,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) {
        self.resolve(state, text, judge, out);
        for thread in state.threads.drain(..) {
            out.extend(thread.bests);
        }
    }

    /// The next byte at which a match can begin. Only for when no thread is alive.
    #[inline]
    fn skip(&self, state: &mut MachineState, bytes: &[u8], mut at: usize) -> usize {
        if let Some(landmark) = &self.landmark {
            let begin = landmark.begin(bytes, at);
            if begin > at {
                state.before = kind_before(bytes, begin).unwrap_or(state.before);
                at = begin;
            }
        }
        let begin = at;
        while at < bytes.len() {
            let gate = self.gate[usize::from(bytes[at])];
            if gate != 0 {
                let before = if at == begin { state.before } else { kind_before(bytes, at).unwrap_or(state.before) };
                if gate & (1 << before as u8) != 0 {
                    state.before = before;
                    return at;
                }
            }
            at += 1;
        }
        if at > begin {
            state.before = kind_before(bytes, at).unwrap_or(state.before);
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
        let cap = self.with_info(&thread.place, |info| info.cap);
        end - thread.first <= cap || expire(thread, end - cap, out)
    }

    fn with_info<T: Default>(&self, place: &Place, read: impl FnOnce(&Info) -> T) -> T {
        match place {
            Place::State(state) => self.dfa.info(*state).map(read).unwrap_or_default(),
            Place::Unnumbered(set) => read(&self.dfa.describe(set)),
        }
    }

    fn spawn(&self, state: &mut MachineState, bytes: &[u8], at: usize, piece: Piece<'_>) {
        let byte = bytes[at];
        if self.gate[usize::from(byte)] & (1 << state.before as u8) == 0 {
            return;
        }
        let after = if byte < 0x80 { CharKind::of_ascii(byte) } else { kind_starting(bytes, at) };
        let Some(place) = self.start_place(state.before, after) else { return };
        let Some(place) = self.dfa.step(place, byte) else { return };
        let start = piece.start(at);
        if let Some(thread) = state.threads.iter_mut().find(|thread| thread.place == place) {
            thread.starts.push(start);
            return;
        }
        state.threads.push(Thread {
            place,
            starts: Starts::one(start),
            first: start,
            bests: Vec::new(),
            waiting: None,
        });
    }

    #[allow(clippy::too_many_arguments, reason = "the innermost loop passes its position apart")]
    fn commit_all(
        &self,
        state: &mut MachineState,
        bytes: &[u8],
        at: usize,
        text: &TextBuffer,
        end: usize,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) {
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            let cannot_end =
                matches!(thread.place, Place::State(place) if self.can_end(place, bytes, at) == Some(false));
            if !cannot_end && self.commit(thread, text, end, judge, out) {
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
        text: &TextBuffer,
        end: usize,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) -> bool {
        match thread.place {
            Place::State(state) => match self.dfa.info(state) {
                Some(info) if !info.matches.is_empty() => self.commit_matches(thread, info, text, end, judge, out),
                _ => false,
            },
            Place::Unnumbered(ref set) => {
                let info = self.dfa.describe(set);
                !info.matches.is_empty() && self.commit_matches(thread, &info, text, end, judge, out)
            }
        }
    }

    fn commit_matches(
        &self,
        thread: &mut Thread,
        info: &Info,
        text: &TextBuffer,
        end: usize,
        judge: &Judge<'_>,
        out: &mut Vec<PatternMatch>,
    ) -> bool {
        thread.waiting = None;
        for &alternative in &info.matches {
            let meta = &self.alternatives[alternative as usize];
            if self.judge_looks_behind || !meta.end.is_any() {
                let Ok(after) = text.kind_at(end, self.view) else {
                    thread.waiting = Some(end);
                    continue;
                };
                if !meta.end.holds(text.kind_before(end, self.view), after) {
                    continue;
                }
            }
            record(thread, meta, end, judge, out);
        }
        info.is_final && thread.waiting.is_none()
    }

    /// Judges the matches that waited for the next character.
    fn resolve(&self, state: &mut MachineState, text: &TextBuffer, judge: &Judge<'_>, out: &mut Vec<PatternMatch>) {
        let mut index = 0;
        while index < state.threads.len() {
            let thread = &mut state.threads[index];
            if thread.waiting.is_some_and(|end| self.commit(thread, text, end, judge, out)) {
                out.extend(state.threads.swap_remove(index).bests);
            } else {
                index += 1;
            }
        }
    }
}
