//! A value has one form, however it is written.

use std::collections::BTreeSet;

use super::{guardrail, values};
use crate::detect::EntityType;
use crate::guardrail::{Conversation, Source};

/// Ways to write the same value that every type sees through.
fn disguises(value: &str) -> Vec<String> {
    let fullwidth = |c: char| match c {
        '0'..='9' | 'A'..='Z' | 'a'..='z' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        c => c,
    };
    vec![
        value.chars().map(fullwidth).collect(),
        value.chars().flat_map(|c| [c, '\u{200b}']).collect::<String>().trim_end_matches('\u{200b}').to_owned(),
        value.replace('-', "\u{2013}").replace(' ', "\u{a0}"),
    ]
}

/// Ways to group the same number.
fn regrouped(value: &str) -> Vec<String> {
    let digits: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    vec![value.replace(' ', "-"), value.replace(['-', '.'], " "), digits]
}

fn is_grouped(entity: EntityType) -> bool {
    use EntityType as T;
    matches!(
        entity,
        T::CreditDebitCardNumber
            | T::Phone
            | T::UsSocialSecurityNumber
            | T::InternationalBankAccountNumber
            | T::UkNationalHealthServiceNumber
            | T::UkNationalInsuranceNumber
            | T::CaSocialInsuranceNumber
    )
}

fn masked(guardrail: &super::Guardrail, conversation: &Conversation, text: &str) -> Option<String> {
    guardrail.assess_with(Source::Input, text, conversation).masked_text().map(str::to_owned)
}

#[test]
fn one_value_has_one_number_and_one_hash_and_one_allowance() {
    let mut compared = 0;
    for &entity in EntityType::ALL {
        let policy = |rest: &str| guardrail(&format!("{{version: 1, name: t, pii: [{{types: [{entity}], {rest}}}]}}"));
        let (numbered, hashed) =
            (policy("action: mask, replacement: numbered"), policy("action: mask, replacement: hash"));
        let detected = policy("action: detect");
        // What is allowed has a longest length.
        for (text, value) in values(entity).into_iter().filter(|(_, value)| value.len() <= 256) {
            let (before, behind) = (&text[..value.start], &text[value.end..]);
            let written = &text[value];
            let allowing =
                policy(&format!("action: mask, allow: [{}]", serde_json::to_string(written).expect("a string")));
            let mut others = disguises(written);
            if is_grouped(entity) {
                others.extend(regrouped(written));
            }
            for other in others {
                let other_text = format!("{before}{other}{behind}");
                // What is not found in this form, or not as the same span, is not what is compared here.
                let found = detected.assess(Source::Input, &other_text);
                let spans: Vec<_> = found.findings().iter().map(|f| other_text.get(f.span().range())).collect();
                if spans != [Some(other.as_str())] {
                    continue;
                }
                compared += 1;
                let conversation = Conversation::new();
                let names: BTreeSet<_> =
                    [&text, &other_text].into_iter().map(|text| masked(&numbered, &conversation, text)).collect();
                assert_eq!(names.len(), 1, "{text:?} and {other_text:?}: {names:?}");
                let hashes: BTreeSet<_> =
                    [&text, &other_text].into_iter().map(|text| masked(&hashed, &conversation, text)).collect();
                assert_eq!(hashes.len(), 1, "{text:?} and {other_text:?}: {hashes:?}");
                for text in [&text, &other_text] {
                    assert_eq!(masked(&allowing, &conversation, text), None, "{text:?} where {written:?} is allowed");
                }
            }
        }
    }
    assert!(compared > 300, "{compared} values compared");
}

#[test]
fn a_card_written_three_ways_is_one() {
    let guardrail = guardrail(
        "{version: 1, name: t, pii: [{types: [CREDIT_DEBIT_CARD_NUMBER], action: mask, replacement: numbered}]}",
    );
    let text = "4111 1111 1111 1111, 4111-1111-1111-1111, 4111111111111111 and 5555 5555 5555 4444";
    let card = "{CREDIT_DEBIT_CARD_NUMBER_1}";
    let expected = format!("{card}, {card}, {card} and {{CREDIT_DEBIT_CARD_NUMBER_2}}");
    assert_eq!(masked(&guardrail, &Conversation::new(), text), Some(expected));
}

#[test]
fn an_assessment_serializes_without_the_text() {
    let guardrail = guardrail("{version: 1, name: a, pii: [{types: [EMAIL]}]}");
    let text = "to a@example.com";
    let json = serde_json::to_string(&guardrail.assess(Source::Output, text)).unwrap();
    let finding = r#"{"rule":"EMAIL","kind":"pii","type":"EMAIL","action":"ANONYMIZED","start":3,"end":16}"#;
    let rest = r#""inspectedBytes":16,"inspectedChars":16"#;
    assert_eq!(json, format!(r#"{{"source":"OUTPUT","outcome":"masked","findings":[{finding}],{rest}}}"#));
    let json = serde_json::to_string(&guardrail.dangerous_include_matches().assess(Source::Output, text)).unwrap();
    assert!(json.contains(r#""match":"a@example.com""#), "{json}");
}
