//! Any events as a stream: refused, or examined. Pieces of text in a family's own chunks come out as the whole text would, and bytes that are
//! no frames, or frames of anything, never break the guard.

#![no_main]

use std::convert::Infallible;
use std::sync::LazyLock;

use banister::{Guardrail, GuardrailLayer, Policy, Source};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};

static GUARDRAIL: LazyLock<Guardrail> = LazyLock::new(|| {
    let policy = "{version: 1, name: fuzz, word_filters: [{name: W, words: [ab, text], match: {whole_word: false}, action: mask, replacement: '*'}], \
        regexes: [{name: R, pattern: '[0-7]{2}x', action: mask, replacement: '*'}]}";
    Guardrail::new(Policy::from_yaml(policy).expect("the policy of the target is right"))
});

fn frame(payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in [(":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event")] {
        headers.push(name.len() as u8);
        headers.extend_from_slice(name.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&(value.len() as u16).to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let total = 16 + headers.len() + payload.len();
    let mut out = Vec::with_capacity(total);
    out.extend_from_slice(&(total as u32).to_be_bytes());
    out.extend_from_slice(&(headers.len() as u32).to_be_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload);
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

fn chunk(json: &[u8]) -> Vec<u8> {
    frame(json!({"bytes": STANDARD.encode(json)}).to_string().as_bytes())
}

/// A family's chunk with this text.
fn piece(family: u8, text: &str) -> Value {
    match family % 4 {
        0 => json!({"generation": text, "stop_reason": null}),
        1 => json!({"outputText": text, "index": 0, "completionReason": null}),
        2 => json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}),
        _ => json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
    }
}

fn text_of(family: u8, json: &Value) -> String {
    let pointer = match family % 4 {
        0 => "/generation",
        1 => "/outputText",
        2 => "/choices/0/delta/content",
        _ => "/delta/text",
    };
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What comes of an upstream that answers with these bytes; nothing where the stream breaks off.
fn guarded(answer: Vec<u8>) -> Option<Bytes> {
    let upstream = service_fn(move |_: Request<Full<Bytes>>| {
        let answer = answer.clone();
        async move { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(answer)))) }
    });
    let request = Request::post("/model/m/invoke-with-response-stream")
        .body(Full::new(Bytes::from_static(b"{\"prompt\": \"Hello\"}")))
        .expect("a request");
    let answer = GuardrailLayer::new(GUARDRAIL.clone()).layer(upstream).oneshot(request);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        answer.await.expect("an answer").into_body().collect().await.ok().map(|body| body.to_bytes())
    })
}

/// The JSON of the chunks of a stream whose frames are ours.
fn jsons(mut bytes: &[u8]) -> Vec<Value> {
    let mut out = Vec::new();
    while bytes.len() >= 16 {
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
        let (total, headers) = (number(0), number(4));
        let payload: Value = serde_json::from_slice(&bytes[12 + headers..total - 4]).expect("JSON");
        let json = payload["bytes"].as_str().map(|bytes| STANDARD.decode(bytes).expect("base64"));
        out.push(json.map_or(payload.clone(), |json| serde_json::from_slice(&json).expect("JSON")));
        bytes = &bytes[total..];
    }
    out
}

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    match first >> 6 {
        0 => drop(guarded(rest.to_vec())),
        1 => drop(guarded(rest.split(|&byte| byte == b'\n').flat_map(chunk).collect())),
        _ => {
            let Ok(text) = std::str::from_utf8(rest) else { return };
            // A control character parts the pieces, so that any text may be cut anywhere.
            let pieces: Vec<&str> = text.split('\x01').collect();
            let answer = pieces.iter().flat_map(|text| chunk(piece(first, text).to_string().as_bytes())).collect();
            let streamed = guarded(answer).expect("our own frames are whole");
            let seen: String = jsons(&streamed).iter().map(|json| text_of(first, json)).collect();
            let whole = pieces.concat();
            assert_eq!(seen, GUARDRAIL.assess(Source::Output, &whole).apply_to(&whole));
        }
    }
});
