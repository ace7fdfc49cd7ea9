//! All recognizers as one machine, against the same without its gate and without needs: those show where matches may be, and change none.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a wrong range is to fail its test")]

use std::collections::BTreeMap;

use super::EntityType;
use super::recognizer::{Recognizer, RecognizerInput, Written};
use crate::detect::pattern::{
    Group, MatcherState, Needs, Offer, ParsedPattern, PatternMatch, PatternMatcher, Syntax, Verdict,
};
use crate::detect::recognizers::Inputs;
use crate::text::normalize::View;
use crate::text::view::ViewText;

/// Pieces of text that keep many starts alive, and separators.
const PIECES: &[&str] = &[
    "1 1 1 1 1 1 1 1 1 1 1 1 1 ",
    "4-4-4-4-4-4-4-4-4-4-4-4-",
    "1.2.3.4.5.6.",
    "12 345 67 ",
    "0 0 5 0 0 5 0 9 0 ",
    "4111 1111 1111 1111",
    "password=password=",
    "Aa Bb Cc Dd ",
    "Mr. Mr. ",
    "aa:bb:cc:dd:ee:ff:",
    "a:b::c",
    "12/12/2024",
    "GB82 WEST 1234 5698 7654 32",
    "²",
    "４",
    "%20",
    "\u{200b}",
    "_",
    "\n",
    " ",
    "-",
    "",
    ", ",
    "é",
    "中",
    "(1)",
    "+1 ",
    "ext. 12",
    "http://a.b/c",
    "www.a.b",
    "://",
    "..",
    "(c)",
    "d]",
    ")J?.1",
    "password=1.0-0",
    "/e?f=g;",
    "https://é.中/à:中",
];

fn recognizers() -> Vec<&'static Recognizer> {
    let all = EntityType::ALL.iter().flat_map(|&entity| entity.recognizers());
    all.filter(|recognizer| recognizer.prefilter.is_none()).collect()
}

fn machine(recognizers: &[&'static Recognizer], needs: impl Fn(&Recognizer) -> Needs) -> PatternMatcher {
    let mut group = Group::default();
    for (tag, recognizer) in (0..).zip(recognizers) {
        let pattern = ParsedPattern::parse(recognizer.pattern, Syntax::Ascii).expect("a pattern");
        group.add_needing(tag, &pattern, Some(recognizer.max_bytes), needs(recognizer)).expect("a valid pattern");
    }
    group.build_validated().expect("small patterns").expect("some patterns")
}

/// Returns the longest matches from each start, in chunks of some size: number, start, verdict and end, in order.
/// If the machine is plain, validators read each candidate as if none before it was accepted.
fn matches(
    (machine, is_plain): (&PatternMatcher, bool),
    recognizers: &[&'static Recognizer],
    text: &str,
    size: usize,
) -> Vec<String> {
    let (mut view, mut state, mut found) = (ViewText::new(View::Entity), MatcherState::default(), Vec::new());
    let validate = |view: &ViewText, is_plain: bool, Offer { tag, start, end, accepted, lacks_context }: Offer| {
        // The plain machine asks again at every end.
        let asked = |verdict| match verdict {
            Verdict::RejectStarts(bytes) if is_plain => Verdict::RejectBefore(bytes),
            verdict => verdict,
        };
        let input = match Inputs::new(view).of(start, end) {
            Ok(input) => input,
            Err(rejected) => return asked(rejected),
        };
        let recognizer = recognizers[tag as usize];
        if let Some(bytes) = recognizer.needs.count.rejected(input.text) {
            return asked(Verdict::RejectBefore(bytes));
        }
        let accepted = if is_plain { 0 } else { accepted - start };
        let input = RecognizerInput { accepted, lacks_context, ..input };
        let verdict = asked((recognizer.validate)(&input));
        let lacking = asked((recognizer.validate)(&RecognizerInput { lacks_context: true, ..input }));
        let is_same = lacking == verdict || verdict == Verdict::NeedsContext && lacking == Verdict::Reject;
        assert!(is_same, "{}: {verdict:?}, and {lacking:?} where no context word is near", recognizer.pattern);
        assert!(!(recognizer.needs.is_never_sure && verdict == Verdict::Accept), "{} is sure", recognizer.pattern);
        verdict
    };
    let mut at = 0;
    loop {
        let is_last = at == text.len();
        if is_last {
            view.finish();
        } else {
            let end = text.ceil_char_boundary((at + size).min(text.len()));
            view.push(&text[at..end], at);
            at = end;
        }
        let mut validate = |offer: Offer| validate(&view, is_plain, offer);
        machine.read(&mut state, &view, is_last, &mut validate, &mut found);
        if is_last {
            break;
        }
    }
    // A match is validated from its first start only. Which starts it has depends on the machine.
    let mut longest = BTreeMap::new();
    for PatternMatch { tag, starts, end, .. } in found {
        for start in starts.iter().filter(|&start| view.is_whole(start)) {
            let verdict = validate(&view, is_plain, Offer { tag, start, end, accepted: start, lacks_context: false });
            if matches!(verdict, Verdict::Accept | Verdict::NeedsContext) {
                let known = longest.entry((tag, start, verdict == Verdict::Accept)).or_insert(end);
                *known = end.max(*known);
            }
        }
    }
    longest.iter().map(|((tag, start, is_sure), end)| format!("{tag} {start}..{end} {is_sure}")).collect()
}

/// Returns the short cases of all types.
fn cases() -> Vec<String> {
    let all = EntityType::ALL.iter().flat_map(|&entity| super::tests::cases(entity));
    all.map(|case| case.replace("<<", "").replace(">>", "")).filter(|case| case.len() < 120).collect()
}

#[test]
fn no_value_to_a_word_end_is_accepted_before_one() {
    let recognizers: Vec<_> = recognizers().into_iter().filter(|recognizer| recognizer.needs.word_end).collect();
    let open = machine(&recognizers, |_| Needs::NONE).without_gate();
    let (mut accepted, mut wrong) = (0, Vec::new());
    for text in &cases() {
        let view = ViewText::of(text, View::Entity);
        let offers = std::cell::RefCell::new(Vec::new());
        let mut refuse = |offer: Offer| {
            offers.borrow_mut().push(offer);
            Verdict::Reject
        };
        open.read(&mut MatcherState::default(), &view, true, &mut refuse, &mut Vec::new());
        for Offer { tag, start, end, .. } in offers.into_inner() {
            let (recognizer, text) = (recognizers[tag as usize], view.slice(start..end));
            let is_accepted = |after| {
                let (head, before) = (view.head(start), view.char_before(start));
                let written = Written { view: &view, start };
                let input = RecognizerInput { text, head, before, after, written, accepted: 0, lacks_context: false };
                matches!((recognizer.validate)(&input), Verdict::Accept | Verdict::NeedsContext)
            };
            if recognizer.needs.count.rejected(text).is_none() {
                accepted += usize::from(is_accepted(Some(' ')));
                wrong.extend(
                    "aZ09_".chars().filter(|&after| is_accepted(Some(after))).map(|after| format!("{text}{after}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "accepted before a letter or digit: {wrong:?}");
    assert!(accepted > 500, "{accepted} values are too few");
}

#[test]
fn neither_the_gate_nor_needs_change_a_match() {
    let cases = cases();
    let recognizers = recognizers();
    let gated = machine(&recognizers, |recognizer| recognizer.needs);
    let plain = machine(&recognizers, |_| Needs::NONE).without_gate();
    let mut seed = 7_usize;
    let mut below = |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % limit
    };
    let mut found = 0;
    for _ in 0..150 {
        let mut text = String::new();
        for _ in 0..1 + below(6) {
            text.push_str(if below(3) == 0 { &cases[below(cases.len())] } else { PIECES[below(PIECES.len())] });
            text.push_str(PIECES[below(PIECES.len())]);
        }
        let expected = matches((&plain, true), &recognizers, &text, usize::MAX / 2);
        for size in [usize::MAX / 2, 1 + below(9)] {
            assert_eq!(matches((&gated, false), &recognizers, &text, size), expected, "{text:?} in chunks of {size}");
        }
        found += expected.len();
    }
    assert!(found > 150, "{found} matches are too few to compare");
}
