//! Matches that span the values of a field in two events, where the field is complete in each.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::bedrock::{BodyFormat, StreamKind};
use crate::exchange::body::BodyGuard;
use crate::exchange::streams::{EventGuard, JsonEvents};
use crate::guardrail::{Conversation, Guardrail};
use crate::policy::Policy;

/// Returns the position of the first event that is an error.
fn first_error(guardrail: &Guardrail, (kind, format): (StreamKind, BodyFormat), events: &[Value]) -> Option<usize> {
    let bodies = BodyGuard::new(guardrail, &Conversation::new());
    let mut guard = EventGuard::new(JsonEvents::new(kind, format, "m"), bodies, None);
    let event_type = if kind == StreamKind::Converse { "contentBlockDelta" } else { "chunk" };
    events.iter().position(|event| {
        let json = event.to_string();
        guard.push_json(kind, event_type, json.as_bytes(), &mut VecDeque::new()).is_err()
    })
}

/// A guardrail that masks these patterns, and cards and e-mail addresses.
fn masking(patterns: &[&str]) -> Guardrail {
    let rule = |(number, pattern): (usize, &&str)| format!("{{name: R{number}, pattern: '{pattern}', action: mask}}");
    let regexes: Vec<String> = patterns.iter().enumerate().map(rule).collect();
    let policy = format!(
        "{{version: 1, name: b, pii: [{{types: [EMAIL, CREDIT_DEBIT_CARD_NUMBER], action: mask}}], regexes: [{}]}}",
        regexes.join(", ")
    );
    Guardrail::new(Policy::from_yaml(&policy).expect("valid"))
}

/// Free-form JSON in one event of ConverseStream.
fn free(value: &Value) -> Value {
    json!({"contentBlockIndex": 0, "delta": {"toolResult": [{"json": value}]}})
}

#[test]
fn a_match_across_values_of_one_field_is_an_error() {
    let repeated = |value: &'static str, times| vec![value; times];
    for (case, patterns, values, expected) in [
        ("a match across", &["ab"][..], vec!["xa", "bx"], Some(1)),
        ("in each value its own", &["ab"], vec!["ab", "ab"], None),
        ("three values", &["abc"], vec!["a", "b", "c"], Some(2)),
        ("a match on the left ends where it begins", &["ab", "cd"], vec!["abc", "d"], Some(1)),
        ("a match on the right begins where it ends", &["ab", "cd"], vec!["a", "bcd"], Some(1)),
        ("most of it was masked on the right", &["x?cd"], vec!["x", "cd"], None),
        ("most of it was masked on the left", &["cdx?"], vec!["cd", "x"], None),
        // A value that is always the same is a name or a setting.
        ("a short constant", &["(?:ab){2}"], repeated("ab", 4), None),
        ("a short value that is not constant", &["(?:ab){2}"], vec!["ab", "xy", "ab", "ab"], Some(3)),
        ("a longer value may be split in equal pieces", &["(?:abc){2}"], repeated("abc", 2), Some(1)),
        ("in eight", &["(?:abc){8}"], repeated("abc", 9), Some(7)),
        ("but not in nine", &["(?:abc){9}"], repeated("abc", 12), None),
    ] {
        let events: Vec<Value> = values.iter().map(|value| free(&json!({"field": value}))).collect();
        let found = first_error(&masking(patterns), (StreamKind::Converse, BodyFormat::Converse), &events);
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn names_short_numbers_and_tokens_continue_nothing() {
    let converse = (StreamKind::Converse, BodyFormat::Converse);
    let chat = (StreamKind::ServerSent, BodyFormat::OpenAiChat);
    let token = |token: &str| {
        let logprobs = json!({"content": [{"token": token, "logprob": -0.1, "top_logprobs": []}]});
        json!({"choices": [{"index": 0, "delta": {}, "logprobs": logprobs, "finish_reason": null}]})
    };
    let email = ["jane.roe@", "example.com"];
    for (case, stream, events, expected) in [
        ("text", converse, email.map(|text| free(&json!({"field": text}))).to_vec(), Some(1)),
        ("text of two fields", converse, [free(&json!({"a": email[0]})), free(&json!({"b": email[1]}))].to_vec(), None),
        ("names", converse, vec![free(&json!({"example.com jane.roe@": true})); 2], None),
        (
            "short numbers",
            converse,
            [41111, 11111, 11111, 1].map(|number| free(&json!({"field": number}))).to_vec(),
            None,
        ),
        ("tokens", chat, email.map(token).to_vec(), None),
    ] {
        assert_eq!(first_error(&masking(&["no such text"]), stream, &events), expected, "{case}");
    }
}
