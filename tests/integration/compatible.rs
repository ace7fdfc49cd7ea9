//! The paths for clients of OpenAI and Anthropic: JSON, and server-sent events.

use banister::{Guardrail, GuardrailLayer, Policy};
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options, Simulator};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt};

use crate::http::{http_client, post, send, value};
use crate::support::{guardrail, layer, simulator};

/// One of the paths, and where its bodies and events have what the tests look at.
struct Api {
    path: &'static str,
    request: fn(&str) -> Value,
    /// The text of a response.
    text: &'static str,
    /// The arguments of a tool call in a response.
    arguments: &'static str,
    /// Why a response ended, and the value for a refusal.
    reason: (&'static str, &'static str),
    /// The text that an event continues.
    delta: fn(&Value) -> Option<&str>,
    /// The arguments that an event continues.
    arguments_delta: fn(&Value) -> Option<&str>,
    /// The text that an event repeats as a whole.
    repeated: &'static [&'static str],
    /// The message of an error.
    error: &'static str,
    /// Why an event says that the stream ended.
    stream_reason: &'static str,
    has_end_marker: bool,
}

const MODEL: &str = "openai.gpt-oss-20b-1:0";

fn of_type<'a>(event: &'a Value, kind: &str, pointer: &str) -> Option<&'a str> {
    if event["type"] == kind { event.pointer(pointer)?.as_str() } else { None }
}

fn apis() -> [Api; 3] {
    [
        Api {
            path: "/openai/v1/chat/completions",
            request: |text| json!({"model": MODEL, "messages": [{"role": "user", "content": text}]}),
            text: "/choices/0/message/content",
            arguments: "/choices/0/message/tool_calls/0/function/arguments",
            reason: ("/choices/0/finish_reason", "content_filter"),
            delta: |event| event.pointer("/choices/0/delta/content")?.as_str(),
            arguments_delta: |event| event.pointer("/choices/0/delta/tool_calls/0/function/arguments")?.as_str(),
            repeated: &[],
            error: "/error/message",
            stream_reason: "/choices/0/finish_reason",
            has_end_marker: true,
        },
        Api {
            path: "/openai/v1/responses",
            request: |text| json!({"model": MODEL, "instructions": "Be kind.", "input": text}),
            text: "/output/0/content/0/text",
            arguments: "/output/0/arguments",
            reason: ("/incomplete_details/reason", "content_filter"),
            delta: |event| of_type(event, "response.output_text.delta", "/delta"),
            arguments_delta: |event| of_type(event, "response.function_call_arguments.delta", "/delta"),
            repeated: &["/text", "/part/text", "/item/content/0/text", "/response/output/0/content/0/text"],
            error: "/error/message",
            stream_reason: "/response/incomplete_details/reason",
            has_end_marker: false,
        },
        Api {
            path: "/anthropic/v1/messages",
            request: |text| json!({"model": "anthropic.claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": text}]}),
            text: "/content/0/text",
            arguments: "/content/0/input/to",
            reason: ("/stop_reason", "refusal"),
            delta: |event| of_type(event, "content_block_delta", "/delta/text"),
            arguments_delta: |event| of_type(event, "content_block_delta", "/delta/partial_json"),
            repeated: &[],
            error: "/error/message",
            stream_reason: "/delta/stop_reason",
            has_end_marker: false,
        },
    ]
}

const SECRET: &str = "Write to jane@example.com or +1 415 555 0132 today.";
const MASKED: &str = "Write to {EMAIL} or {PHONE} today.";
const INPUT_MESSAGE: &str = "I can't help with that.";
const OUTPUT_MESSAGE: &str = "I can't share that.";

fn text(text: &str) -> Options {
    Options { response: ModelResponse::Text(text.to_owned()), ..Options::default() }
}

fn tool() -> Options {
    let input = json!({"to": "jane@example.com"});
    Options { response: ModelResponse::ToolUse { name: "send".to_owned(), input, text: None }, ..Options::default() }
}

struct Streamed {
    status: StatusCode,
    headers: HeaderMap,
    events: Vec<Value>,
    has_end_marker: bool,
    broke: bool,
}

/// Reads a stream in the simplest way that the standard allows, and checks that names are the types.
fn events(bytes: &[u8]) -> (Vec<Value>, bool) {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let mut events = Vec::new();
    let mut has_end_marker = false;
    for block in text.split_terminator("\n\n") {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let data = field("data").expect("data");
        assert!(!has_end_marker, "nothing follows the end");
        if data == "[DONE]" {
            has_end_marker = true;
            continue;
        }
        let json: Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(
            field("event"),
            json["type"].as_str().filter(|_| json.get("error").is_none() || field("event").is_some())
        );
        events.push(json);
    }
    (events, has_end_marker)
}

async fn stream(layer: GuardrailLayer, simulator: &Simulator, api: &Api, prompt: &str) -> Streamed {
    let mut request = (api.request)(prompt);
    request["stream"] = json!(true);
    let bedrock = ServiceBuilder::new().layer(layer).service(http_client());
    let response = bedrock.oneshot(post(simulator, api.path, request.to_string())).await.expect("a response");
    let (head, mut body) = response.into_parts();
    let (mut bytes, mut broke) = (Vec::new(), false);
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(frame.data_ref().expect("data")),
            Err(_) => broke = true,
        }
    }
    let (events, has_end_marker) = events(&bytes);
    Streamed { status: head.status, headers: head.headers, events, has_end_marker, broke }
}

fn joined(events: &[Value], of: fn(&Value) -> Option<&str>) -> String {
    events.iter().filter_map(of).collect()
}

fn plain() -> GuardrailLayer {
    GuardrailLayer::new(guardrail())
}

#[tokio::test]
async fn requests_and_responses_are_masked() {
    for api in apis() {
        let simulator = simulator(text(SECRET)).await;
        let (status, _, body) = send(plain(), post(&simulator, api.path, (api.request)(SECRET).to_string())).await;
        let body = value(&body);
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(body.pointer(api.text), Some(&json!(MASKED)), "{body}");
        let sent = simulator.requests().last().expect("a request").body.clone();
        let sent = String::from_utf8(sent.to_vec()).expect("UTF-8");
        assert!(sent.contains(MASKED) && !sent.contains("jane"), "{sent}");
    }
}

#[tokio::test]
async fn tool_arguments_are_masked() {
    for api in apis() {
        let simulator = simulator(tool()).await;
        let (_, _, body) = send(plain(), post(&simulator, api.path, (api.request)("Hi").to_string())).await;
        let arguments = value(&body).pointer(api.arguments).and_then(Value::as_str).expect("arguments").to_owned();
        assert!(arguments.contains("{EMAIL}") && !arguments.contains("jane"), "{arguments}");
        let streamed = stream(plain(), &simulator, &api, "Hi").await;
        assert_eq!(joined(&streamed.events, api.arguments_delta), r#"{"to":"{EMAIL}"}"#);
        let all = json!(streamed.events).to_string();
        assert!(!all.contains("jane"), "{all}");
    }
}

#[tokio::test]
async fn streams_are_masked_at_every_cut() {
    for api in apis() {
        for (chunk_size, write_size) in [(1, Some(1)), (3, Some(7)), (5, None), (400, Some(64))] {
            let chunk_size = ChunkSize::Chars(chunk_size);
            let simulator = simulator(Options { chunk_size, write_size, ..text(SECRET) }).await;
            let (layer, seen) = layer();
            let streamed = stream(layer, &simulator, &api, "Hi").await;
            assert_eq!(streamed.status, StatusCode::OK);
            assert!(!streamed.broke);
            assert_eq!(joined(&streamed.events, api.delta), MASKED, "{}", api.path);
            assert_eq!(streamed.has_end_marker, api.has_end_marker);
            for pointer in api.repeated {
                let copies: Vec<_> = streamed.events.iter().filter_map(|event| event.pointer(pointer)).collect();
                assert!(copies.iter().any(|copy| **copy == json!(MASKED)), "{pointer}");
            }
            let all = json!(streamed.events).to_string();
            assert!(!all.contains("jane") && !all.contains("0132"), "{all}");
            assert_eq!(seen.lock().expect("not poisoned").len(), 2, "one request, one response");
        }
    }
}

#[tokio::test]
async fn events_that_do_not_change_keep_their_json() {
    for api in apis() {
        let simulator = simulator(text("All is well.")).await;
        let mut request = (api.request)("Hi");
        request["stream"] = json!(true);
        let request = || post(&simulator, api.path, request.to_string());
        let direct = http_client().request(request()).await.expect("a response");
        let direct = direct.into_body().collect().await.expect("a body").to_bytes();
        // A rule whose matches cannot begin in the text, so that nothing is held.
        let rule = "version: 1\nname: ids\nmessages: {blocked_input: No., blocked_output: No.}\nregexes:\n  - {name: id, pattern: '#[0-9]{4,8}', action: mask}\n";
        let layer = GuardrailLayer::new(Guardrail::new(Policy::from_yaml(rule).expect("the policy is valid")));
        let (_, headers, guarded) = send(layer, request()).await;
        // The simulator numbers its responses.
        let normal = |bytes: &Bytes| {
            let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
            text.replace("00000001", "N").replace("00000002", "N").lines().map(strip_id).collect::<Vec<_>>()
        };
        assert_eq!(normal(&guarded), normal(&direct));
        assert_eq!(headers["content-type"], "text/event-stream; charset=utf-8");
    }
}

/// Removes the ID of the response from the JSON of a line.
fn strip_id(line: &str) -> String {
    let Some(mut json) = line.strip_prefix("data: ").and_then(|data| serde_json::from_str::<Value>(data).ok()) else {
        return line.to_owned();
    };
    for pointer in ["", "/response", "/message"] {
        if let Some(Value::Object(fields)) = json.pointer_mut(pointer) {
            fields.remove("id");
        }
    }
    json.to_string()
}

#[tokio::test]
async fn a_blocked_request_is_answered_with_a_refusal() {
    for api in apis() {
        let simulator = simulator(text("Fine.")).await;
        let request = (api.request)("Is it a guaranteed return?");
        let (status, _, body) = send(plain(), post(&simulator, api.path, request.to_string())).await;
        let body = value(&body);
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body.pointer(api.text), Some(&json!(INPUT_MESSAGE)), "{body}");
        assert_eq!(body.pointer(api.reason.0), Some(&json!(api.reason.1)), "{body}");
        assert_eq!(body["amazon-bedrock-guardrailAction"], "INTERVENED");
        let streamed = stream(plain(), &simulator, &api, "Is it a guaranteed return?").await;
        assert_eq!(streamed.headers["content-type"], "text/event-stream; charset=utf-8");
        check_refusal(&api, &streamed, "", INPUT_MESSAGE);
        assert!(simulator.requests().is_empty(), "nothing was sent");
    }
}

#[tokio::test]
async fn a_blocked_stream_ends_with_a_refusal() {
    for api in apis() {
        let chunk_size = ChunkSize::Chars(4);
        let simulator = simulator(Options { chunk_size, ..text("So it is a guaranteed return, you see.") }).await;
        let streamed = stream(plain(), &simulator, &api, "Hi").await;
        check_refusal(&api, &streamed, "So it is a ", OUTPUT_MESSAGE);
        let (_, _, body) = send(plain(), post(&simulator, api.path, (api.request)("Hi").to_string())).await;
        assert_eq!(value(&body).pointer(api.text), Some(&json!(OUTPUT_MESSAGE)));
    }
}

fn check_refusal(api: &Api, streamed: &Streamed, released: &str, message: &str) {
    assert_eq!(joined(&streamed.events, api.delta), format!("{released}{message}"), "{}", api.path);
    let reasons = streamed.events.iter().filter_map(|event| event.pointer(api.stream_reason)?.as_str());
    assert_eq!(reasons.collect::<Vec<_>>(), [api.reason.1]);
    assert_eq!(streamed.has_end_marker, api.has_end_marker);
    assert!(!streamed.broke);
    if !api.repeated.is_empty() {
        let numbers: Vec<_> = streamed.events.iter().filter_map(|event| event["sequence_number"].as_u64()).collect();
        assert_eq!(numbers.len(), streamed.events.len(), "each event has a number");
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_inspected_is_an_error_in_the_form_of_the_api() {
    for api in apis() {
        let simulator = simulator(text("Fine.")).await;
        let (status, _, body) = send(plain(), post(&simulator, api.path, "{\"model\":")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let message = value(&body).pointer(api.error).and_then(Value::as_str).expect("a message").to_owned();
        assert!(message.contains("could not be inspected"), "{message}");
        assert!(simulator.requests().is_empty());
    }
}

#[tokio::test]
async fn a_stream_that_cannot_be_inspected_ends_with_an_error_event() {
    for api in apis() {
        for bytes in ["data: {\n\n", "data: {\"hologram\": \"x\"}\n\n", "data: \u{fffd}\n\n"] {
            let response = ModelResponse::RawBytes(bytes.into());
            let simulator = simulator(Options { response, ..Options::default() }).await;
            let streamed = stream(plain(), &simulator, &api, "Hi").await;
            let [event] = streamed.events.as_slice() else { panic!("{:?}", streamed.events) };
            let message = event.pointer("/error/message").or(event.pointer("/message"));
            assert!(message.is_some_and(|text| text.to_string().contains("could not be inspected")), "{event}");
        }
        // A stream that is no text cannot go on.
        let response = ModelResponse::RawBytes(b"data: \xff\n\n".to_vec());
        let simulator = simulator(Options { response, ..Options::default() }).await;
        assert!(stream(plain(), &simulator, &api, "Hi").await.broke);
    }
}

#[tokio::test]
async fn fields_of_events_beside_their_data_do_not_pass() {
    for api in apis() {
        let event = match api.path {
            "/openai/v1/chat/completions" => json!({"choices": []}),
            "/openai/v1/responses" => json!({"type": "error", "message": "m"}),
            _ => json!({"type": "ping"}),
        };
        let bytes = format!(": jane@example.com\nid: jane@example.com\nevent: jane@example.com\ndata: {event}\n\n");
        let response = ModelResponse::RawBytes(bytes.into());
        let simulator = simulator(Options { response, ..Options::default() }).await;
        let mut request = (api.request)("Hi");
        request["stream"] = json!(true);
        let (_, _, body) = send(plain(), post(&simulator, api.path, request.to_string())).await;
        let body = String::from_utf8(body.to_vec()).expect("UTF-8");
        assert!(body.contains("data: ") && !body.contains("jane"), "{body}");
    }
}

#[tokio::test]
async fn an_error_of_the_upstream_is_inspected() {
    for api in apis() {
        let fault = Some(Fault::Status {
            status: 429,
            exception: "ThrottlingException".to_owned(),
            message: SECRET.to_owned(),
        });
        let simulator = simulator(Options { fault, ..Options::default() }).await;
        let (status, _, body) = send(plain(), post(&simulator, api.path, (api.request)("Hi").to_string())).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(value(&body)["message"], MASKED);
    }
}

#[tokio::test]
async fn items_of_a_conversation_are_inspected() {
    let simulator = simulator(text("Fine.")).await;
    let input = json!([
        {"role": "user", "content": [{"type": "input_text", "text": "a@example.com"}]},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "b@example.com"}]},
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{\"to\":\"c@example.com\"}"},
        {"type": "function_call_output", "call_id": "1", "output": "d@example.com"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "e@example.com", "annotations": []}]},
    ]);
    let request = json!({"model": MODEL, "input": input, "metadata": {"k": "f@example.com"}, "store": false});
    let path = "/openai/v1/responses";
    let (status, _, body) = send(plain(), post(&simulator, path, request.to_string())).await;
    assert_eq!(status, StatusCode::OK, "{body:?}");
    let sent = String::from_utf8(simulator.requests().last().expect("a request").body.to_vec()).expect("UTF-8");
    assert!(!sent.contains("@example.com"), "{sent}");
    assert_eq!(sent.matches("{EMAIL}").count(), 6, "{sent}");
    let request = json!({"model": MODEL, "input": [{"type": "hologram", "text": "Hi"}]});
    let (status, _, _) = send(plain(), post(&simulator, path, request.to_string())).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "an unknown item");
}
