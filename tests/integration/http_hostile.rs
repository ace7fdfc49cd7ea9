//! Streams that an odd or hostile service sends.

use std::convert::Infallible;

use banister::{Guardrail, GuardrailLayer, Policy};
use banister_simulator::{ModelResponse, Options};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::http_stream::{events, path, stream};
use crate::support::layer;

const TITAN: &str = "amazon.titan-text-express-v1";

/// What came of these chunks: all text in a row, and whether the stream was refused.
async fn passed(layer: GuardrailLayer, pieces: &[Value]) -> (String, bool) {
    let path = path(TITAN, "invoke-with-response-stream");
    let streamed = stream(layer, chunks(pieces), &path, &json!({"inputText": "Hello"})).await;
    let events = events(&streamed.bytes);
    let is_refused = events.last().is_some_and(|event| event.name == "validationException");
    (events.iter().map(|event| text_of(&event.json)).collect(), is_refused)
}

/// Some servers give an empty reason with every chunk: it ended the text, and the next chunk began another.
#[tokio::test]
async fn an_empty_reason_ends_nothing() {
    let openai = |text: &str, reason: Value| json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]});
    let forms: [&dyn Fn(&str) -> Value; 5] = [
        &|text| openai(text, json!("")),
        &|text| json!({"outputText": text, "index": 0, "completionReason": ""}),
        &|text| json!({"generation": text, "stop_reason": ""}),
        &|text| json!({"choices": [{"index": 0, "message": {"content": text}, "stop_reason": ""}]}),
        &|text| json!({"text": text, "is_finished": false, "finish_reason": ""}),
    ];
    for form in forms {
        let (seen, _) = passed(layer().0, &[form("Ask jane.roe@"), form("example.com now")]).await;
        assert!(seen.starts_with("Ask {EMAIL} now"), "{seen}");
    }
}

/// Text behind the end of its text was a new text, so a value cut there passed.
#[tokio::test]
async fn no_text_goes_on_behind_its_end() {
    let claude =
        |text: &str| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
    let openai = |text: &str, reason: Value| json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]});
    let stop = json!({"type": "content_block_stop", "index": 0});
    let count = json!({"type": "message_delta", "delta": {"stop_reason": null}, "usage": {"output_tokens": 1}});
    for pieces in [
        vec![openai("jane.roe@", json!("stop")), openai("example.com", json!(null))],
        vec![claude("jane.roe@"), stop, claude("example.com")],
    ] {
        let (seen, is_refused) = passed(layer().0, &pieces).await;
        assert!(is_refused && !seen.contains("example.com"), "{seen}");
    }
    let (seen, is_refused) = passed(layer().0, &[claude("jane.roe@"), count, claude("example.com now.")]).await;
    assert!(!is_refused && seen.contains("{EMAIL} now"), "{seen}");
}

/// Two texts at one place are no cut value only because something was found at the end of the first.
#[tokio::test]
async fn texts_that_follow_one_another_pass() {
    let cited = |text: &str| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": {"cited_text": text}}});
    let policy = "{version: 1, name: p, pii: [{types: [EMAIL, PHONE, URL, NAME], action: mask}]}";
    for (first, second, expected) in [
        ("Write to support@example.com", "We answer in a day.", "Write to {EMAIL}We answer in a day."),
        ("call 415 555 0132", "7 days a week", "call {PHONE}7 days a week"),
        ("https://a.example.com/x", "https://b.example.com/y", "{URL}{URL}"),
        ("ask Mr. John Smith", "Miller said", "ask {NAME}Miller said"),
    ] {
        let guardrail = Guardrail::new(Policy::from_yaml(policy).unwrap());
        let (seen, is_refused) = passed(GuardrailLayer::new(guardrail), &[cited(first), cited(second)]).await;
        assert!(!is_refused, "{first}: {seen}");
        assert_eq!(seen.replace("Mr. ", ""), expected.replace("Mr. ", ""));
    }
}

/// A stream that is blocked where no event can hold the message ended as an empty one, which looked like success.
#[tokio::test]
async fn a_block_without_a_message_is_an_exception() {
    for piece in [
        json!({"embedding": [1], "message": "a guaranteed return"}),
        json!({"images": ["x"], "error": "a guaranteed return"}),
        json!({"message": "a guaranteed return", "__type": "x"}),
    ] {
        let (seen, is_refused) = passed(layer().0, std::slice::from_ref(&piece)).await;
        assert!(is_refused && seen.contains("I can't share that."), "{piece}: {seen}");
    }
    let end = json!({"choices": [{"index": 0, "delta": {"content": "Fine."}, "finish_reason": "stop"}]});
    let late = json!({"choices": [], "note": "a guaranteed return"});
    let (seen, is_refused) = passed(layer().0, &[end, late]).await;
    assert!(is_refused && seen.contains("I can't share that."), "{seen}");
}

/// What was masked in arguments that never ended was told to nobody.
#[tokio::test]
async fn findings_of_unfinished_arguments_are_told() {
    let start = json!({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {}}});
    let delta = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{\"a\":\"jane.roe@example.com and mo"}});
    let (layer, seen) = layer();
    let (text, _) = passed(layer, &[start, delta]).await;
    assert!(text.contains("{EMAIL}"), "{text}");
    let seen = seen.lock().unwrap();
    assert!(seen.last().unwrap().contains("EMAIL@/choices/0/blocks/0/toolArguments"), "{seen:?}");
}

/// Millions of texts would each have a guard.
#[tokio::test]
async fn streams_of_very_many_texts_are_refused() {
    let choice = |index: usize| json!({"index": index, "delta": {"content": "a"}, "finish_reason": null});
    let piece = json!({"choices": (0..2000).map(choice).collect::<Vec<_>>()});
    let (_, is_refused) = passed(layer().0, &[piece]).await;
    assert!(is_refused);
}

/// The message of an error stands in a header once more.
#[tokio::test]
async fn the_header_with_an_errors_message_goes() {
    for (status, body) in [(400, r#"{"message":"bad"}"#), (400, ""), (200, r#"{"generation":"Fine."}"#)] {
        let upstream = service_fn(move |_: Request<Full<Bytes>>| async move {
            let answer = Response::builder().status(status).header("x-amzn-error-message", "bad jane.roe@example.com");
            Ok::<_, Infallible>(answer.body(Full::new(Bytes::from_static(body.as_bytes()))).unwrap())
        });
        let request = Request::post("/model/meta.llama3-8b-instruct-v1%3A0/invoke");
        let request = request.body(Full::new(Bytes::from_static(br#"{"prompt": "Hello"}"#))).unwrap();
        let guarded = ServiceBuilder::new().layer(layer().0).service(upstream);
        let answer = guarded.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status);
        assert!(!answer.headers().contains_key("x-amzn-error-message"));
    }
}

/// Events of chunks that hold this JSON, as the simulator sends them.
fn chunks(json: &[Value]) -> Options {
    let event = |json: &Value| ("chunk".to_owned(), json!({"bytes": STANDARD.encode(json.to_string())}));
    Options { response: ModelResponse::RawEvents(json.iter().map(event).collect()), ..Options::default() }
}

/// A value that is cut between two events is found, whatever member it stands in: it is masked where the texts of events are known to
/// go on, and the stream is refused where they are not.
#[tokio::test]
async fn no_value_passes_between_two_events() {
    /// A member that a text can stand in, whether it is known to go on, and the event of a piece.
    type Form<'a> = (&'a str, bool, &'a dyn Fn(&str) -> Value);

    let openai = |delta: Value| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]});
    let forms: [Form<'_>; 19] = [
        ("Pegasus", true, &|text| json!({"message": text})),
        ("no more than the text", true, &|text| json!({"text": text})),
        ("a list of parts", true, &|text| openai(json!({"content": [{"type": "text", "text": text}]}))),
        ("thinking parts", true, &|text| {
            openai(json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]}))
        }),
        ("transcript", true, &|text| openai(json!({"audio": {"transcript": text}}))),
        ("Titan, whole", false, &|text| json!({"results": [{"outputText": text}]})),
        ("Command, whole", false, &|text| json!({"generations": [{"text": text}]})),
        ("Jurassic, whole", false, &|text| json!({"completions": [{"data": {"text": text}}]})),
        ("Nova, whole", false, &|text| json!({"output": {"message": {"content": [{"text": text}]}}})),
        ("embedding", false, &|text| json!({"embedding": [1.0], "message": text})),
        ("pictures", false, &|text| json!({"images": [], "error": text})),
        ("reasoning details", true, &|text| openai(json!({"reasoning_details": [{"text": text}]}))),
        ("Writer", true, &|text| openai(json!({"content": {"text": text}}))),
        ("unknown delta", false, &|text| openai(json!({"foo": text}))),
        ("unknown member", false, &|text| json!({"generation": "", "foo": {"bar": text}})),
        ("error", false, &|text| json!({"error": {"message": text}})),
        (
            "citations",
            false,
            &|text| json!({"event_type": "citation-generation", "is_finished": false, "citations": [{"text": text}]}),
        ),
        (
            "explanation",
            false,
            &|text| json!({"type": "message_delta", "delta": {"stop_details": {"explanation": text}}}),
        ),
        ("cited by Nova", false, &|text| {
            let citation = json!({"sourceContent": [{"text": text}]});
            json!({"contentBlockDelta": {"delta": {"citation": citation}, "contentBlockIndex": 0}})
        }),
    ];
    for (name, is_masked, form) in forms {
        for size in [1, 3, 8] {
            let text: Vec<char> = "Write to jane.roe@example.com now".chars().collect();
            let pieces: Vec<Value> = text.chunks(size).map(|piece| form(&String::from_iter(piece))).collect();
            let path = path("amazon.titan-text-express-v1", "invoke-with-response-stream");
            let streamed = stream(layer().0, chunks(&pieces), &path, &json!({"inputText": "Hello"})).await;
            let events = events(&streamed.bytes);
            let seen: String = events.iter().map(|event| text_of(&event.json)).collect();
            assert!(!seen.contains("jane.roe@example.com"), "{name} in {size}: {seen}");
            let is_refused = events.last().is_some_and(|event| event.name == "validationException");
            assert_eq!(is_refused, !is_masked, "{name} in {size}: {seen}");
            if is_masked {
                assert_eq!(seen, "Write to {EMAIL} now", "{name} in {size}");
            }
        }
    }
}

/// All text of a value in a row, but for what tells its form.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !matches!(&***name, "type" | "object" | "event_type" | "index"))
            .map(|(_, value)| text_of(value))
            .collect(),
        _ => String::new(),
    }
}

/// Texts that repeat, or are new in each event, are no cut value.
#[tokio::test]
async fn whole_texts_pass_event_by_event() {
    let pieces: Vec<Value> = ["one", "two", "three"]
        .iter()
        .map(|text| json!({"event_type": "citation-generation", "is_finished": false, "citations": [{"text": text}], "foo": "chatcmpl-1"}))
        .collect();
    let path = path("cohere.command-r-v1:0", "invoke-with-response-stream");
    let streamed = stream(layer().0, chunks(&pieces), &path, &json!({"message": "Hello"})).await;
    let passed: Vec<Value> = events(&streamed.bytes).into_iter().map(|event| event.json).collect();
    assert_eq!(passed, pieces);
}

/// Equal pieces were taken for a setting that repeats.
#[tokio::test]
async fn a_value_of_equal_pieces_is_cut_too() {
    let policy = "{version: 1, name: p, pii: [{types: [CREDIT_DEBIT_CARD_NUMBER], action: mask}]}";
    let guardrail = Guardrail::new(Policy::from_yaml(policy).unwrap());
    let piece = |text: &str| json!({"outputText": "x", "note": text});
    for cuts in
        [["4111", "1111", "1111", "1111"], ["4242", "4242", "4242", "4242"], ["4111", " 1111", " 1111", " 1111"]]
    {
        let (seen, is_refused) = passed(GuardrailLayer::new(guardrail.clone()), &cuts.map(piece)).await;
        assert!(is_refused, "{cuts:?}: {seen}");
    }
    let settings: Vec<Value> = (0..40).map(|_| json!({"outputText": "x", "zone": "4", "name": "default"})).collect();
    let (seen, is_refused) = passed(GuardrailLayer::new(guardrail), &settings).await;
    assert!(!is_refused, "{seen}");
}

#[tokio::test]
async fn streams_of_very_many_places_are_refused() {
    let pieces: Vec<Value> = (0..5)
        .map(|event| {
            let members: serde_json::Map<_, _> = (0..1000).map(|at| (format!("m{event}-{at}"), json!("x"))).collect();
            json!({"outputText": "x", "more": members})
        })
        .collect();
    assert!(passed(layer().0, &pieces).await.1);
}

/// Where the text that blocks stood in the event with the trace, the trace went with it.
#[tokio::test]
async fn the_trace_stays_where_the_last_event_is_blocked() {
    let counters = json!({"inputTokenCount": 1, "outputTokenCount": 1, "invocationLatency": 1, "firstByteLatency": 1});
    let whole =
        json!({"results": [{"outputText": "a guaranteed return"}], "amazon-bedrock-invocationMetrics": counters});
    let body = json!({"inputText": "Hello"});
    let simulator = crate::support::simulator(chunks(&[whole])).await;
    let mut request = crate::http::post(&simulator, &path(TITAN, "invoke-with-response-stream"), body.to_string());
    request.headers_mut().insert("x-amzn-bedrock-trace", "ENABLED".parse().unwrap());
    let (_, _, answer) = crate::http::send(layer().0, request).await;
    let last = events(&answer).pop().unwrap().json;
    assert_eq!(last["results"][0]["outputText"], "I can't share that.");
    assert!(last["amazon-bedrock-trace"]["guardrail"]["outputs"][0]["integration"].is_object(), "{last}");
}

/// What a guardrail of Bedrock's tells of the request blocked the answer to it.
#[tokio::test]
async fn their_trace_is_emptied_and_the_answer_passes() {
    let word = json!({"match": "guaranteed return", "action": "NONE"});
    let theirs = json!({"guardrail": {"input": {"gr-1": {"wordPolicy": {"customWords": [word]}}}}});
    let chunk = json!({"outputText": "Fine.", "completionReason": "FINISH", "amazon-bedrock-trace": theirs});
    let (seen, is_refused) = passed(layer().0, &[chunk]).await;
    assert!(!is_refused && seen.contains("Fine.") && !seen.contains("guaranteed"), "{seen}");
}

/// Arguments in OpenAI's older form went on in the newer one.
#[tokio::test]
async fn function_arguments_stay_where_they_are() {
    let delta =
        |delta: Value, reason: Value| json!({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
    let pieces = [
        delta(json!({"function_call": {"name": "f", "arguments": "{\"a\": 12"}}), json!(null)),
        delta(json!({}), json!("length")),
    ];
    let path = path("openai.gpt-oss-120b", "invoke-with-response-stream");
    let streamed = stream(layer().0, chunks(&pieces), &path, &json!({"messages": []})).await;
    let events = events(&streamed.bytes);
    let pointer = "/choices/0/delta/function_call/arguments";
    let arguments: String = events.iter().filter_map(|event| event.json.pointer(pointer)?.as_str()).collect();
    assert_eq!(arguments, "{\"a\": 12");
}
