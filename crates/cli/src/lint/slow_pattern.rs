//! Finds patterns of which many starts are alive at once.
//!
//! A start is followed until no match can come of it, and starts in the same state are followed together. A pattern that can begin at every
//! character, and counts from there on, has as many as it counts to: each character of such text takes the work of all of them. They are
//! counted in text that is made of the pattern's own characters.

use std::collections::BTreeSet;

use regex_automata::nfa::thompson::{Compiler, Config, NFA, State, WhichCaptures};
use regex_automata::util::look::{Look, LookMatcher};
use regex_automata::util::primitives::StateID;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::document::RuleEntry;
use super::warning::Warning;

/// More starts than this get a warning. A number of sixteen digits has as many.
const MOST_ALIVE: usize = 16;

/// The number of bytes in which starts are counted. There cannot be more of them.
const TEXT_BYTES: usize = 128;

/// Characters of the pattern that text is made of, and those that are tried first in a class.
const MOST_CHARS: usize = 6;
const USUAL_CHARS: [char; 7] = ['1', 'a', 'A', ' ', '-', '.', '_'];

/// The maximum number of states that are looked at for a pattern.
const MAX_STEPS: usize = 200_000;

pub(super) fn check(entries: &[RuleEntry], warnings: &mut Vec<Warning>) {
    for entry in entries {
        for pattern in &entry.patterns {
            let Some((alive, unit)) = worst(pattern).filter(|&(alive, _)| alive > MOST_ALIVE) else { continue };
            let message = format!(
                "`{}`: text that repeats {unit:?} is slow: a match of `{pattern}` can begin at {alive} characters at the same time, and each adds its work",
                entry.rule
            );
            let help = "begin it with `\\b`, or with characters that cannot be inside of it; or repeat less often";
            warnings.push(Warning::of_entry("slow-pattern", entry, message).help(help));
        }
    }
}

/// Returns the largest number of starts that are alive at once, and what to repeat for that.
fn worst(pattern: &str) -> Option<(usize, String)> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let config = Config::new().which_captures(WhichCaptures::None);
    let nfa = Compiler::new().configure(config).build_from_hir(&hir).ok()?;
    let mut chars = Vec::new();
    add_chars(&hir, &mut chars);
    let pairs =
        chars.iter().flat_map(|&one| chars.iter().filter(move |&&other| other != one).map(move |&other| [one, other]));
    let units = chars.iter().map(char::to_string).chain(pairs.map(String::from_iter));
    let mut steps = 0;
    let counted = units.map_while(|unit| {
        (steps < MAX_STEPS).then(|| (most_alive(&nfa, &unit.repeat(TEXT_BYTES.div_ceil(unit.len())), &mut steps), unit))
    });
    // Of equal ones the first.
    counted.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

/// Adds characters that a match can contain.
fn add_chars(hir: &Hir, chars: &mut Vec<char>) {
    let add = |c: char| {
        if chars.len() < MOST_CHARS && !chars.contains(&c) {
            chars.push(c);
        }
    };
    match hir.kind() {
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().take(2).for_each(add),
        HirKind::Class(Class::Unicode(class)) => {
            let contains = |c: char| class.iter().any(|range| (range.start()..=range.end()).contains(&c));
            let usual = USUAL_CHARS.into_iter().filter(|&c| contains(c)).take(2);
            let first = class.iter().map(|range| range.start()).find(|c| !c.is_control());
            let is_unusual = !USUAL_CHARS.into_iter().any(contains);
            usual.chain(first.filter(|_| is_unusual)).for_each(add);
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().map(|range| char::from(range.start())).filter(char::is_ascii_graphic).take(1).for_each(add);
        }
        HirKind::Repetition(repetition) => add_chars(&repetition.sub, chars),
        HirKind::Capture(capture) => add_chars(&capture.sub, chars),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| add_chars(part, chars)),
        HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// Returns the largest number of starts that are alive at once, each in a state of its own, as far as the steps reach.
fn most_alive(nfa: &NFA, text: &str, steps: &mut usize) -> usize {
    let bytes = text.as_bytes();
    let (mut alive, mut most) = (BTreeSet::new(), 0);
    for (at, &byte) in bytes.iter().enumerate() {
        if text.is_char_boundary(at) {
            alive.insert(closed(nfa, &[nfa.start_anchored()], bytes, at));
        }
        let mut next = BTreeSet::new();
        for states in &alive {
            *steps += states.len();
            let moved: Vec<StateID> = states.iter().filter_map(|&state| target(nfa, state, byte)).collect();
            next.insert(closed(nfa, &moved, bytes, at + 1));
        }
        next.remove(&Vec::new());
        alive = next;
        most = most.max(alive.len());
        if *steps > MAX_STEPS {
            break;
        }
    }
    most
}

/// Returns the state after a byte.
fn target(nfa: &NFA, state: StateID, byte: u8) -> Option<StateID> {
    match nfa.state(state) {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(sparse) => sparse.matches_byte(byte),
        State::Dense(dense) => dense.matches_byte(byte),
        _ => None,
    }
}

/// Returns the states that read a byte next, of those that are reached from some without reading one, in order.
fn closed(nfa: &NFA, from: &[StateID], bytes: &[u8], at: usize) -> Vec<StateID> {
    let (mut stack, mut seen, mut closed) = (from.to_vec(), BTreeSet::new(), Vec::new());
    while let Some(state) = stack.pop() {
        if !seen.insert(state) {
            continue;
        }
        match nfa.state(state) {
            State::Look { look, next } if LookMatcher::new().matches(ascii(*look), bytes, at) => stack.push(*next),
            State::Union { alternates } => stack.extend(alternates.iter()),
            State::BinaryUnion { alt1, alt2 } => stack.extend([*alt1, *alt2]),
            State::Capture { next, .. } => stack.push(*next),
            State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) => closed.push(state),
            State::Look { .. } | State::Fail | State::Match { .. } => {}
        }
    }
    closed.sort_unstable();
    closed
}

/// Returns the assertion for ASCII: text is made of few other characters.
fn ascii(look: Look) -> Look {
    match look {
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        look => look,
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_ALIVE, worst};

    #[test]
    fn starts_are_counted() {
        let slow = [
            (r"(?:\d[ -]?){13,19}", 19),
            ("(?:a?){40}a{40}", 17),
            ("[0-9a-f]{32}", 31),
            ("[A-Z0-9]{20}", 19),
            (".{0,80}secret", 80),
            (r"\b(?:\d ?){30}", 30),
        ];
        for (pattern, least) in slow {
            let (alive, unit) = worst(pattern).expect("it has characters");
            assert!(alive > MOST_ALIVE && alive >= least, "{pattern}: {alive} in {unit:?}");
        }
        let fast = [
            r"EMP-\d{6}",
            r"\d{16}",
            r"\b[0-9a-f]{32}\b",
            r"[a-z]+@[a-z]+\.com",
            "(?i)confidential",
            "sk-[A-Za-z0-9]{48}",
            r"\b(?:\d{4}[ -]?){3}\d{4}\b",
            r"\w+",
            "",
        ];
        for pattern in fast {
            let alive = worst(pattern).map_or(0, |(alive, _)| alive);
            assert!(alive <= MOST_ALIVE, "{pattern}: {alive}");
        }
    }

    #[test]
    fn large_patterns_are_slow() {
        for pattern in ["(?:a{0,500}b?){0,20}c", r"(?:\w{1,300} ?){10}", r"\p{L}{1,400}x"] {
            let (alive, unit) = worst(pattern).expect("it has characters");
            assert!(alive > MOST_ALIVE, "{pattern}: {alive} in {unit:?}");
        }
    }
}
