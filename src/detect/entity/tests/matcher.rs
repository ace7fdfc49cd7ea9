//! A slow and simple matcher with the semantics recognizers are written for.

use std::ops::Range;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::meta;
use regex_automata::nfa::thompson;
use regex_automata::util::start;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

use crate::detect::entity::recognizer::{Candidate, Recognizer, Verdict};

/// The recognizers of one type, compiled one by one.
pub(in super::super) struct Matcher {
    patterns: Vec<(&'static Recognizer, meta::Regex, dense::DFA<Vec<u32>>)>,
}

fn dfa(patterns: &[&str]) -> dense::DFA<Vec<u32>> {
    dense::Builder::new()
        .configure(dense::Config::new().match_kind(MatchKind::All).start_kind(StartKind::Anchored))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build_many(patterns)
        .expect("the pattern compiles")
}

/// Number of states and bytes of the automaton of these patterns.
pub(super) fn size(patterns: &[&str]) -> (usize, usize) {
    let dfa = dfa(patterns);
    let states = dfa.memory_usage() / (4 << dfa.byte_classes().stride2());
    (states, dfa.memory_usage())
}

impl Matcher {
    pub(in super::super) fn new(recognizers: impl Iterator<Item = &'static Recognizer>) -> Self {
        let patterns = recognizers
            .map(|r| {
                let regex = meta::Builder::new()
                    .syntax(syntax::Config::new().unicode(false).utf8(false))
                    .configure(meta::Config::new().utf8_empty(false))
                    .build(r.pattern)
                    .expect("the pattern compiles");
                (r, regex, dfa(&[r.pattern]))
            })
            .collect();
        Self { patterns }
    }

    /// How often the validator of each pattern is asked, where every end asks about the starts that reach it, in order, until one is
    /// accepted, the way the engine does.
    pub(in super::super) fn calls(&self, text: &str) -> Vec<(&'static str, usize)> {
        self.patterns.iter().map(|(r, _, dfa)| (r.pattern, calls_of(r, dfa, text))).collect()
    }

    /// Findings of all recognizers, overlapping ones reduced to the longest, in order.
    pub(in super::super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (r, regex, dfa) in &self.patterns {
            find_one(r, regex, dfa, text, &mut found);
        }
        found.sort_by_key(|f| (std::cmp::Reverse(f.len()), f.start));
        let mut kept: Vec<Range<usize>> = Vec::new();
        for f in found {
            if kept.iter().all(|k| f.end <= k.start || k.end <= f.start) {
                kept.push(f);
            }
        }
        kept.sort_by_key(|f| f.start);
        kept
    }
}

fn find_one(
    r: &Recognizer,
    regex: &meta::Regex,
    dfa: &dense::DFA<Vec<u32>>,
    text: &str,
    found: &mut Vec<Range<usize>>,
) {
    let mut at = 0;
    while at <= text.len() {
        let Some(start) = regex.find(Input::new(text).span(at..text.len())).map(|m| m.start()) else {
            return;
        };
        let mut best = None;
        if text.is_char_boundary(start) {
            for end in ends(dfa, text.as_bytes(), start, r.max_bytes) {
                if !text.is_char_boundary(end) {
                    continue;
                }
                let candidate = Candidate {
                    text: &text[start..end],
                    before: text[..start].chars().next_back(),
                    after: text[end..].chars().next(),
                };
                let accepted = match (r.validate)(&candidate) {
                    Verdict::Accept => true,
                    Verdict::NeedsContext => has_context(r, text, start, end),
                    Verdict::Reject | Verdict::RejectBefore(_) => false,
                };
                if accepted {
                    best = Some(end);
                }
            }
        }
        if let Some(end) = best {
            let value = r.value.map_or(0..end - start, |value| value(&text[start..end]));
            found.push(start + value.start..start + value.end);
            at = end;
        } else {
            at = start + 1;
        }
    }
}

fn calls_of(r: &Recognizer, dfa: &dense::DFA<Vec<u32>>, text: &str) -> usize {
    let mut starts_by_end = vec![Vec::new(); text.len() + 1];
    for start in (0..text.len()).filter(|&i| text.is_char_boundary(i)) {
        for end in ends(dfa, text.as_bytes(), start, r.max_bytes).into_iter().filter(|&i| text.is_char_boundary(i)) {
            starts_by_end[end].push(start);
        }
    }
    let mut calls = 0;
    for (end, starts) in starts_by_end.iter().enumerate() {
        let mut from = 0;
        for &start in starts.iter() {
            if start < from {
                continue;
            }
            calls += 1;
            let candidate = Candidate {
                text: &text[start..end],
                before: text[..start].chars().next_back(),
                after: text[end..].chars().next(),
            };
            match (r.validate)(&candidate) {
                Verdict::Reject => {}
                Verdict::RejectBefore(bytes) => from = start + bytes,
                Verdict::Accept | Verdict::NeedsContext => break,
            }
        }
    }
    calls
}

/// All ends of matches that begin at `start`, shortest first.
fn ends(dfa: &dense::DFA<Vec<u32>>, text: &[u8], start: usize, max: usize) -> Vec<usize> {
    let config = start::Config::new().anchored(Anchored::Yes).look_behind(start.checked_sub(1).map(|i| text[i]));
    let mut state = dfa.start_state(&config).expect("anchored starts are built");
    let mut ends = Vec::new();
    // A match is reported one byte late.
    for i in start..=text.len().min(start + max) {
        state = match text.get(i) {
            Some(&b) => dfa.next_state(state, b),
            None => dfa.next_eoi_state(state),
        };
        if dfa.is_match_state(state) && i > start {
            ends.push(i);
        }
        if dfa.is_dead_state(state) {
            break;
        }
    }
    ends
}

/// Whether a context word stands whole within reach.
fn has_context(r: &Recognizer, text: &str, start: usize, end: usize) -> bool {
    let mut from = start.saturating_sub(r.reach_before);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut to = text.len().min(end + r.reach_after);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    [&text[from..start], &text[end..to]].iter().enumerate().any(|(side, part)| {
        let lower = part.to_ascii_lowercase();
        r.context.iter().any(|word| {
            lower.match_indices(word).any(|(i, _)| {
                // The neighbours are looked up in the whole text, so that a cut word does not count as a whole one.
                let base = if side == 0 { from } else { end };
                let word_char = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
                let before = (base + i).checked_sub(1).and_then(|j| text.as_bytes().get(j));
                !word_char(before) && !word_char(text.as_bytes().get(base + i + word.len()))
            })
        })
    })
}
