use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use proptest::prelude::*;

use super::*;
use crate::bedrock::model_event::{EventKind, ModelEvent, StreamKind, SubstreamId};
use crate::bedrock::table::DeltaKind;

fn header_value() -> impl Strategy<Value = HeaderValue> {
    prop_oneof![
        any::<bool>().prop_map(HeaderValue::Bool),
        any::<i8>().prop_map(HeaderValue::Byte),
        any::<i16>().prop_map(HeaderValue::Int16),
        any::<i32>().prop_map(HeaderValue::Int32),
        any::<i64>().prop_map(HeaderValue::Int64),
        any::<u128>().prop_map(HeaderValue::Uuid),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(|b| HeaderValue::ByteArray(b.into())),
        ".{0,20}".prop_map(|s: String| HeaderValue::String(s.into())),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    (prop::collection::vec(("[a-z:-]{1,12}", header_value()), 0..5), prop::collection::vec(any::<u8>(), 0..200))
        .prop_map(|(headers, payload)| {
            headers
                .into_iter()
                .fold(Message::new(payload), |message, (name, value)| message.add_header(Header::new(name, value)))
        })
}

fn encode(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    aws_smithy_eventstream::frame::write_message_to(message, &mut out).expect("it fits");
    out
}

proptest! {
    #[test]
    fn frames_agree_with_the_sdk(
        messages in prop::collection::vec(message(), 1..4),
        step in 1usize..40,
    ) {
        let wire: Vec<Vec<u8>> = messages.iter().map(encode).collect();
        let joined = wire.concat();
        let mut decoder = FrameDecoder::new();
        let mut frames = Vec::new();
        for piece in joined.chunks(step) {
            decoder.push(piece);
            while let Some(frame) = decoder.decode().expect("frames are whole") {
                frames.push(frame);
            }
        }
        decoder.finish().expect("nothing is left");
        prop_assert_eq!(frames.len(), messages.len());
        for ((frame, message), wire) in frames.iter().zip(&messages).zip(&wire) {
            prop_assert_eq!(frame.payload(), message.payload());
            let unchanged = frame.encode();
            prop_assert_eq!(unchanged.as_ref(), wire.as_slice());
            let encoded = frame.with_payload(frame.payload().clone()).expect("it fits").encode();
            prop_assert_eq!(encoded.as_ref(), wire.as_slice());
            for header in message.headers() {
                let first = message.headers().iter().find(|h| h.name() == header.name());
                let expected = first.and_then(|h| h.value().as_string().ok());
                prop_assert_eq!(
                    frame.header(header.name().as_str()),
                    expected.map(aws_smithy_types::str_bytes::StrBytes::as_str)
                );
            }
        }
    }

    #[test]
    fn a_changed_byte_is_an_error(message in message(), at in any::<usize>(), bit in 0u8..8) {
        let mut wire = encode(&message);
        let at = at % wire.len();
        wire[at] ^= 1 << bit;
        let mut decoder = FrameDecoder::new();
        decoder.push(&wire);
        prop_assert!(decoder.decode().is_err());
        prop_assert!(decoder.decode().is_err());
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut decoder = FrameDecoder::new();
        decoder.push(&bytes);
        while let Ok(Some(_)) = decoder.decode() {}
    }
}

#[test]
fn a_huge_length_is_rejected_before_its_bytes_arrive() {
    for (total, headers) in [(u32::MAX, 0), (1000, 200_000), (16, 1), (0, 0)] {
        let mut prelude = Vec::new();
        prelude.extend(u32::to_be_bytes(total));
        prelude.extend(u32::to_be_bytes(headers));
        prelude.extend(crc32fast::hash(&prelude).to_be_bytes());
        let mut decoder = FrameDecoder::new();
        decoder.push(&prelude);
        assert!(decoder.decode().is_err(), "{total} {headers}");
    }
}

#[test]
fn our_frames_are_read_by_the_sdk() {
    let frame = Frame::event("chunk", wrap_chunk(b"{}")).expect("it fits");
    assert_eq!(frame.content_type(), Some("application/json"));
    let message = aws_smithy_eventstream::frame::read_message_from(frame.encode()).expect("valid");
    assert_eq!(message.payload().as_ref(), br#"{"bytes":"e30="}"#);
    let exception = Frame::exception("validationException", "{}").expect("it fits");
    assert_eq!(exception.message_type(), Some("exception"));
    assert_eq!(exception.exception_type(), Some("validationException"));
    let other = exception.with_payload("[]").expect("it fits");
    assert_eq!(other.headers(), exception.headers());
}

#[test]
fn a_chunk_keeps_its_padding() {
    let chunk = Chunk::parse(br#"{ "p":"abc" , "bytes":"e30=", "x":1.0}"#).expect("a chunk");
    assert_eq!(chunk.json(), b"{}");
    assert!(!chunk.is_plain());
    for (payload, is_plain) in [
        (&br#"{"bytes":"e30="}"#[..], true),
        (br#"{"bytes":"e30=","p":"abc"}"#, true),
        (br#"{"bytes":"e30=","p":"a","p":"b"}"#, false),
        (br#"{"bytes":"e30=","x":1}"#, false),
    ] {
        assert_eq!(Chunk::parse(payload).expect("a chunk").is_plain(), is_plain);
    }
    assert_eq!(chunk.rewrap(b"[1]"), br#"{ "p":"abc" , "bytes":"WzFd", "x":1.0}"#);
    assert!(Chunk::parse(b"{}").is_err());
    assert!(Chunk::parse(br#"{"bytes":"e30=","bytes":"e30="}"#).is_err());
    assert!(Chunk::parse(br#"{"bytes":"***"}"#).is_err());
}

/// Stream, event type, JSON, what it is, and its deltas as (choice, block, part, text).
type Case = (StreamKind, &'static str, &'static str, EventKind, &'static [(u64, u64, DeltaKind, &'static str)]);

const ALL: u64 = SubstreamId::ANY_BLOCK;

#[rustfmt::skip]
const CASES: &[Case] = &[
    (StreamKind::Invoke, "chunk", r#"{"outputText":"hi","index":0.0,"completionReason":"FINISH"}"#, EventKind::ChoiceStop, &[(0, 0, DeltaKind::Text, "hi")]),
    (StreamKind::Invoke, "chunk", r#"{"messageStart":{"role":"assistant"}}"#, EventKind::MessageStart, &[]),
    (StreamKind::Invoke, "chunk", r#"{"contentBlockDelta":{"delta":{"text":" s"},"contentBlockIndex":7}}"#, EventKind::Delta, &[(0, ALL, DeltaKind::Text, " s")]),
    (StreamKind::Invoke, "chunk", r#"{"contentBlockDelta":{"delta":{"toolUse":{"input":"{}"}},"contentBlockIndex":7}}"#, EventKind::Delta, &[(0, 7, DeltaKind::ToolArguments, "{}")]),
    (StreamKind::Invoke, "chunk", r#"{"contentBlockStop":{"contentBlockIndex":7}}"#, EventKind::ContentBlockStop, &[]),
    (StreamKind::Invoke, "chunk", r#"{"metadata":{"usage":{},"metrics":{},"trace":{}},"amazon-bedrock-invocationMetrics":{}}"#, EventKind::Metadata, &[]),
    (StreamKind::Invoke, "chunk", r#"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[]}}"#, EventKind::MessageStart, &[]),
    (StreamKind::Invoke, "chunk", r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"a"}}"#, EventKind::ContentBlockStart, &[(0, 1, DeltaKind::Text, "a")]),
    (StreamKind::Invoke, "chunk", r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"b"}}"#, EventKind::Delta, &[(0, 1, DeltaKind::Text, "b")]),
    (StreamKind::Invoke, "chunk", r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a"}}"#, EventKind::Delta, &[(0, 2, DeltaKind::ToolArguments, "{\"a")]),
    (StreamKind::Invoke, "chunk", r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"t"}}"#, EventKind::Delta, &[(0, 0, DeltaKind::Reasoning, "t")]),
    (StreamKind::Invoke, "chunk", r#"{"type":"content_block_delta","index":"2","delta":{"type":"text_delta","text":"s"}}"#, EventKind::Delta, &[(0, 2, DeltaKind::Text, "s")]),
    (StreamKind::Invoke, "chunk", r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{}}"#, EventKind::MessageStop, &[]),
    (StreamKind::Invoke, "chunk", r#"{"type":"message_stop"}"#, EventKind::MessageStop, &[]),
    (StreamKind::Invoke, "chunk", r#"{"type":"ping"}"#, EventKind::Other, &[]),
    (StreamKind::Invoke, "chunk", r#"{"completion":" Here","stop_reason":null,"stop":null}"#, EventKind::Delta, &[(0, 0, DeltaKind::Text, " Here")]),
    (StreamKind::Invoke, "chunk", r#"{"generation":" ph","prompt_token_count":null,"stop_reason":null}"#, EventKind::Delta, &[(0, 0, DeltaKind::Text, " ph")]),
    (StreamKind::Invoke, "chunk", r#"{"outputs":[{"text":"x","stop_reason":"stop"}]}"#, EventKind::ChoiceStop, &[(0, 0, DeltaKind::Text, "x")]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"c"},"stop_reason":null}]}"#, EventKind::Delta, &[(0, 0, DeltaKind::Text, "c")]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[{"delta":{"content":"1","reasoning_content":"r"},"finish_reason":null,"index":1}],"obfuscation":"ab"}"#, EventKind::Delta, &[(1, 0, DeltaKind::Text, "1"), (1, 0, DeltaKind::Reasoning, "r")]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[{"delta":{"tool_calls":[{"index":3,"function":{"arguments":"{"}}]},"index":0}]}"#, EventKind::Delta, &[(0, 3, DeltaKind::ToolArguments, "{")]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[{"delta":{"content":"s"},"index":"7"}]}"#, EventKind::Delta, &[(7, 0, DeltaKind::Text, "s")]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[{"delta":{},"finish_reason":"stop","index":2}]}"#, EventKind::ChoiceStop, &[]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[],"usage":{}}"#, EventKind::Metadata, &[]),
    (StreamKind::Invoke, "chunk", r#""[DONE]""#, EventKind::Other, &[]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[{"index":0,"text":"d","stop_reason":null}]}"#, EventKind::Delta, &[(0, 0, DeltaKind::Text, "d")]),
    (StreamKind::Invoke, "chunk", r#"{"is_finished":false,"text":" I","index":1}"#, EventKind::Delta, &[(1, 0, DeltaKind::Text, " I")]),
    (StreamKind::Invoke, "chunk", r#"{"finish_reason":"MAX_TOKENS","is_finished":true}"#, EventKind::ChoiceStop, &[]),
    (StreamKind::Invoke, "chunk", r#"{"generations":[{"text":"w","finish_reason":"COMPLETE"}],"prompt":"p"}"#, EventKind::CompleteResponse, &[]),
    (StreamKind::Invoke, "chunk", r#"{"embeddings":[[1]],"texts":["t"]}"#, EventKind::CompleteResponse, &[]),
    (StreamKind::Invoke, "chunk", r#"{"event_type":"text-generation","is_finished":false,"text":"k"}"#, EventKind::Delta, &[(0, 0, DeltaKind::Text, "k")]),
    (StreamKind::Invoke, "chunk", r#"{"event_type":"tool-calls-chunk","tool_call_delta":{"index":1,"parameters":"{\""}}"#, EventKind::Delta, &[(0, 1, DeltaKind::ToolArguments, "{\"")]),
    (StreamKind::Invoke, "chunk", r#"{"event_type":"stream-end","finish_reason":"COMPLETE","response":{"text":"k","chat_history":[{"role":"USER","message":"q"}]}}"#, EventKind::MessageStop, &[]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.created","response":{"output":[],"instructions":"i"}}"#, EventKind::MessageStart, &[]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.output_text.delta","output_index":2,"content_index":1,"delta":"t"}"#, EventKind::Delta, &[(2, 1, DeltaKind::Text, "t")]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.refusal.delta","output_index":2,"content_index":1,"delta":"t"}"#, EventKind::Delta, &[(2, 1, DeltaKind::Refusal, "t")]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.function_call_arguments.delta","output_index":3,"delta":"{"}"#, EventKind::Delta, &[(3, 0, DeltaKind::ToolArguments, "{")]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"r"}"#, EventKind::Delta, &[(0, 0, DeltaKind::Reasoning, "r")]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"s"}"#, EventKind::Delta, &[(0, 1, DeltaKind::ReasoningSummary, "s")]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.content_part.added","output_index":1,"content_index":0,"part":{"type":"output_text","text":"b"}}"#, EventKind::Delta, &[(1, 0, DeltaKind::Text, "b")]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.output_text.done","output_index":1,"content_index":0,"text":"all"}"#, EventKind::PartStop, &[]),
    (StreamKind::ServerSent, "chunk", r#"{"type":"response.completed","response":{"output":[]}}"#, EventKind::MessageStop, &[]),
    (StreamKind::Converse, "messageStart", r#"{"role":"assistant","p":"ab"}"#, EventKind::MessageStart, &[]),
    (StreamKind::Converse, "contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"e"},"p":"ab"}"#, EventKind::Delta, &[(0, 0, DeltaKind::Text, "e")]),
    (StreamKind::Converse, "contentBlockDelta", r#"{"contentBlockIndex":4,"delta":{"toolResult":[{"text":"a"},{"text":"b"}]}}"#, EventKind::Delta, &[(0, 4, DeltaKind::ToolResult, "a"), (0, 4, DeltaKind::ToolResult, "b")]),
    (StreamKind::Converse, "contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"r"}}}"#, EventKind::Delta, &[(0, 0, DeltaKind::Reasoning, "r")]),
    (StreamKind::Converse, "contentBlockStop", r#"{"contentBlockIndex":0}"#, EventKind::ContentBlockStop, &[]),
    (StreamKind::Converse, "messageStop", r#"{"stopReason":"end_turn"}"#, EventKind::MessageStop, &[]),
    (StreamKind::Converse, "metadata", r#"{"usage":{},"metrics":{}}"#, EventKind::Metadata, &[]),
];

#[test]
fn events_are_read() {
    for &(kind, event_type, json, expected, substreams) in CASES {
        let mut event = deltas(kind, event_type, json.as_bytes()).expect(json);
        assert_eq!(event.kind(), expected, "{json}");
        let found: Vec<_> = event
            .deltas()
            .iter()
            .map(|d| (d.substream.choice, d.substream.block, d.substream.kind, d.text.as_ref()))
            .collect();
        assert_eq!(found, substreams, "{json}");
        let (has_deltas_only, mut offered) = (event.has_deltas_only(), 0);
        let summary = event.rewrite(&[], &[], &mut |_| {
            offered += 1;
            None
        });
        let skipped = summary.expect(json).skipped;
        assert!(!has_deltas_only || offered == 0 && skipped.is_empty(), "{json}");
        assert_eq!(event.into_rewritten(), None);
    }
}

#[test]
fn unknown_events_are_rejected() {
    for (kind, event_type, json) in [
        (StreamKind::Converse, "contentBlockDelta", r#"{"delta":{"hologram":"x"}}"#),
        (StreamKind::Converse, "surprise", "{}"),
        (StreamKind::ServerSent, "chunk", r#"{"type":"response.surprise","text":"x"}"#),
        (
            StreamKind::ServerSent,
            "chunk",
            r#"{"type":"response.in_progress","response":{"output":[{"type":"message","content":"x"}]}}"#,
        ),
        (
            StreamKind::ServerSent,
            "chunk",
            r#"{"type":"response.output_item.added","item":{"type":"function_call","arguments":"x"}}"#,
        ),
        (
            StreamKind::ServerSent,
            "chunk",
            r#"{"type":"response.output_item.done","item":{"type":"surprise","text":"x"}}"#,
        ),
        (StreamKind::Converse, "chunk", "{}"),
        (StreamKind::Invoke, "surprise", r#"{"outputText":"x"}"#),
        (StreamKind::Invoke, "chunk", r#"{"hologram":"x"}"#),
        (StreamKind::Invoke, "chunk", r#""text""#),
        (StreamKind::Invoke, "chunk", r#"{"type":"surprise","text":"x"}"#),
        (StreamKind::Invoke, "chunk", r#"{"type":"content_block_delta","delta":{"type":"x"}}"#),
        (StreamKind::Invoke, "chunk", r#"{"contentBlockDelta":{"delta":{"text":"x"}},"other":{}}"#),
    ] {
        let error = deltas(kind, event_type, json.as_bytes()).expect_err(json);
        assert!(error.is_unknown(), "{json}");
        let event =
            parse_event(kind, event_type, json.as_bytes(), crate::bedrock::UnknownContent::Inspect).expect(json);
        let texts = event.complete_fields() + event.deltas().len();
        assert_eq!(texts == 0, json == "{}", "{json}");
    }
}

#[test]
fn deltas_are_rewritten_in_place() {
    let json = br#"{ "contentBlockIndex":0, "delta":{"text":"\u00e9 x"}, "p":"ab"}"#;
    let mut event = deltas(StreamKind::Converse, "contentBlockDelta", json).expect("an event");
    let edit = crate::json::FieldEdit::new(vec![(3..4, "\"".into())]);
    let summary = event.rewrite(&[(0, edit)], &[], &mut |_| None).expect("fits");
    assert_eq!(
        event.into_rewritten().as_deref(),
        Some(br#"{ "contentBlockIndex":0, "delta":{"text":"\u00e9 \""}, "p":"ab"}"#.as_slice())
    );
    assert_eq!(summary.inspected_bytes, 4);
}

/// Stream, event type, JSON, and the fields that are complete in the event.
#[rustfmt::skip]
const WHOLE: &[(StreamKind, &str, &str, &[&str])] = &[
    (StreamKind::Invoke, "chunk", r#"{"outputText":"a","amazon-bedrock-trace":{"guardrail":{"modelOutput":["raw"],"input":{"g":{"sensitiveInformationPolicy":{"piiEntities":[{"match":"m","type":"EMAIL"}]}}}}},"amazon-bedrock-guardrailAction":"INTERVENED"}"#, &["raw", "m"]),
    (StreamKind::Invoke, "chunk", r#"{"metadata":{"trace":{"guardrail":{"modelOutput":["raw"]}}}}"#, &["raw"]),
    (StreamKind::Invoke, "chunk", r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{"a":"b"}}}"#, &["f", "a", "b"]),
    (StreamKind::Invoke, "chunk", r#"{"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{"type":"char_location","cited_text":"c","document_title":"t"}}}"#, &["c", "t"]),
    (StreamKind::Invoke, "chunk", r#"{"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"S"},"usage":{}}"#, &["S"]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[{"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}]},"index":0}]}"#, &["f"]),
    (StreamKind::Invoke, "chunk", r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"k\":\"v\"}"}}]},"stop_reason":"tool_calls"}]}"#, &["f", "k", "v"]),
    (StreamKind::Invoke, "chunk", r#"{"event_type":"stream-end","finish_reason":"COMPLETE","response":{"text":"k","chat_history":[{"role":"USER","message":"q"}]}}"#, &["k", "q"]),
    (StreamKind::Invoke, "chunk", r#"{"event_type":"tool-calls-generation","tool_calls":[{"name":"f","parameters":{"a":"b"}}]}"#, &["f", "a", "b"]),
    (StreamKind::Invoke, "chunk", r#"{"generations":[{"text":"w","finish_reason":"COMPLETE"}],"prompt":"p"}"#, &["w", "p"]),
    (StreamKind::Invoke, "chunk", r#"{"embeddings":[[1]],"texts":["t"]}"#, &["t"]),
    (StreamKind::Converse, "contentBlockStart", r#"{"start":{"toolUse":{"toolUseId":"t","name":"f"}},"contentBlockIndex":1}"#, &["f"]),
    (StreamKind::Converse, "contentBlockDelta", r#"{"delta":{"citation":{"title":"t","source":"s","sourceContent":[{"text":"x"}],"location":{"web":{"url":"u"}}}},"contentBlockIndex":1}"#, &["t", "s", "x", "u"]),
    (StreamKind::Converse, "messageStop", r#"{"stopReason":"end_turn","additionalModelResponseFields":{"k":"v"}}"#, &["k", "v"]),
    (StreamKind::Converse, "metadata", r#"{"usage":{},"trace":{"guardrail":{"modelOutput":["raw"],"outputAssessments":{"g":[{"wordPolicy":{"customWords":[{"match":"w","action":"BLOCKED"}]}}]}}}}"#, &["raw", "w"]),
];

#[test]
fn texts_that_are_whole_in_an_event_are_offered() {
    for &(kind, event_type, json, expected) in WHOLE {
        let mut event = deltas(kind, event_type, json.as_bytes()).expect(json);
        assert!(!event.has_deltas_only(), "{json}");
        let mut found = Vec::new();
        event
            .rewrite(&[], &[], &mut |field| {
                found.push(field.text().to_owned());
                None
            })
            .expect(json);
        assert_eq!(found, expected, "{json}");
    }
}

/// A header that Bedrock does not send may hold anything.
#[test]
fn unknown_headers_are_left_out() {
    let event = Frame::event("chunk", "{}").expect("it fits");
    assert_eq!(event.plain().encode(), event.encode());
    let message = Message::new("{}")
        .add_header(Header::new(":event-type", HeaderValue::String("chunk".into())))
        .add_header(Header::new("note", HeaderValue::String("jane.roe@example.com".into())))
        .add_header(Header::new(":content-type", HeaderValue::String("application/json".into())))
        .add_header(Header::new(":error-message", HeaderValue::String("jane.roe@example.com".into())))
        .add_header(Header::new(":message-type", HeaderValue::String("event".into())));
    let mut decoder = FrameDecoder::new();
    decoder.push(&encode(&message));
    let frame = decoder.decode().expect("a frame").expect("whole");
    assert_eq!(frame.plain().encode(), event.encode());
}
