//! Values that count only near a context word.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{characters, guardrail, streamed};
use crate::guardrail::{Conversation, Evaluator, Guardrail, Position, Source};

const VALUES: &[&str] = &[
    "4471",
    "123",
    "902",
    "12/27",
    "03-2029",
    "7ABC123",
    "KA-12-AB",
    "123456789",
    "1234567890",
    "12345678901",
    "021000021",
    "943 476 5919",
    "D1234567",
    "B-772211",
    "64717031",
    "2026-03-12",
    "10.2",
    "85-077",
    "44051401359",
    "1985-12-01",
];

/// Words of several lists, near the start and the end of them, some in identifiers.
const WORDS: &[&str] = &[
    "PIN",
    "cvv",
    "card_expiry",
    "expires",
    "plate",
    "license plate",
    "driver's license",
    "dl",
    "account number",
    "accountNumber",
    "routing",
    "NHS",
    "UTR",
    "PESEL",
    "passport",
    "born",
    "health card",
    "SIN",
];

const OTHERS: &[&str] =
    &["and", "total", "row", "|", "\n", ",", "-", "  ", "²", "x_y", "\u{200b}", "(see the appendix for all of it)"];

static ALL_TYPES: LazyLock<Guardrail> =
    LazyLock::new(|| guardrail("{version: 1, name: all, pii: [{types: [ALL, WORLD_IDS], action: mask}]}"));

/// In chunks of one character no context word is known when a value ends, so each value is validated first.
#[test]
fn a_word_near_one_of_many_numbers_is_seen() {
    for (before, after) in [(0, 0), (1, 0), (3, 1), (9, 9)] {
        for (text, rule) in [
            ("PIN 4471", "PIN"),
            ("plate 7ABC123", "LICENSE_PLATE"),
            ("4471 is my PIN.", "PIN"),
            ("routing 021000021", "ROUTING"),
        ] {
            let text = format!("{}{text}{}", "81 902 ".repeat(40 * before), " 17 344".repeat(40 * after));
            let whole = streamed(&ALL_TYPES, std::iter::once(text.as_str()));
            assert!(whole.1.iter().any(|finding| finding.contains(rule)), "{rule} in {text}");
            assert_eq!(streamed(&ALL_TYPES, characters(&text)), whole, "{text}");
        }
    }
}

#[test]
fn with_the_context_alone_only_what_depends_on_it_counts() {
    let guardrail = guardrail(
        "{version: 1, name: t, pii: [{types: [CREDIT_DEBIT_CARD_CVV], action: mask}],
            regexes: [{name: R, pattern: '[0-9]{3}'}]}",
    );
    for (is_alone, rules, length) in
        [(false, vec!["R", "CREDIT_DEBIT_CARD_CVV"], 3), (true, vec!["CREDIT_DEBIT_CARD_CVV"], 0)]
    {
        let direction = (Source::Input, Position::Current);
        let (assessment, _) = guardrail.assess_for_edits(&Conversation::new(), direction, ("cvv: ", is_alone), "123");
        let mut found: Vec<&str> = assessment.findings().iter().map(crate::guardrail::Finding::rule).collect();
        found.sort_by_key(|rule| rule.len());
        assert_eq!((found, assessment.inspected_bytes(), assessment.inspected_chars()), (rules, length, length));
    }
}

/// Context, text, and the findings as bytes of the text.
#[test]
fn a_finding_counts_as_far_as_it_is_in_the_text() {
    let guardrail = guardrail(
        "{version: 1, name: t, pii: [{types: [EMAIL], action: mask}], regexes: [{name: R, pattern: '[a-z]{1,9}: [0-9]{1,9}'}],
            word_filters: [{name: W, words: [total amount]}]}",
    );
    for (context, text, expected) in [
        // Only a value of an entity type may begin in the context.
        ("total: ", "17", vec![]),
        ("total ", "amount", vec![]),
        ("jane.roe@example.com", " is away", vec![]),
        ("jane.roe@", "example.com is away", vec![(0, 11)]),
        ("to: ", "jane.roe@example.com", vec![(0, 20)]),
    ] {
        let mut evaluator = Evaluator::new(guardrail.clone(), Source::Input, Conversation::new()).with_context(context);
        evaluator.push(text, &mut String::new());
        evaluator.finish(&mut String::new());
        let assessment = evaluator.into_assessment();
        let spans: Vec<_> = assessment.findings().iter().map(|f| (f.span().start(), f.span().end())).collect();
        assert_eq!(spans, expected, "{context:?} before {text:?}");
    }
}

/// The seconds of a clock raise what a number needs, and what follows them may still be one by itself. A mark after a digit ends a number,
/// and one character may stand for several digits.
#[test]
fn a_later_start_may_be_a_value_where_the_first_is_none() {
    let guardrail = guardrail("{version: 1, name: t, pii: [{types: [PHONE, CREDIT_DEBIT_CARD_NUMBER], action: mask}]}");
    for (text, expected) in [
        ("12:53:00 1 212 555 0123", "12:53:00 {PHONE}"),
        ("12:53:08 212 555 0123", "12:53:08 {PHONE}"),
        ("13:53:08 1 212 555 0123", "13:53:08 {PHONE}"),
        ("12:53:00 49 30 901820 212 555 0123", "12:53:00 49 30 901820 {PHONE}"),
        ("{EMAIL}⑩⑪⑫ 4111 1111 1111 1111", "{EMAIL}⑩⑪⑫ {CREDIT_DEBIT_CARD_NUMBER}"),
        ("{EMAIL}⑩ 4111 1111 1111 1111", "{EMAIL}⑩ {CREDIT_DEBIT_CARD_NUMBER}"),
    ] {
        assert_eq!(guardrail.assess(Source::Input, text).apply_to(text), expected, "{text}");
        assert_eq!(streamed(&guardrail, characters(text)).0, expected, "{text} in chunks");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn words_that_are_read_first_change_nothing(
        parts in prop::collection::vec(
            prop_oneof![
                6 => prop::sample::select(VALUES),
                1 => prop::sample::select(WORDS),
                2 => prop::sample::select(OTHERS),
            ],
            1..90,
        ),
        joint in prop::sample::select(vec![" ", " ", "  ", ",", "; ", "\n"]),
    ) {
        let text = parts.join(joint);
            let whole = streamed(&ALL_TYPES, std::iter::once(text.as_str()));
        prop_assert_eq!(streamed(&ALL_TYPES, characters(&text)), whole, "{:?}", text);
    }
}
