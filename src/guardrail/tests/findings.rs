//! What findings and explanations report, and what `Debug` does not.

use super::{characters, guardrail, streamed};
use crate::detect::{ContentCategory, EntityType, FilterStrength};
use crate::guardrail::{ActionTaken, Conversation, Guardrail, Source};
use crate::policy::RuleKind;

const POLICY: &str = "{version: 1, name: f, pii: [{types: [EMAIL, PHONE, CREDIT_DEBIT_CARD_NUMBER], action: mask}],
    word_filters: [{name: rude, managed: profanity, action: mask}, {name: rival, words: [globex], action: detect}]}";

#[test]
fn a_finding_names_its_rule_and_the_list_that_it_uses() {
    let guardrail = guardrail(POLICY);
    let text = "Write to jane.roe@example.com, not to fucking globex.";
    let assessment = guardrail.assess(Source::Input, text);
    let read = |finding: &crate::guardrail::Finding| {
        let rule = guardrail.policy().compiled_rules()[finding.rule_number() as usize].name.to_string();
        assert_eq!(rule, finding.rule());
        (rule, finding.kind(), finding.entity_type(), finding.managed_list(), finding.action().is_rewritten())
    };
    let expected = [
        ("EMAIL", RuleKind::Pii, Some(EntityType::Email), None, true),
        ("rude", RuleKind::Word, None, Some("profanity"), true),
        ("rival", RuleKind::Word, None, None, false),
    ];
    let expected =
        expected.map(|(rule, kind, entity, list, is_rewritten)| (rule.to_owned(), kind, entity, list, is_rewritten));
    assert_eq!(assessment.findings().iter().map(read).collect::<Vec<_>>(), expected);
    assert!(ActionTaken::Replaced.is_rewritten() && !ActionTaken::Blocked.is_rewritten());
}

#[test]
fn a_contained_finding_names_the_one_around_it() {
    let assessment = guardrail(POLICY).assess(Source::Input, "My card is 4111 1111 1111 1111, contact me");
    let within = assessment.findings().iter().find_map(|finding| finding.within()).expect("a phone number in a card");
    assert_eq!(within.rule(), "CREDIT_DEBIT_CARD_NUMBER");
    assert_eq!(within.entity_type(), EntityType::CreditDebitCardNumber);
    assert_eq!((within.span().start(), within.span().end()), (11, 30));
}

/// Only a model has signs.
#[test]
fn a_finding_of_a_model_has_signs() {
    let guardrail = guardrail("{version: 1, name: n, pii: [{types: [NAME, EMAIL], strictness: normal, action: mask}]}");
    let assessment = guardrail.assess(Source::Input, "Yesterday Jennifer wrote to jane.roe@example.com");
    let signs: Vec<_> = assessment.findings().iter().map(|finding| (finding.rule(), finding.signs())).collect();
    let [("NAME", of_name), ("EMAIL", of_email)] = &signs[..] else { panic!("{signs:?}") };
    assert!(of_name.contains(&"a given name") && of_email.is_empty(), "{signs:?}");
}

#[test]
fn equal_values_have_equal_fingerprints() {
    let guardrail = guardrail(POLICY).with_fingerprints(*b"0123456789abcdef");
    let fingerprint = |text: &str| {
        let assessment = guardrail.assess(Source::Input, text);
        let found = assessment
            .findings()
            .iter()
            .find(|finding| finding.entity_type() == Some(EntityType::CreditDebitCardNumber));
        found.and_then(|finding| finding.fingerprint().map(str::to_owned)).expect("a card with a fingerprint")
    };
    let card = fingerprint("4111 1111 1111 1111");
    assert!(card.len() == 64 && card.bytes().all(|byte| byte.is_ascii_hexdigit()), "{card}");
    assert_eq!(fingerprint("is 4111-1111-1111-1111"), card);
    assert_ne!(fingerprint("5555 5555 5555 4444"), card);
}

#[test]
fn a_topic_explains_which_example_it_is_like() {
    let guardrail = guardrail(
        "{version: 1, name: t, denied_topics: [{name: votes, threshold: 0.25,
        examples: [Which stocks should I buy?, Should I sell my house?, Who will win the election?]}]}",
    )
    .with_topic_scores();
    let assessment = guardrail.assess(Source::Input, "Tell me who wins the election.");
    let why = assessment.findings()[0].explanation().expect("found by its examples");
    assert_eq!((why.example_index(), why.threshold()), (2, 0.25));
    assert!(why.score() > 0.25 && why.score() < 1.0);
    let best = &assessment.topic_scores()[0];
    assert_eq!((best.rule(), best.threshold(), best.score()), ("votes", 0.25, why.score()));
    assert!(why.terms().iter().any(|term| term.contains("elect")), "{:?}", why.terms());
}

#[test]
fn a_filter_score_has_the_strength_of_its_direction() {
    let guardrail = guardrail(
        "{version: 1, name: c, content_filters: [{category: insults, input_strength: low, output_strength: high}]}",
    )
    .with_topic_scores();
    for (source, strength) in [(Source::Input, FilterStrength::Low), (Source::Output, FilterStrength::High)] {
        let assessment = guardrail.assess(source, "Don't be an idiot.");
        let score = &assessment.filter_scores()[0];
        assert_eq!((score.category(), score.strength()), (ContentCategory::Insults, strength));
        assert_eq!((score.confidence(), score.score()), (FilterStrength::Medium, 0.4117));
    }
}

#[test]
fn the_buffer_limit_names_the_rule_that_needs_most() {
    let rule = |yaml: &str| guardrail(yaml).buffer_limit().rule().map(str::to_owned);
    let regexes = "{version: 1, name: b, regexes: [{name: short, pattern: 'a{9}'}, {name: long, pattern: 'b{900}'}]}";
    assert_eq!(rule(regexes).as_deref(), Some("long"));
}

#[test]
fn debug_shows_no_text_and_no_values() {
    let guardrail =
        guardrail("{version: 1, name: numbers, pii: [{types: [EMAIL], action: mask, replacement: numbered}]}")
            .dangerous_include_matches();
    let conversation = Conversation::new();
    let assessment = guardrail.assess_with(Source::Input, "to jane.roe@example.com", &conversation);
    assert_eq!(assessment.findings()[0].matched_text(), Some("jane.roe@example.com"));
    for (shown, expected) in [
        (format!("{:?}", assessment.findings()), "20 bytes"),
        (format!("{conversation:?}"), "Conversation"),
        (format!("{guardrail:?}"), "numbers"),
        (format!("{:?}", Guardrail::enforced(&guardrail)), "numbers"),
    ] {
        assert!(shown.contains(expected) && !shown.contains("jane.roe"), "{shown}");
    }
}

/// A finding that is a part of a longer secret of its type hides neither that secret nor the next one.
#[test]
fn nothing_is_left_of_secrets_that_overlap() {
    let guardrail = guardrail("{version: 1, name: f, pii: [{types: [API_KEY, PASSWORD], action: mask}]}");
    let key = "PMAK-ac2f86702824c1c099724caf-4941d4072014b3ce107f80e222f828767e";
    for (text, expected) in [
        (format!("95390832613804356|{key}"), "{API_KEY}"),
        (format!("953908326138043|{key}, x"), "{API_KEY}, x"),
        ("8?pw4:W<iFhT/7Q6rq.{18_4?DB_PASSWORD='my dog has 3 legs!'".to_owned(), "8?pw4:{PASSWORD}'{PASSWORD}'"),
        ("pwd \"a1b2c3 passwd\": \"hunter2x\"".to_owned(), "pwd \"{PASSWORD}\": \"{PASSWORD}\""),
    ] {
        assert_eq!(guardrail.assess(Source::Input, &text).apply_to(&text), expected, "{text:?}");
        let (released, _) = streamed(&guardrail, characters(&text));
        assert_eq!(released, expected, "{text:?} in chunks");
    }
}
