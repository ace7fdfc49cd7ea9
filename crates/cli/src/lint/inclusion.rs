//! Finds patterns of which every match is also a match of another pattern with the same effect.
//!
//! A pattern is compared by its language: the set of strings between its edges. Assertions at the edges are compared as written; a
//! pattern with assertions elsewhere is left out, and so is one whose automaton is large.

use std::collections::{HashSet, VecDeque};

use banister::{Policy, RuleKind, RuleSummary};
use regex_automata::dfa::dense::{Builder, Config, DFA};
use regex_automata::dfa::{Automaton as _, StartKind};
use regex_automata::nfa::thompson::{self, Compiler, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::document::RuleEntry;
use super::warning::Warning;

/// The maximum size of an automaton, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// The maximum number of pairs of states that are compared.
const MAX_PAIRS: usize = 20_000;

/// The maximum number of patterns that are compared with each other.
const MAX_PATTERNS: usize = 200;

/// A pattern, ready to compare.
struct Language<'e> {
    entry: &'e RuleEntry,
    pattern: &'e str,
    start: Vec<Look>,
    end: Vec<Look>,
    longest: Option<usize>,
    dfa: DFA<Vec<u32>>,
}

/// Compares all patterns under `regexes`, and the patterns of each topic.
pub(super) fn check(entries: &[RuleEntry], policy: &Policy, warnings: &mut Vec<Warning>) {
    let regexes: Vec<&RuleEntry> = entries.iter().filter(|entry| entry.kind == RuleKind::Regex).collect();
    compare(&regexes, policy, warnings);
    for topic in entries.iter().filter(|entry| entry.kind == RuleKind::Topic) {
        compare(&[topic], policy, warnings);
    }
}

fn compare(entries: &[&RuleEntry], policy: &Policy, warnings: &mut Vec<Warning>) {
    let patterns = entries.iter().flat_map(|entry| entry.patterns.iter().map(|pattern| (*entry, pattern.as_str())));
    let languages: Vec<Language<'_>> =
        patterns.take(MAX_PATTERNS).filter_map(|(entry, pattern)| Language::new(entry, pattern)).collect();
    for (number, small) in languages.iter().enumerate() {
        let larger = languages.iter().enumerate().find(|(other, large)| {
            // Of two that are equal, the later one is redundant.
            *other != number
                && small.is_in(large)
                && has_effect_of(small, large, policy)
                && (*other < number || !large.is_in(small))
        });
        if let Some((_, large)) = larger {
            let (rule, other) = (&small.entry.rule, &large.entry.rule);
            let of_other = if rule == other { String::new() } else { format!(" of `{other}`") };
            let message = format!(
                "`{rule}`: every match of `{}` is also a match of `{}`{of_other}",
                small.pattern, large.pattern
            );
            let help = "remove the narrower pattern, or make the wider one more specific";
            warnings.push(Warning::of_entry("contained-pattern", small.entry, message).and(other).help(help));
        }
    }
}

/// Returns `true` if the rule of the second pattern does at least what the rule of the first one does.
fn has_effect_of(small: &Language<'_>, large: &Language<'_>, policy: &Policy) -> bool {
    let rule = |language: &Language<'_>| {
        let is_rule = |rule: &RuleSummary<'_>| rule.kind() == language.entry.kind && rule.name() == language.entry.rule;
        policy.rules().find(is_rule)
    };
    let (Some(small), Some(large)) = (rule(small), rule(large)) else { return false };
    large.input() >= small.input() && large.output() >= small.output()
}

impl<'e> Language<'e> {
    fn new(entry: &'e RuleEntry, pattern: &'e str) -> Option<Self> {
        let is_topic = entry.kind == RuleKind::Topic;
        let hir = regex_syntax::ParserBuilder::new().case_insensitive(is_topic).build().parse(pattern).ok()?;
        let (start, body, end) = split(hir)?;
        let longest = match (body.properties().maximum_len(), entry.max_length) {
            (Some(longest), Some(limit)) => Some(longest.min(limit as usize)),
            (longest, limit) => longest.or(limit.map(|limit| limit as usize)),
        };
        let nfa = thompson::Config::new().which_captures(WhichCaptures::None).nfa_size_limit(Some(MAX_BYTES));
        let nfa = Compiler::new().configure(nfa).build_from_hir(&body).ok()?;
        let config = Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .dfa_size_limit(Some(MAX_BYTES))
            .determinize_size_limit(Some(4 * MAX_BYTES));
        let dfa = Builder::new().configure(config).build_from_nfa(&nfa).ok()?;
        Some(Self { entry, pattern, start, end, longest, dfa })
    }

    /// Returns `true` if every match of this pattern is one of the other.
    fn is_in(&self, other: &Self) -> bool {
        let within = |looks: &[Look], of: &[Look]| looks.iter().all(|look| of.contains(look));
        let cap = other.entry.max_length.map(|limit| limit as usize);
        let is_short = cap.is_none_or(|cap| self.longest.is_some_and(|longest| longest <= cap));
        within(&other.start, &self.start)
            && within(&other.end, &self.end)
            && is_short
            && self.accepts_less_than(other) == Some(true)
    }

    /// Returns `true` if the other automaton accepts all that this one accepts; `None` if that takes too long to find out.
    fn accepts_less_than(&self, other: &Self) -> Option<bool> {
        let first = |dfa: &DFA<Vec<u32>>| dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok();
        let (small, large) = (&self.dfa, &other.dfa);
        let from = (first(small)?, first(large)?);
        let mut seen: HashSet<(StateID, StateID)> = HashSet::from([from]);
        let mut open = VecDeque::from([from]);
        while let Some((one, two)) = open.pop_front() {
            let ends = |dfa: &DFA<Vec<u32>>, state| dfa.is_match_state(dfa.next_eoi_state(state));
            if ends(small, one) && !ends(large, two) {
                return Some(false);
            }
            for byte in 0..=u8::MAX {
                let next = (small.next_state(one, byte), large.next_state(two, byte));
                if !small.is_dead_state(next.0) && seen.insert(next) {
                    open.push_back(next);
                }
            }
            if seen.len() > MAX_PAIRS {
                return None;
            }
        }
        Some(true)
    }
}

/// Separates the assertions at the edges; `None` if there are others.
fn split(hir: Hir) -> Option<(Vec<Look>, Hir, Vec<Look>)> {
    let mut parts = match hir.kind() {
        HirKind::Concat(parts) => parts.clone(),
        _ => vec![hir],
    };
    let is_look = |part: &Hir| matches!(part.kind(), HirKind::Look(_));
    let end = parts.split_off(parts.iter().rposition(|part| !is_look(part))? + 1);
    let body = parts.split_off(parts.iter().position(|part| !is_look(part))?);
    let looks = |parts: &[Hir]| -> Vec<Look> {
        let look = |part: &Hir| if let HirKind::Look(look) = part.kind() { Some(*look) } else { None };
        parts.iter().filter_map(look).collect()
    };
    let (start, end, body) = (looks(&parts), looks(&end), Hir::concat(body));
    body.properties().look_set().is_empty().then_some((start, body, end))
}
