//! Event streams through the layer around a plain HTTP client.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use banister::GuardrailLayer;
use banister::ResponseBody;
use banister_simulator::{ChunkSize, Fault, ModelResponse, Options};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt};

use crate::http::{http_client, post};
use crate::invoke_stream::{MASKED, SECRET, families};
use crate::support::{guardrail, layer, simulator};

/// What came of a stream: status, headers, bytes, and whether it broke off.
pub(crate) struct Streamed {
    status: StatusCode,
    headers: HeaderMap,
    pub(crate) bytes: BytesMut,
    broke: bool,
}

/// One event: its type, or its exception's, and its JSON, unwrapped.
#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) json: Value,
}

pub(crate) async fn stream(layer: GuardrailLayer, options: Options, path: &str, body: &Value) -> Streamed {
    let simulator = simulator(options).await;
    let bedrock = ServiceBuilder::new().layer(layer).service(http_client());
    let response = bedrock.oneshot(post(&simulator, path, body.to_string())).await.expect("a response");
    let (head, mut body) = response.into_parts();
    let mut streamed = Streamed { status: head.status, headers: head.headers, bytes: BytesMut::new(), broke: false };
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => streamed.bytes.extend_from_slice(frame.data_ref().expect("data")),
            Err(_) => streamed.broke = true,
        }
    }
    assert!(body.is_end_stream());
    assert!(body.frame().await.is_none(), "fused");
    streamed
}

/// Reads the frames with the SDK's own decoder, which checks both checksums.
pub(crate) fn events(bytes: &[u8]) -> Vec<Event> {
    let mut decoder = MessageFrameDecoder::new();
    let mut bytes = bytes;
    let mut events = Vec::new();
    while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut bytes).expect("valid checksums") {
        let header = |name: &str| {
            let headers = message.headers().iter();
            let mut found = headers.filter(|header| header.name().as_str() == name);
            found.next().map(|header| header.value().as_string().unwrap().as_str().to_owned())
        };
        assert_eq!(header(":content-type").as_deref(), Some("application/json"));
        let json: Value = serde_json::from_slice(message.payload()).expect("JSON");
        let json = match json["bytes"].as_str() {
            Some(bytes) => serde_json::from_slice(&STANDARD.decode(bytes).unwrap()).unwrap(),
            None => json,
        };
        events.push(Event { name: header(":event-type").or(header(":exception-type")).unwrap(), json });
    }
    assert!(bytes.is_empty(), "no half frame");
    events
}

pub(crate) fn path(model: &str, operation: &str) -> String {
    format!("/model/{}/{operation}", model.replace(':', "%3A"))
}

const INVOKE: &str = "/model/meta.llama3-8b-instruct-v1%3A0/invoke-with-response-stream";
const CONVERSE: &str = "/model/meta.llama3-8b-instruct-v1%3A0/converse-stream";

#[tokio::test]
async fn every_family_is_masked_at_every_cut_of_the_bytes() {
    for (model, body, text) in families() {
        for write_size in [1, 3, 7, 4000] {
            let options = Options {
                response: ModelResponse::Text(SECRET.to_owned()),
                chunk_size: ChunkSize::Chars(3),
                write_size: Some(write_size),
                ..Options::default()
            };
            let path = path(model, "invoke-with-response-stream");
            let streamed = stream(GuardrailLayer::new(guardrail()), options, &path, &body).await;
            assert_eq!((streamed.status, streamed.broke), (StatusCode::OK, false));
            assert_eq!(streamed.headers["content-type"], "application/vnd.amazon.eventstream");
            assert_eq!(streamed.headers["x-amzn-bedrock-content-type"], "application/json");
            let events = events(&streamed.bytes);
            let joined: String = events.iter().map(|event| text(&event.json)).collect();
            assert_eq!(joined, MASKED, "{model} {write_size}");
            let all = format!("{events:?}");
            assert!(!all.contains("jane.roe") && !all.contains("4111"), "{model}: {all}");
        }
    }
}

fn converse(text: &str) -> Value {
    json!({"messages": [{"role": "user", "content": [{"text": text}]}]})
}

fn said(events: &[Event]) -> String {
    events.iter().filter_map(|event| event.json["delta"]["text"].as_str()).collect()
}

#[tokio::test]
async fn converse_streams_are_masked_at_every_cut_of_the_bytes() {
    for write_size in [1, 3, 7, 4000] {
        let options = Options {
            response: ModelResponse::Text(SECRET.to_owned()),
            chunk_size: ChunkSize::Chars(3),
            write_size: Some(write_size),
            ..Options::default()
        };
        let streamed = stream(GuardrailLayer::new(guardrail()), options, CONVERSE, &converse("Hello")).await;
        let events = events(&streamed.bytes);
        assert_eq!(said(&events), MASKED);
        let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!((names[0], names[names.len() - 2..].to_vec()), ("messageStart", vec!["messageStop", "metadata"]));
    }
}

/// A stream of which nothing is held goes on byte for byte, padding and checksums included.
#[tokio::test]
async fn clean_streams_pass_byte_for_byte() {
    let options = || Options {
        response: ModelResponse::Text(". . . .".to_owned()),
        chunk_size: ChunkSize::Chars(2),
        ..Options::default()
    };
    for (path, body) in [(INVOKE, json!({"prompt": "Hello"})), (CONVERSE, converse("Hello"))] {
        let simulator = simulator(options()).await;
        let plain = http_client().oneshot(post(&simulator, path, body.to_string())).await.unwrap();
        let plain = plain.into_body().collect().await.unwrap().to_bytes();
        let guarded = stream(GuardrailLayer::new(guardrail()), options(), path, &body).await;
        assert_eq!(guarded.bytes, plain);
    }
}

#[tokio::test]
async fn blocked_requests_stream_the_message() {
    for (model, body, text) in families() {
        let body = serde_json::from_str(&body.to_string().replace("Hello", "Give me a stock tip")).unwrap();
        let path = path(model, "invoke-with-response-stream");
        let streamed = stream(GuardrailLayer::new(guardrail()), Options::default(), &path, &body).await;
        assert_eq!(streamed.status, StatusCode::OK);
        assert_eq!(streamed.headers["content-type"], "application/vnd.amazon.eventstream");
        assert_eq!(streamed.headers["x-amzn-bedrock-content-type"], "application/json");
        assert_eq!(streamed.headers["content-length"], streamed.bytes.len().to_string().as_str());
        let joined: String = events(&streamed.bytes).iter().map(|event| text(&event.json)).collect();
        assert_eq!(joined, "I can't help with that.", "{model}");
    }
    let asked = converse("Give me a stock tip");
    let streamed = stream(GuardrailLayer::new(guardrail()), Options::default(), CONVERSE, &asked).await;
    assert_eq!(said(&events(&streamed.bytes)), "I can't help with that.");
    let strict = GuardrailLayer::new(guardrail()).error_on_block();
    let streamed = stream(strict, Options::default(), CONVERSE, &asked).await;
    assert_eq!(streamed.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn blocked_answers_end_with_the_message_or_an_exception() {
    let options = || Options {
        response: ModelResponse::Text("Trust me, it is a guaranteed return for all.".to_owned()),
        chunk_size: ChunkSize::Chars(4),
        ..Options::default()
    };
    let hello = converse("Hello");
    let streamed = stream(GuardrailLayer::new(guardrail()), options(), CONVERSE, &hello).await;
    assert_eq!(said(&events(&streamed.bytes)), "Trust me, it is a I can't share that.");
    assert!(!streamed.broke);

    let strict = GuardrailLayer::new(guardrail()).error_on_block();
    let streamed = stream(strict, options(), CONVERSE, &hello).await;
    let events = events(&streamed.bytes);
    assert!("Trust me, it is a ".starts_with(&said(&events)));
    let last = events.last().unwrap();
    assert_eq!(last.name, "validationException");
    assert_eq!(last.json["message"], "the ConverseStream response was blocked by the guardrail: I can't share that.");
    assert!(!streamed.broke);
}

#[tokio::test]
async fn exceptions_pass_and_lose_what_they_quote() {
    let cases = [
        ("slow down", "slow down"),
        ("cannot say jane.roe@example.com", "cannot say {EMAIL}"),
        ("no guaranteed return", "I can't share that."),
    ];
    for (message, expected) in cases {
        let fault = Fault::ExceptionFrame {
            after_events: 3,
            exception_type: "throttlingException".to_owned(),
            message: message.to_owned(),
        };
        let reply = ModelResponse::Text("Hello, mail jane.roe@example.com for all".to_owned());
        let options =
            Options { response: reply, chunk_size: ChunkSize::Chars(4), fault: Some(fault), ..Options::default() };
        let streamed = stream(GuardrailLayer::new(guardrail()), options, INVOKE, &json!({"prompt": "Hello"})).await;
        let events = events(&streamed.bytes);
        let last = events.last().unwrap();
        assert_eq!((last.name.as_str(), &last.json), ("throttlingException", &json!({"message": expected})));
        assert!(!streamed.broke);
    }
}

#[tokio::test]
async fn throttling_passes() {
    let options = Options { fault: Some(Fault::Throttle), ..Options::default() };
    let streamed = stream(GuardrailLayer::new(guardrail()), options, CONVERSE, &converse("Hello")).await;
    assert_eq!(streamed.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn broken_streams_stay_broken_and_release_nothing_unexamined() {
    for fault in [Fault::CutConnection { after_bytes: 900 }, Fault::CorruptFrame { after_events: 4 }] {
        let (layer, seen) = layer();
        let reply = ModelResponse::Text("Hello, mail jane.roe@example.com for all you need to know".to_owned());
        let options = Options {
            response: reply,
            chunk_size: ChunkSize::Chars(4),
            fault: Some(fault.clone()),
            ..Options::default()
        };
        let streamed = stream(layer, options, INVOKE, &json!({"prompt": "Hello"})).await;
        assert!(streamed.broke, "{fault:?}");
        let joined: String = events(&streamed.bytes)
            .iter()
            .filter_map(|event| event.json["generation"].as_str().map(str::to_owned))
            .collect();
        assert!("Hello, mail {EMAIL} for all".starts_with(&joined), "{fault:?}: {joined}");
        assert_eq!(seen.lock().unwrap().len(), 2, "the request and what there was of the answer");
    }
}

#[tokio::test]
async fn events_that_cannot_be_examined_end_the_stream() {
    let replies = [
        vec![("chunk".to_owned(), json!({"new": "jane.roe@example.com"}))],
        vec![("surprise".to_owned(), json!({"bytes": "e30="}))],
    ];
    for reply in replies {
        let options = Options { response: ModelResponse::RawEvents(reply), ..Options::default() };
        let streamed = stream(GuardrailLayer::new(guardrail()), options, INVOKE, &json!({"prompt": "Hello"})).await;
        let events = events(&streamed.bytes);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].name, "validationException");
        assert!(!format!("{events:?}").contains("jane"));
    }
}

#[tokio::test]
async fn what_a_chunk_has_beside_the_models_json_goes() {
    let bytes = STANDARD.encode(json!({"generation": "Hello.", "stop_reason": "stop"}).to_string());
    let chunk = json!({"bytes": bytes, "p": "abc", "new": "jane.roe@example.com"});
    let options =
        Options { response: ModelResponse::RawEvents(vec![("chunk".to_owned(), chunk)]), ..Options::default() };
    let streamed = stream(GuardrailLayer::new(guardrail()), options, INVOKE, &json!({"prompt": "Hello"})).await;
    let events = events(&streamed.bytes);
    assert_eq!(events[0].json["generation"], "Hello.");
    assert!(!String::from_utf8_lossy(&streamed.bytes).contains("jane"));
}

/// A body of these frames that tells when it is dropped.
struct Upstream(Vec<Frame<Bytes>>, bool, Arc<AtomicBool>);

impl Body for Upstream {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.0.is_empty() {
            return if self.1 { Poll::Ready(None) } else { Poll::Pending };
        }
        Poll::Ready(Some(Ok(self.0.remove(0))))
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.2.store(true, Ordering::SeqCst);
    }
}

async fn upstream(
    layer: GuardrailLayer,
    frames: Vec<Frame<Bytes>>,
    ends: bool,
    dropped: &Arc<AtomicBool>,
) -> ResponseBody<Upstream> {
    let body = std::sync::Mutex::new(Some(Upstream(frames, ends, Arc::clone(dropped))));
    let body = Arc::new(body);
    let service = tower::service_fn(move |_: Request<Full<Bytes>>| {
        let body = body.lock().unwrap().take().unwrap();
        async move { Ok::<_, std::convert::Infallible>(Response::new(body)) }
    });
    let bedrock = ServiceBuilder::new().layer(layer).service(service);
    let request = Request::post(INVOKE).body(Full::from("{\"prompt\": \"Hello\"}")).unwrap();
    bedrock.oneshot(request).await.unwrap().into_body()
}

async fn chunk_frames(text: &str) -> Bytes {
    let options = Options { response: ModelResponse::Text(text.to_owned()), ..Options::default() };
    let simulator = simulator(options).await;
    let response = http_client().oneshot(post(&simulator, INVOKE, "{\"prompt\": \"Hello\"}")).await.unwrap();
    response.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn dropping_the_body_drops_the_upstream_and_tells_the_observer() {
    let dropped = Arc::new(AtomicBool::new(false));
    let (layer, seen) = layer();
    let frames = chunk_frames("Mail jane.roe@example.com now, please").await;
    let mut body = upstream(layer, vec![Frame::data(frames)], false, &dropped).await;
    assert!(!body.is_end_stream());
    body.frame().await.unwrap().unwrap();
    assert!(!dropped.load(Ordering::SeqCst));
    assert_eq!(seen.lock().unwrap().len(), 1);
    drop(body);
    assert!(dropped.load(Ordering::SeqCst));
    assert!(seen.lock().unwrap()[1].starts_with("OUTPUT Masked EMAIL@"));
}

#[tokio::test]
async fn trailers_pass_behind_what_was_held() {
    let dropped = Arc::new(AtomicBool::new(false));
    let mut trailers = HeaderMap::new();
    trailers.insert("x-note", "kept".parse().unwrap());
    trailers.insert("x-amz-checksum-crc32", "stale".parse().unwrap());
    let frames = chunk_frames("Mail jane.roe@example.com").await;
    let frames = vec![Frame::data(frames), Frame::trailers(trailers)];
    let mut body = upstream(GuardrailLayer::new(guardrail()), frames, true, &dropped).await;
    let mut bytes = BytesMut::new();
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        match frame.unwrap().into_data() {
            Ok(data) => bytes.extend_from_slice(&data),
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
    }
    let joined: String =
        events(&bytes).iter().filter_map(|event| event.json["generation"].as_str().map(str::to_owned)).collect();
    assert_eq!(joined, "Mail {EMAIL}");
    let trailers = trailers.expect("trailers");
    assert_eq!(trailers.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["x-note"]);
    assert!(dropped.load(Ordering::SeqCst));
}

/// What servers and the SDK ask of a body.
#[test]
fn bodies_cross_threads() {
    fn shared<T: Send + Sync + Unpin + 'static>() {}
    shared::<ResponseBody<Full<Bytes>>>();
}
