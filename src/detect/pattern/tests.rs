//! Properties of the automaton: its growth changes no match, and neither do chunks.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::count::{Count, Needs};
use super::dfa::{Dfa, StateRef};
use super::gate_table::MAX_GATE_STATES;
use super::{Group, MatcherState, Offer, ParsedPattern, PatternMatch, PatternMatcher, Syntax, Verdict};
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// Patterns whose states overlap, with their caps.
const PATTERNS: [(&str, usize); 6] =
    [(r"\bab+c\b", 6), ("a[a-c]{1,3}", 4), ("b+", 3), ("(?:ab|ba)+c?", 9), (r"^c+", 4), ("[ab]*ca$", 8)];

/// The tag of a pattern with a count.
const COUNTED: u32 = 99;
const DIGITS: Count = Count::digits(4, 9);

/// Returns all patterns.
fn group() -> Group {
    let mut group = Group::default();
    for (tag, (pattern, cap)) in (0..).zip(PATTERNS) {
        let pattern = ParsedPattern::parse(pattern, Syntax::Text).expect("a pattern");
        group.add(tag, &pattern, Some(cap)).expect("a valid pattern");
    }
    let number = ParsedPattern::parse(r"\b\d+(?:[ -]\d+)*\b", Syntax::Ascii).expect("a pattern");
    group.add_needing(COUNTED, &number, Some(12), Needs { count: DIGITS, ..Needs::NONE }).expect("a valid pattern");
    group
}

/// Returns the automaton of all patterns with room for so many states.
fn matcher(states: usize) -> PatternMatcher {
    gated(states, MAX_GATE_STATES)
}

/// Returns the same with room for so many states of the gate.
fn gated(states: usize, of_gate: usize) -> PatternMatcher {
    group().build_with((states, of_gate)).expect("small patterns").expect("some patterns")
}

/// Returns tag, first start and end of matches, in order.
fn sorted(found: &[PatternMatch]) -> Vec<(u32, usize, usize)> {
    let mut sorted: Vec<_> =
        found.iter().filter_map(|found| Some((found.tag, found.starts.first()?, found.end))).collect();
    sorted.sort_unstable();
    sorted
}

/// Returns the matches in text that arrives in chunks: tag, first start and end.
fn matches<'c>(matcher: &PatternMatcher, chunks: impl IntoIterator<Item = &'c str>) -> Vec<(u32, usize, usize)> {
    let (mut view, mut state, mut found) = (ViewText::new(View::Pattern), MatcherState::default(), Vec::new());
    let mut accept = |offer: Offer| if offer.tag == COUNTED { Verdict::Reject } else { Verdict::Accept };
    let mut offset = 0;
    for chunk in chunks {
        let open = state.earliest();
        view.push(chunk, offset);
        offset += chunk.len();
        let known = found.len();
        matcher.read(&mut state, &view, false, &mut accept, &mut found);
        let late = found.iter().skip(known).filter_map(|found| found.starts.first());
        let limit = open.unwrap_or(usize::MAX).min(offset - chunk.len());
        late.for_each(|start| assert!(start >= limit, "a match began before the earliest open start"));
    }
    view.finish();
    matcher.read(&mut state, &view, true, &mut accept, &mut found);
    sorted(&found)
}

/// Matches as pattern, start and end, and the earliest open start after each chunk.
type Progress = (Vec<(u32, usize, usize)>, Vec<Option<usize>>);

/// Reads text in chunks. Returns the view, the matches, and the earliest open start after each chunk.
fn read_chunks(
    matcher: &PatternMatcher,
    chunks: &[&str],
    verdict: impl Fn(&ViewText, Offer) -> Verdict,
) -> (ViewText, Vec<PatternMatch>, Vec<Option<usize>>) {
    let (mut view, mut state, mut found) = (ViewText::new(View::Entity), MatcherState::default(), Vec::new());
    let (mut offset, mut open) = (0, Vec::new());
    for chunk in chunks {
        view.push(chunk, offset);
        offset += chunk.len();
        matcher.read(&mut state, &view, false, &mut |offer| verdict(&view, offer), &mut found);
        open.push(state.earliest());
    }
    view.finish();
    matcher.read(&mut state, &view, true, &mut |offer| verdict(&view, offer), &mut found);
    (view, found, open)
}

/// Returns the matches in several texts, of which one chunk each is read in turn.
fn in_turn(matcher: &PatternMatcher, texts: &[Vec<&str>]) -> Vec<Vec<(u32, usize, usize)>> {
    let mut accept = |offer: Offer| if offer.tag == COUNTED { Verdict::Reject } else { Verdict::Accept };
    let begun = || (ViewText::new(View::Pattern), MatcherState::default(), 0, Vec::new());
    let mut reading: Vec<_> = texts.iter().map(|_| begun()).collect();
    for round in 0..=texts.iter().map(Vec::len).max().unwrap_or(0) {
        for (chunks, (view, state, offset, found)) in texts.iter().zip(&mut reading) {
            match chunks.get(round) {
                Some(chunk) => view.push(chunk, *offset),
                None => view.finish(),
            }
            *offset += chunks.get(round).map_or(0, |chunk| chunk.len());
            matcher.read(state, view, round >= chunks.len(), &mut accept, found);
        }
    }
    reading.into_iter().map(|(_, _, _, found)| sorted(&found)).collect()
}

/// Returns one verdict or another, so that later starts count.
fn varied(view: &ViewText, Offer { tag, start, end, .. }: Offer, number: usize) -> Verdict {
    match (number % 5, DIGITS.rejected(view.slice(start..end))) {
        (_, Some(bytes)) if tag == COUNTED => Verdict::RejectBefore(bytes),
        (0, _) => Verdict::Reject,
        (1, _) => Verdict::NeedsContext,
        (2, _) => Verdict::RejectBefore(1),
        _ => Verdict::Accept,
    }
}

/// Returns the matches in chunks, and the open start after each.
fn progress(matcher: &PatternMatcher, chunks: &[&str]) -> Progress {
    let verdict = |view: &ViewText, offer: Offer| varied(view, offer, offer.start + offer.end);
    let (_, found, open) = read_chunks(matcher, chunks, verdict);
    (sorted(&found), open)
}

/// The end of the longest match of each pattern from each start, and the earliest open start after each chunk.
type Longest = (BTreeMap<(u32, usize), usize>, Vec<Option<usize>>);

/// Returns the longest matches, and the open starts. Validators decide by the start alone.
fn longest(matcher: &PatternMatcher, chunks: &[&str]) -> Longest {
    let verdict = |view: &ViewText, offer: Offer| varied(view, offer, offer.start);
    let (view, found, open) = read_chunks(matcher, chunks, verdict);
    let mut longest = BTreeMap::new();
    for PatternMatch { tag, starts, end, .. } in found {
        // A match is validated from its first start only. Which starts it has depends on the machine.
        for start in starts.iter().filter(|&start| view.is_whole(start)) {
            let verdict = verdict(&view, Offer { tag, start, end, accepted: start, lacks_context: false });
            if matches!(verdict, Verdict::Accept | Verdict::NeedsContext) {
                let known = longest.entry((tag, start)).or_insert(end);
                *known = end.max(*known);
            }
        }
    }
    (longest, open)
}

/// Cuts a text into chunks of some size.
fn cut(text: &str, size: usize) -> Vec<&str> {
    let mut chunks = vec![""];
    let mut at = 0;
    while at < text.len() {
        let end = text.ceil_char_boundary(at + size);
        chunks.push(&text[at..end]);
        at = end;
    }
    chunks
}

/// Returns the state of the automaton after `bytes`.
fn walk(dfa: &Dfa, bytes: &[u8]) -> Option<StateRef> {
    bytes.iter().try_fold(dfa.start(0..1), |state, &byte| dfa.step(&state, byte))
}

#[test]
fn a_set_of_nfa_states_has_one_number() {
    let matcher = matcher(super::dfa::MAX_STATES);
    let (first, again) = (walk(&matcher.dfa, b"abb"), walk(&matcher.dfa, b"abbb"));
    assert!(matches!(first, Some(StateRef::State(_))));
    assert_eq!(first, again, "`b+` loops");
    assert_ne!(first, walk(&matcher.dfa, b"abbc"));
    assert_eq!(walk(&matcher.dfa, b"ax"), None);
}

#[test]
fn past_the_last_number_states_are_sets() {
    let (full, tiny) = (matcher(super::dfa::MAX_STATES), matcher(2));
    for bytes in [&b"a"[..], b"ab", b"abbc"] {
        let (Some(StateRef::State(number)), Some(StateRef::Unnumbered(set))) =
            (walk(&full.dfa, bytes), walk(&tiny.dfa, bytes))
        else {
            panic!("{bytes:?}: the large automaton numbers its states, the tiny one has no numbers");
        };
        let (numbered, described) = (full.dfa.info(number).expect("it has a number"), tiny.dfa.describe(&set));
        assert_eq!(numbered.matches, described.matches);
        assert_eq!(
            (numbered.cap, numbered.is_final, numbered.ends),
            (described.cap, described.is_final, described.ends)
        );
    }
}

#[test]
fn a_state_knows_the_largest_cap_and_its_end() {
    let matcher = matcher(super::dfa::MAX_STATES);
    let Some(StateRef::State(open)) = walk(&matcher.dfa, b"ab") else { panic!("it has a number") };
    let open = matcher.dfa.info(open).expect("it has a number");
    assert_eq!((open.cap, open.matches.iter().count(), open.is_final), (6, 0, false));
    let Some(StateRef::State(end)) = walk(&matcher.dfa, b"abc") else { panic!("it has a number") };
    let end = matcher.dfa.info(end).expect("it has a number");
    assert_eq!((end.matches.iter().count(), end.is_final), (1, true));
}

#[test]
fn matches_are_the_longest_within_the_cap() {
    let matcher = matcher(super::dfa::MAX_STATES);
    let of = |tag, text| -> Vec<(usize, usize)> {
        let found = matches(&matcher, [text]).into_iter().filter(|found| found.0 == tag);
        found.map(|(_, start, end)| (start, end)).collect()
    };
    assert_eq!(of(0, "abbbbc"), [(0, 6)]);
    assert_eq!(of(0, "abbbbbc abc xabc"), [(8, 11)]);
    assert_eq!(of(4, "cc c"), [(0, 2)]);
    assert_eq!(of(5, "abca bca"), [(5, 8)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn neither_room_for_states_nor_chunks_change_a_match(text in "[abc x]{0,40}", size in 1_usize..9, states in 2_usize..40) {
        let whole = matches(&matcher(super::dfa::MAX_STATES), [text.as_str()]);
        let chunks: Vec<&str> = text.as_bytes().chunks(size).map(|chunk| std::str::from_utf8(chunk).expect("ASCII")).collect();
        prop_assert_eq!(&matches(&matcher(states), chunks.iter().copied()), &whole);
        // The states that other text has left after.
        let used = matcher(states);
        matches(&used, ["cabbbacabc ab"]);
        prop_assert_eq!(&matches(&used, chunks), &whole);
    }

    #[test]
    fn the_gate_changes_no_match_and_opens_no_start(
        text in r"(?:[abc x1-]|1[0-9]{2}|é|²|\\n|\n|_|%20|中){0,40}",
        size in 1_usize..9,
        // With few states, the gate begins with an empty table again and again.
        states in prop_oneof![Just(MAX_GATE_STATES), 16_usize..40],
    ) {
        let build = || gated(super::dfa::MAX_STATES, states);
        let (gated, plain) = (build(), build().without_gate());
        let chunks = cut(&text, size);
        let (plain_matches, plain_open) = progress(&plain, &chunks);
        // The second time, the gate has the states that were left.
        for _ in 0..2 {
            let (matches, open) = progress(&gated, &chunks);
            prop_assert_eq!(&matches, &plain_matches);
            // A match that the gate knows to be none does not wait for the next character.
            let first = |open: &Option<usize>| open.unwrap_or(usize::MAX);
            prop_assert!(open.iter().zip(&plain_open).all(|(open, plain)| first(open) >= first(plain)));
        }
    }

    #[test]
    fn texts_that_are_read_in_turn_do_not_disturb_each_other(
        texts in proptest::collection::vec((r"(?:[abc x1-]|1[0-9]{2}|é|²|\\n|\n|_|%20|中){0,40}", 1_usize..9), 2..5),
        states in 16_usize..40,
    ) {
        let gated = gated(super::dfa::MAX_STATES, states);
        let chunks: Vec<Vec<&str>> = texts.iter().map(|(text, size)| cut(text, *size)).collect();
        let plain = matcher(super::dfa::MAX_STATES).without_gate();
        let one_by_one: Vec<_> = chunks.iter().flat_map(|text| in_turn(&plain, std::slice::from_ref(text))).collect();
        prop_assert_eq!(in_turn(&gated, &chunks), one_by_one);
    }

    #[test]
    fn starts_found_backwards_are_those_of_threads(
        text in r"(?:[abc x1-]|1[0-9]{2}|é|²|\\n|\n|_|%20|中|\.){0,60}",
        size in 1_usize..9,
    ) {
        let build = || group().build_validated().expect("small patterns").expect("some patterns");
        let chunks = cut(&text, size);
        let ((found, open), (plain, plain_open)) = (longest(&build(), &chunks), longest(&build().without_gate(), &chunks));
        prop_assert_eq!(found, plain);
        // A match that the gate knows to be none does not wait for the next character.
        let first = |open: &Option<usize>| open.unwrap_or(usize::MAX);
        prop_assert!(open.iter().zip(&plain_open).all(|(open, plain)| first(open) >= first(plain)));
    }
}
