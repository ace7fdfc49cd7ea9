mod boundaries;
mod ends;
mod tools;

use std::collections::VecDeque;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::events::EventGuard;
use super::json_events::{JsonEvents, OutEvent};
use super::tool::ToolGuard;
use crate::bedrock::{BodyFormat, Operation, StreamKind};
use crate::exchange::body::BodyGuard;
use crate::guardrail::{Conversation, Evaluator, Guardrail, Source};
use crate::policy::Policy;

/// Compiled once: there are some thousand evaluations.
static GUARDRAIL: LazyLock<Guardrail> = LazyLock::new(|| {
    let policy = r"{version: 1, name: t, pii: [{types: [EMAIL, CREDIT_DEBIT_CARD_NUMBER, US_SOCIAL_SECURITY_NUMBER,
        PASSWORD, CREDIT_DEBIT_CARD_CVV], action: mask}],
        regexes: [{name: T, pattern: '\b77\d{5}\b', action: mask, replacement: numbered}]}";
    Guardrail::new(Policy::from_yaml(policy).expect("valid"))
});

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0u64..200).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just(4_111_111_111_111_111u64), Just(5_555_555_555_554_444), Just(7_712_345), Just(7_700_001)]
            .prop_map(Value::from),
        // Text and numbers that are something behind some names only.
        prop_oneof![
            Just(json!("745102386")),
            Just(json!(745_102_386)),
            Just(json!("Zw8kQ1x2")),
            Just(json!("123")),
            Just(json!(123))
        ],
        prop_oneof![Just(-4_111_111_111_111_111i64), Just(-7_712_345)].prop_map(Value::from),
        prop_oneof![Just(4_111_111_111_111_111.0), Just(7_712_345.0), Just(123.0), Just(4.5e20)].prop_map(Value::from),
        "[a-z\"\\\\ é\n]{0,12}".prop_map(Value::from),
        Just(Value::from("Ask jane.roe@example.com, \"now\" 4111 1111 1111 1111")),
    ]
}

fn document() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c]{1,3}|ssn|password|card|cvv|pass\"\\\\é|x{200}|x{120} ssn", inner, 0..4)
                .prop_map(|members| json!(members)),
        ]
    })
}

proptest! {
    /// Tool arguments that come in pieces are what they are as a whole.
    #[test]
    fn arguments_in_pieces_are_those_of_the_whole(
        document in document(),
        is_pretty in any::<bool>(),
        cuts in prop::collection::vec(1usize..9, 1..8),
    ) {
        // A whole text that is no more than a number or a word is judged as text, not as JSON.
        prop_assume!(document.is_object() || document.is_array());
        let arguments = if is_pretty { format!("{document:#}") } else { document.to_string() };
        let call = json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}});
        let body = json!({"choices": [{"index": 0, "finish_reason": "tool_calls",
            "message": {"role": "assistant", "content": null, "tool_calls": [call]}}]});
        let guard = BodyGuard::new(&GUARDRAIL, &Conversation::new());
        let whole = guard.inspect_response(Operation::InvokeModel, body.to_string().as_bytes()).expect("known");
        let expected = match whole.masked_body() {
            None => arguments.clone(),
            Some(body) => {
                let body: Value = serde_json::from_slice(body).expect("JSON");
                body["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"].as_str().expect("text").to_owned()
            }
        };

        let conversation = Conversation::new();
        let start = |context: &str| {
            Evaluator::of_stream(GUARDRAIL.clone(), Source::Output, conversation.clone()).with_context(context)
        };
        let (mut tool, mut out, mut done) = (ToolGuard::new(), String::new(), Vec::new());
        let (mut rest, mut cuts) = (arguments.as_str(), cuts.iter().cycle());
        while !rest.is_empty() {
            let length = *cuts.next().expect("endless");
            let (piece, tail) = rest.split_at(rest.ceil_char_boundary(length.min(rest.len())));
            rest = tail;
            tool.push(piece, start, &mut out, &mut done).expect("JSON");
            // What is out is the beginning of what it comes to.
            prop_assert!(expected.starts_with(&out), "{out} of {expected}");
        }
        tool.finish(start, &mut out, &mut done);
        prop_assert_eq!(&out, &expected);
        prop_assert!(serde_json::from_str::<Value>(&out).is_ok());
        let found: usize = done.iter().map(|found| found.findings().len()).sum();
        prop_assert_eq!(found, whole.assessment().findings().len());
    }
}

/// Events of a stream that reasons, in pieces of these lengths: type and JSON.
fn reasoning_events(kind: StreamKind, text: &str, cuts: &[usize]) -> Vec<(&'static str, Value)> {
    let delta = |text: &str, is_signature: bool| match (kind, is_signature) {
        (StreamKind::Converse, false) => json!({"reasoningContent": {"text": text}}),
        (StreamKind::Converse, true) => json!({"reasoningContent": {"signature": text}}),
        (StreamKind::Invoke | StreamKind::ServerSent, false) => json!({"type": "thinking_delta", "thinking": text}),
        (StreamKind::Invoke | StreamKind::ServerSent, true) => json!({"type": "signature_delta", "signature": text}),
    };
    let event = |delta: Value| match kind {
        StreamKind::Converse => ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": delta})),
        StreamKind::Invoke | StreamKind::ServerSent => {
            ("chunk", json!({"type": "content_block_delta", "index": 0, "delta": delta}))
        }
    };
    let (mut events, mut rest, mut cuts) = (Vec::new(), text, cuts.iter().cycle());
    while !rest.is_empty() {
        let length = *cuts.next().expect("endless");
        let (piece, tail) = rest.split_at(rest.ceil_char_boundary(length.min(rest.len())));
        events.push(event(delta(piece, false)));
        rest = tail;
    }
    events.push(event(delta("sig", true)));
    events.push(event(delta("nature", true)));
    events.push(match kind {
        StreamKind::Converse => ("contentBlockStop", json!({"contentBlockIndex": 0})),
        StreamKind::Invoke | StreamKind::ServerSent => ("chunk", json!({"type": "content_block_stop", "index": 0})),
    });
    events
}

/// What is forwarded for an event.
fn pushed(guard: &mut EventGuard<JsonEvents>, kind: StreamKind, event_type: &str, event: &Value) -> Vec<Value> {
    let mut released = VecDeque::new();
    guard.push_json(kind, event_type, event.to_string().as_bytes(), &mut released).expect("known");
    let read = |released| match released {
        OutEvent::Same => event.clone(),
        OutEvent::Changed(json) => serde_json::from_slice(&json).expect("JSON"),
        OutEvent::New(event) => serde_json::from_slice(event.json()).expect("JSON"),
    };
    released.into_iter().map(read).collect()
}

/// Reasoning and signature, as a client puts them together.
fn read(events: &[Value]) -> (String, String) {
    let join = |pointers: [&str; 2]| {
        events
            .iter()
            .flat_map(|event| pointers.map(|pointer| event.pointer(pointer).and_then(Value::as_str)))
            .flatten()
            .collect()
    };
    (
        join(["/delta/reasoningContent/text", "/delta/thinking"]),
        join(["/delta/reasoningContent/signature", "/delta/signature"]),
    )
}

proptest! {
    /// However reasoning is cut, its signature is sent on if and only if it is sent on as it was.
    #[test]
    fn a_signature_is_released_with_what_it_signed(
        pieces in prop::collection::vec(prop_oneof![
            Just("Ask jane.roe@example.com"), Just("jane.roe@"), Just("example.com"), Just(" "), Just("4111 1111 1111 1111"),
            Just("They are nobody."), Just("77"), Just("12345"), Just("é"),
        ], 0..6),
        cuts in prop::collection::vec(1usize..9, 1..8),
    ) {
        let text = pieces.concat();
        let conversation = Conversation::new();
        let expected = GUARDRAIL.assess_with(Source::Output, &text, &conversation).apply_to(&text).to_owned();
        for (kind, format) in [(StreamKind::Converse, BodyFormat::Converse), (StreamKind::Invoke, BodyFormat::AnthropicMessages)] {
            let bodies = BodyGuard::new(&GUARDRAIL, &Conversation::new());
            let mut guard = EventGuard::new(JsonEvents::new(kind, format, "m"), bodies, None);
            let mut out = Vec::new();
            for (event_type, event) in reasoning_events(kind, &text, &cuts) {
                out.extend(pushed(&mut guard, kind, event_type, &event));
            }
            let (reasoning, signature) = read(&out);
            prop_assert_eq!(&reasoning, &expected);
            prop_assert_eq!(signature, if expected == text { "signature" } else { "" });
        }
    }
}

/// A format of text events: the kind of stream, the event type, the event of a text, and where its text is.
type TextEvents = (StreamKind, BodyFormat, &'static str, fn(&str) -> Value, &'static str);

const TEXT_EVENTS: [TextEvents; 3] = [
    (
        StreamKind::Converse,
        BodyFormat::Converse,
        "contentBlockDelta",
        |text| json!({"contentBlockIndex": 0, "delta": {"text": text}}),
        "/delta/text",
    ),
    (
        StreamKind::Invoke,
        BodyFormat::AnthropicMessages,
        "chunk",
        |text| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
        "/delta/text",
    ),
    (
        StreamKind::ServerSent,
        BodyFormat::OpenAiChat,
        "chunk",
        |text| json!({"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}], "usage": null}),
        "/choices/0/delta/content",
    ),
];

proptest! {
    /// Text that is held makes no delta until it is released. Only the first delta may be empty: it opens the text.
    #[test]
    fn held_text_makes_no_empty_deltas(
        pieces in prop::collection::vec(
            prop_oneof![Just("jane.roe@"), Just("example.com"), Just(" "), Just("4111 1111 "), Just("1111 1111"), Just("nothing "), Just("é")],
            1..8,
        ),
    ) {
        let text = pieces.concat();
        let expected = GUARDRAIL.assess_with(Source::Output, &text, &Conversation::new()).apply_to(&text).to_owned();
        for (kind, format, event_type, event, pointer) in TEXT_EVENTS {
            let bodies = BodyGuard::new(&GUARDRAIL, &Conversation::new());
            let mut guard = EventGuard::new(JsonEvents::new(kind, format, "m"), bodies, None);
            let mut out: Vec<Value> = Vec::new();
            for piece in &pieces {
                out.extend(pushed(&mut guard, kind, event_type, &event(piece)));
            }
            let mut rest = VecDeque::new();
            guard.finish(&mut rest).expect("known");
            out.extend(rest.into_iter().map(|event| match event {
                OutEvent::New(event) => serde_json::from_slice(event.json()).expect("JSON"),
                _ => unreachable!("no event came in"),
            }));
            let texts: Vec<&str> = out.iter().filter_map(|event| event.pointer(pointer)?.as_str()).collect();
            prop_assert_eq!(texts.concat(), expected.clone());
            prop_assert!(texts.iter().skip(1).all(|text| !text.is_empty()), "{format:?}: {texts:?}");
            // What says more than its text is forwarded, even if the text is held.
            if kind == StreamKind::ServerSent {
                let mut guard = EventGuard::new(JsonEvents::new(kind, format, "m"), BodyGuard::new(&GUARDRAIL, &Conversation::new()), None);
                let mut counted = event("jane.roe");
                counted["usage"] = json!({"total_tokens": 3});
                pushed(&mut guard, kind, event_type, &event("a "));
                prop_assert_eq!(&pushed(&mut guard, kind, event_type, &counted)[0]["usage"], &counted["usage"]);
            }
        }
    }
}

#[test]
fn the_time_of_the_inspection_is_counted() {
    let (kind, format, event_type, event, _) = TEXT_EVENTS[0];
    let bodies = BodyGuard::new(&GUARDRAIL, &Conversation::new());
    let mut guard = EventGuard::new(JsonEvents::new(kind, format, "m"), bodies, None);
    assert!(guard.state().time().is_zero());
    pushed(&mut guard, kind, event_type, &event("Ask jane.roe@"));
    let of_event = guard.state().time();
    assert!(!of_event.is_zero());
    guard.finish(&mut VecDeque::new()).expect("known");
    assert!(guard.state().time() > of_event, "the end takes time as well");
}
