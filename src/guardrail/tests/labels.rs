//! Masked text, assessed again, has no finding of a rule that masks.

use super::{Rng, characters, guardrail, streamed, values};
use crate::detect::EntityType;
use crate::guardrail::labels::is_found_near;
use crate::guardrail::{Conversation, Source};

fn findings(guardrail: &super::Guardrail, text: &str) -> Vec<(String, String)> {
    let assessment = guardrail.assess(Source::Input, text);
    let found = assessment.findings().iter();
    found.map(|f| (f.rule().to_owned(), text.get(f.span().range()).unwrap_or_default().to_owned())).collect()
}

/// Masks a text, and says what is found in what came of it.
fn assert_masked_for_good(guardrail: &super::Guardrail, text: &str) {
    let masked = guardrail.assess_with(Source::Input, text, &Conversation::new());
    let masked = masked.apply_to(text);
    let again = findings(guardrail, masked);
    assert_eq!(again, [], "in {masked:?} of {text:?}");
    if !masked.contains(':') {
        return;
    }
    let whole = streamed(guardrail, std::iter::once(masked));
    assert_eq!(streamed(guardrail, characters(masked)), whole, "{masked:?}");
}

const REPLACEMENTS: [&str; 3] = ["label", "numbered", "hash"];

#[test]
fn each_type_alone() {
    for &entity in EntityType::ALL {
        for replacement in REPLACEMENTS {
            let guardrail = guardrail(&format!(
                "{{version: 1, name: t, pii: [{{types: [{entity}], action: mask, replacement: {replacement}}}]}}"
            ));
            for (text, _) in values(entity) {
                assert_masked_for_good(&guardrail, &text);
                assert_masked_for_good(&guardrail, &format!("{text} {text}\n{text}{text}"));
            }
        }
    }
}

#[test]
fn all_types_together() {
    let texts: Vec<String> = EntityType::ALL.iter().flat_map(|&entity| values(entity)).map(|(text, _)| text).collect();
    const JOINTS: &[&str] = &[" ", "", "\n", ": ", ", ", "/", "-", " is ", "\u{200b}", "é"];
    for replacement in REPLACEMENTS {
        let guardrail = guardrail(&format!(
            "{{version: 1, name: t, pii: [{{types: [ALL], action: mask, replacement: {replacement}}}]}}"
        ));
        for text in &texts {
            assert_masked_for_good(&guardrail, text);
        }
        let mut rng = Rng(0x1ABE);
        for _ in 0..60 {
            let mut text = String::new();
            for _ in 0..2 + rng.below(4) {
                if let Some(part) = texts.get(rng.below(texts.len())) {
                    text.push_str(part);
                }
                text.push_str(rng.pick(JOINTS));
            }
            assert_masked_for_good(&guardrail, &text);
        }
    }
}

#[test]
fn what_a_label_says_is_no_context_and_no_value() {
    let guardrail = guardrail("{version: 1, name: t, pii: [{types: [ALL], action: mask}],
        word_filters: [{name: ACME, words: [acme, foo], match: {whole_word: false}, action: mask},
            {name: rival, words: [globex], action: mask}],
        regexes: [{name: EMP, pattern: '\\bE[0-9]{4}\\b', action: mask}, {name: braces, pattern: '\\{EMAIL\\}', action: detect}]}");
    for (text, expected) in [
        ("user: {USERNAME} swift {SWIFT_CODE}", vec![]),
        ("{PIN} 4812", vec![]),
        ("pin 4812", vec![("PIN", "4812")]),
        ("routing number {NAME} 021000021", vec![]),
        (
            "routing number {NAMES} 021000021",
            vec![("US_BANK_ACCOUNT_NUMBER", "021000021"), ("US_BANK_ROUTING_NUMBER", "021000021")],
        ),
        ("021000021 {NAME} routing number", vec![]),
        (
            "021000021, {NAM routing number",
            vec![("US_BANK_ACCOUNT_NUMBER", "021000021"), ("US_BANK_ROUTING_NUMBER", "021000021")],
        ),
        ("{NAME}routing number 021000021", vec![]),
        ("{NAME}\u{200b}routing number 021000021", vec![]),
        ("{NAME}\u{200b}021000021 is the routing number", vec![]),
        ("021000021\u{200b}{NAME} routing number", vec![]),
        (
            "globex\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}{NAME}",
            vec![("rival", "globex")],
        ),
        ("{ACME} {acme}", vec![("ACME", "acme")]),
        ("{ACME}globex", vec![("rival", "globex")]),
        ("{EMAIL}globex", vec![]),
        ("globex{EMAIL}", vec![]),
        ("{rival} globex {rival}globex", vec![("rival", "globex")]),
        ("{ACME} globex", vec![("rival", "globex")]),
        // A brace that the end of the text leaves open is none of a label.
        ("globex{EMA", vec![("rival", "globex")]),
        ("{ACME}acme", vec![("ACME", "acme")]),
        ("{EMAIL}", vec![("braces", "{EMAIL}")]),
        ("{EMAIL}4111 1111 1111 1111", vec![]),
        ("{EMAIL} 4111 1111 1111 1111", vec![("CREDIT_DEBIT_CARD_NUMBER", "4111 1111 1111 1111")]),
        ("{EMAIL_x}4111 1111 1111 1111", vec![("CREDIT_DEBIT_CARD_NUMBER", "4111 1111 1111 1111")]),
        ("{NAME}jane.roe@example.com", vec![("EMAIL", "jane.roe@example.com")]),
        ("{NAME}<jane.roe@example.com>", vec![("EMAIL", "jane.roe@example.com")]),
    ] {
        let found = findings(&guardrail, text);
        let found: Vec<_> = found
            .iter()
            .map(|(rule, value)| (rule.as_str(), value.as_str()))
            .filter(|(rule, _)| text == "{EMAIL}" || *rule != "braces")
            .collect();
        assert_eq!(found, expected, "{text:?}");
        assert_eq!(streamed(&guardrail, characters(text)), streamed(&guardrail, std::iter::once(text)), "{text:?}");
    }
}

/// The value is not all that a label may have been beside, and a weaker match is no stronger one.
#[test]
fn text_glued_to_a_masked_value_is_not_masked_later() {
    let guardrail = guardrail("{version: 1, name: t, pii: [{types: [ALL], action: mask}]}");
    for text in [
        "my mother, 71 yrs oldAKIAIOSFODNN7EXAMPLE",
        "my mother, 71 y/oAKIAIOSFODNN7EXAMPLE",
        "4111111111111111www.example.com",
        "378282246310005www.abc.com.cn/x",
        "username: **jdoe**123456789 Call +1 (810) 491-3227 now.",
        "atlasv1.HjhEb9kf0jCkA96fJhHG2fh6hfc07EH0E79gc3A14CF4_jBK4A67Jfk398c259dc=exp=12/27",
    ] {
        assert_masked_for_good(&guardrail, text);
    }
    let text = "{EMAIL}.jane@example.com, {NAME}:4111111111111111, **{NAME}**: hunter2, {EMAIL}.password=Zw8kQ1x2";
    let expected =
        "{EMAIL}.{EMAIL}, {NAME}:{CREDIT_DEBIT_CARD_NUMBER}, **{NAME}**: hunter2, {EMAIL}.password={PASSWORD}";
    assert_eq!(guardrail.assess(Source::Input, text).apply_to(text), expected);
}

/// A replacement is not replaced again, but a regex that only detects may look for labels.
#[test]
fn a_regex_that_masks_matches_nothing_in_a_label() {
    for (action, expected) in [("mask", vec!["ABCD"]), ("detect", vec!["EMAIL", "ABCD", "CUT"])] {
        let guardrail = guardrail(&format!(
            "{{version: 1, name: t, regexes: [{{name: R, pattern: '[A-Z]{{3,5}}', action: {action}}}]}}"
        ));
        let text = "{EMAIL} ABCD {CUT}".replace("{CUT}", if action == "mask" { "" } else { "{CUT" });
        let found = findings(&guardrail, &text);
        assert_eq!(found.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), expected, "{action}");
        assert_eq!(streamed(&guardrail, characters(&text)), streamed(&guardrail, std::iter::once(text.as_str())));
    }
}

#[test]
fn a_brace_that_begins_no_label_is_released_at_once() {
    let guardrail = guardrail("{version: 1, name: t, word_filters: [{name: RIVAL, words: [globex], action: mask}]}");
    let mut guard = crate::guardrail::StreamGuard::new(&guardrail, Source::Output);
    assert_eq!(guard.push("{"), "{");
    assert_eq!(guard.push("RIV"), "RIV");
    assert_eq!(guard.push(" globex{"), " ", "the word may stand beside a label");
    assert_eq!(guard.push("RIVA"), "");
    assert_eq!(guard.push("x"), "{RIVAL}{RIVAx");
}

/// Rule, value, whether a label touches it before and after, and whether it is a match wherever the masked values ended.
#[test]
fn a_value_beside_a_label_is_all_of_a_match_by_its_rule() {
    let guardrail = guardrail(
        "{version: 1, name: t, word_filters: [{name: WHOLE, words: [globex], action: mask},
        {name: ANYWHERE, words: [acme], match: {whole_word: false}, action: mask}]}",
    );
    for (rule, value, before, behind, expected) in [
        (0, "globex", false, false, true),
        (0, "globex", true, false, false),
        (0, "globex", false, true, false),
        (1, "acme", true, true, true),
        (0, "acme", false, false, false),
        (1, "acme corp", false, false, false),
        (1, "corp acme", false, false, false),
        (1, "acme corp", true, true, false),
    ] {
        let detectors = guardrail.policy().detectors();
        assert_eq!(
            is_found_near(detectors, (rule, true), value, (before.then_some(""), behind)),
            expected,
            "{rule}: {value:?}"
        );
    }
}
