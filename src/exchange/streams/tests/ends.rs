//! Where a substream ends: what its event releases, what may follow, and whether a signature still fits.

use std::collections::VecDeque;
use std::sync::LazyLock;

use crate::bedrock::{
    BodyFormat, EventKind, ModelEvent, Operation, ResponseFormat, StreamKind, SubstreamId, UnknownContent, parse_event,
};
use crate::exchange::body::BodyGuard;
use crate::exchange::streams::{EventGuard, JsonEvents, OutEvent};
use crate::guardrail::{Conversation, Guardrail};
use crate::json::JsonDocument;
use crate::policy::Policy;

static GUARDRAIL: LazyLock<Guardrail> = LazyLock::new(|| {
    let policy = r"{version: 1, name: ends, messages: {blocked_output: No.}, pii: [{types: [EMAIL], action: mask}],
        word_filters: [{name: RIVAL, words: [globex], action: block}]}";
    Guardrail::new(Policy::from_yaml(policy).expect("valid"))
});

/// An event in short: its deltas as `choice/block:text`, with `*` before the content block if the text spans content blocks, or else its kind,
/// and whether it holds a signature.
fn shown(kind: StreamKind, json: &[u8]) -> String {
    let event = parse_event(kind, "chunk", json, UnknownContent::Reject).expect("known");
    let delta = |(id, text): &(SubstreamId, &str)| match id.block {
        SubstreamId::ANY_BLOCK => format!("{}/*{}:{text}", id.choice, event.block().unwrap_or_default()),
        block => format!("{}/{block}:{text}", id.choice),
    };
    let deltas: Vec<String> = event.delta_texts().iter().map(delta).collect();
    let text = if deltas.is_empty() { format!("{:?}", event.kind()) } else { deltas.join(" ") };
    if event.signed().is_empty() { text } else { text + " signed" }
}

/// What is forwarded for these events, up to the first that is an error.
fn forwarded(kind: StreamKind, format: BodyFormat, events: &[&str]) -> Vec<String> {
    let bodies = BodyGuard::new(&GUARDRAIL, &Conversation::new());
    let mut guard = EventGuard::new(JsonEvents::new(kind, format, "m"), bodies, None);
    let (mut out, mut shown_events) = (VecDeque::new(), Vec::new());
    for json in events {
        if guard.push_json(kind, "chunk", json.as_bytes(), &mut out).is_err() {
            shown_events.push("error".to_owned());
            break;
        }
        shown_events.extend(out.drain(..).map(|event| match event {
            OutEvent::Same => shown(kind, json.as_bytes()),
            OutEvent::Changed(json) => shown(kind, &json),
            OutEvent::New(event) => shown(kind, event.json()),
        }));
    }
    shown_events
}

fn assert_forwarded(kind: StreamKind, format: BodyFormat, cases: &[(&str, &[&str], &[&str])]) {
    for (case, events, expected) in cases {
        assert_eq!(forwarded(kind, format, events), *expected, "{case}");
    }
}

#[test]
fn a_content_block_ends_with_its_own_event() {
    assert_forwarded(
        StreamKind::Invoke,
        BodyFormat::AnthropicMessages,
        &[
            (
                "the end of another content block ends no text",
                &[
                    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Ask jane.roe@"}}"#,
                    r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"one"}}"#,
                    r#"{"type":"content_block_stop","index":1}"#,
                    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"example.com"}}"#,
                    r#"{"type":"content_block_stop","index":0}"#,
                ],
                &["0/0:Ask ", "0/1:", "0/1:one", "ContentBlockStop", "0/0:", "0/0:{EMAIL}", "ContentBlockStop"],
            ),
            (
                "text after the end of its content block",
                &[
                    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one "}}"#,
                    r#"{"type":"content_block_stop","index":0}"#,
                    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"two"}}"#,
                ],
                &["0/0:one ", "ContentBlockStop", "error"],
            ),
            (
                "text after the end of the message",
                &[
                    r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{}}"#,
                    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"two"}}"#,
                ],
                &["MessageStop", "error"],
            ),
            (
                "a match that only the end completes blocks",
                &[
                    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"of globex"}}"#,
                    r#"{"type":"content_block_stop","index":0}"#,
                    r#"{"type":"message_stop"}"#,
                ],
                &["0/0:of ", "0/0:No.", "ContentBlockStop", "MessageStop", "MessageStop"],
            ),
            (
                "text of a content block that is not opened for it",
                &[r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"of globex now"}}"#],
                &["MessageStart", "0/0:", "0/0:No.", "ContentBlockStop", "MessageStop", "MessageStop"],
            ),
        ],
    );
}

/// A stream may break off, or have no event for its end.
#[test]
fn a_match_that_the_end_of_the_stream_completes_blocks() {
    let (kind, bodies) = (StreamKind::Invoke, BodyGuard::new(&GUARDRAIL, &Conversation::new()));
    let mut guard = EventGuard::new(JsonEvents::new(kind, BodyFormat::AnthropicMessages, "m"), bodies, None);
    let text = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"of globex"}}"#;
    guard.push_json(kind, "chunk", text.as_bytes(), &mut VecDeque::new()).expect("known");
    let mut out = VecDeque::new();
    guard.finish(&mut out).expect("known");
    assert!(guard.state().is_blocked());
    let message = out.iter().find_map(|event| match event {
        OutEvent::New(event) => Some(shown(kind, event.json())).filter(|shown| shown.ends_with("No.")),
        OutEvent::Same | OutEvent::Changed(_) => None,
    });
    assert_eq!(message.as_deref(), Some("0/0:No."));
}

#[test]
fn a_part_ends_with_its_own_event() {
    assert_forwarded(
        StreamKind::ServerSent,
        BodyFormat::OpenAiResponses,
        &[(
            "the end of another part or item ends no text",
            &[
                r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Ask jane.roe@"}"#,
                r#"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"one"}"#,
                r#"{"type":"response.output_text.delta","output_index":0,"content_index":1,"delta":"two"}"#,
                r#"{"type":"response.output_text.done","output_index":1,"content_index":0,"text":"one"}"#,
                r#"{"type":"response.output_text.done","output_index":0,"content_index":1,"text":"two"}"#,
                r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"example.com"}"#,
                r#"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Ask jane.roe@example.com"}"#,
            ],
            &[
                "0/0:Ask ",
                "1/0:",
                "0/1:",
                "1/0:one",
                "PartStop",
                "0/1:two",
                "PartStop",
                "0/0:",
                "0/0:{EMAIL}",
                "PartStop",
            ],
        )],
    );
}

#[test]
fn a_choice_ends_after_its_own_text() {
    assert_forwarded(
        StreamKind::ServerSent,
        BodyFormat::OpenAiChat,
        &[(
            "two choices in one event",
            &[
                r#"{"choices":[{"index":0,"delta":{"content":"Ask jane.roe@"},"finish_reason":null}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"example.com"},"finish_reason":"stop"},{"index":1,"delta":{"content":"one "},"finish_reason":null}]}"#,
            ],
            &["0/0:Ask ", "0/0:{EMAIL} 1/0:one "],
        )],
    );
}

/// A model that responds in one event has the message in one event.
#[test]
fn a_blocked_request_is_answered_in_the_form_of_the_model() {
    for (body, is_streamed, expected) in [
        (r#"{"prompt":"p","stream":true}"#, true, EventKind::Delta),
        (r#"{"prompt":"p","return_likelihoods":"NONE"}"#, false, EventKind::CompleteResponse),
    ] {
        let doc = JsonDocument::parse_str(body).expect("JSON");
        let request = ResponseFormat::of(Operation::InvokeModel, &doc);
        let events = JsonEvents::blocked_stream(StreamKind::Invoke, request, "cohere.command-text-v14", "No.", None);
        let events = events.expect("a message");
        let first = parse_event(StreamKind::Invoke, "chunk", events[0].json(), UnknownContent::Reject).expect("known");
        assert_eq!((first.kind(), events.len() == 1), (expected, !is_streamed));
    }
}

/// Nova opens a content block for each token, so its reasoning does not end with its signature.
#[test]
fn a_signature_fits_reasoning_of_which_nothing_is_buffered_or_changed() {
    const SIGNATURE: &str =
        r#"{"contentBlockDelta":{"delta":{"reasoningContent":{"signature":"s"}},"contentBlockIndex":3}}"#;
    assert_forwarded(
        StreamKind::Invoke,
        BodyFormat::Nova,
        &[
            (
                "nothing is buffered",
                &[
                    r#"{"contentBlockDelta":{"delta":{"reasoningContent":{"text":"They are nobody. "}},"contentBlockIndex":0}}"#,
                    SIGNATURE,
                ],
                &["0/*0:They are nobody. ", "Delta signed"],
            ),
            (
                "a match may begin in what is buffered",
                &[
                    r#"{"contentBlockDelta":{"delta":{"reasoningContent":{"text":"Ask jane.roe@"}},"contentBlockIndex":0}}"#,
                    SIGNATURE,
                ],
                &["0/*0:Ask ", "Delta"],
            ),
            (
                "something is masked",
                &[
                    r#"{"contentBlockDelta":{"delta":{"reasoningContent":{"text":"Ask jane.roe@example.com. "}},"contentBlockIndex":0}}"#,
                    SIGNATURE,
                ],
                &["0/*0:Ask {EMAIL}. ", "Delta"],
            ),
        ],
    );
}

/// Text of Nova spans content blocks, but not a tool call: before, its end was sent as text of the tool's content block.
#[test]
fn a_tool_call_ends_text_that_spans_content_blocks() {
    let text = |text: &str, block: u64| {
        format!(r#"{{"contentBlockDelta":{{"delta":{{"text":"{text}"}},"contentBlockIndex":{block}}}}}"#)
    };
    let stop = |block: u64| format!(r#"{{"contentBlockStop":{{"contentBlockIndex":{block}}}}}"#);
    let call = |input: &str, block: u64| {
        format!(
            r#"{{"contentBlockDelta":{{"delta":{{"toolUse":{{"input":"{input}"}}}},"contentBlockIndex":{block}}}}}"#
        )
    };
    let start =
        |start: &str, block: u64| format!(r#"{{"contentBlockStart":{{"start":{start},"contentBlockIndex":{block}}}}}"#);
    let (tool, nothing) = (r#"{"toolUse":{"toolUseId":"t","name":"f"}}"#, "{}");
    for (events, expected) in [
        (
            vec![
                text("Ask ", 0),
                stop(0),
                text("jane.roe", 1),
                stop(1),
                text("@example.com", 2),
                stop(2),
                start(tool, 3),
                call("{}", 3),
                stop(3),
                text("or jane", 4),
                stop(4),
                text("@example.com", 5),
                stop(5),
                r#"{"messageStop":{"stopReason":"end_turn"}}"#.to_owned(),
            ],
            vec![
                "0/*0:Ask ",
                "ContentBlockStop",
                "0/*1:",
                "ContentBlockStop",
                "0/*2:",
                "ContentBlockStop",
                "0/*2:{EMAIL}",
                "ContentBlockStart",
                "0/3:{}",
                "ContentBlockStop",
                "0/*4:or ",
                "ContentBlockStop",
                "0/*5:",
                "ContentBlockStop",
                "0/*5:{EMAIL}",
                "MessageStop",
            ],
        ),
        (
            vec![text("jane.roe", 0), stop(0), start(nothing, 1), text("@example.com ", 1), stop(1)],
            vec!["0/*0:", "ContentBlockStop", "ContentBlockStart", "0/*1:{EMAIL} ", "ContentBlockStop"],
        ),
    ] {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        assert_eq!(forwarded(StreamKind::Invoke, BodyFormat::Nova, &events), expected);
    }
}
