//! Values and words written so that they look the same and match nothing.

use banister::{Guardrail, Policy, Source};

use super::support::{guardrail, masking, released};

/// cerberust 0.2.2 and LiteLLM 1.109.1: each of these addresses passed.
#[test]
fn addresses_in_other_characters_are_masked() {
    let guardrail = masking("EMAIL");
    for value in [
        "jane\u{200b}.roe@example.com",
        "jane.roe\u{ff20}example.com",
        "jane.roe@exam\u{2060}ple.com",
        "ｊａｎｅ@ｅｘａｍｐｌｅ.ｃｏｍ",
    ] {
        assert_eq!(released(&guardrail, &format!("write to {value} today")), "write to {EMAIL} today", "{value:?}");
    }
}

/// cerberust 0.2.2: each of these card numbers passed.
#[test]
fn cards_in_other_characters_are_masked() {
    let guardrail = masking("CREDIT_DEBIT_CARD_NUMBER");
    for value in [
        "4111\u{200b}1111\u{200b}1111\u{200b}1111",
        "4111\u{a0}1111\u{a0}1111\u{a0}1111",
        "４１１１ 1111 1111 1111",
        "4111\u{2013}1111\u{2013}1111\u{2013}1111",
        "٤١١١ ١١١١ ١١١١ ١١١١",
    ] {
        assert_eq!(released(&guardrail, &format!("card {value}.")), "card {CREDIT_DEBIT_CARD_NUMBER}.", "{value:?}");
    }
}

/// cerberust 0.2.2 and LiteLLM 1.109.1: none of these was caught.
#[test]
fn words_in_other_characters_are_found() {
    let guardrail =
        guardrail("{version: 1, name: words, word_filters: [{name: WORD, words: [malware], action: mask}]}");
    for value in ["mal\u{200b}ware", "mаlwаrе", "ｍａｌｗａｒｅ", "málwàre", "mal\u{ad}ware", "MALWARE", "𝐦𝐚𝐥𝐰𝐚𝐫𝐞"]
    {
        assert_eq!(released(&guardrail, &format!("some {value} here")), "some {WORD} here", "{value:?}");
    }
}

/// rustrict 0.7.39 takes `shiitake` for a swear word; others are known for the rest.
#[test]
fn words_that_hold_a_swear_word_are_not_masked() {
    let guardrail = Guardrail::new(Policy::from_pack("profanity").expect("packs compile"));
    let text = "Scunthorpe, assassin, cocktail, shiitake, classic, Penistone, therapist, Dickens, analysis, cumulative, Essex.";
    let assessment = guardrail.assess(Source::Output, text);
    let found: Vec<_> = assessment.findings().iter().map(|finding| &text[finding.span().range()]).collect();
    assert!(found.is_empty(), "{found:?}");
}
