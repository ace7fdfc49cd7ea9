//! The layer around a plain HTTP client.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use banister::GuardrailLayer;
use banister::ResponseBody;
use banister_simulator::{Fault, ModelResponse, Options, Simulator};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt};

use crate::support::{guardrail, layer, simulator};

pub(crate) type HttpClient = Client<HttpConnector, Full<Bytes>>;

pub(crate) fn http_client() -> HttpClient {
    Client::builder(TokioExecutor::new()).build_http()
}

pub(crate) fn post(simulator: &Simulator, path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(format!("{}{path}", simulator.endpoint()))
        .header("content-type", "application/json")
        .body(Full::new(body.into()))
        .expect("a request")
}

/// A request through the layer: status, headers and body.
pub(crate) async fn send(layer: GuardrailLayer, request: Request<Full<Bytes>>) -> (StatusCode, HeaderMap, Bytes) {
    let bedrock = ServiceBuilder::new().layer(layer).service(http_client());
    whole(bedrock.oneshot(request).await.expect("a response")).await
}

async fn whole<R>(response: Response<ResponseBody<R>>) -> (StatusCode, HeaderMap, Bytes)
where
    R: http_body::Body<Data = Bytes>,
    R::Error: Into<tower::BoxError>,
{
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (head.status, head.headers, body)
}

pub(crate) fn value(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

const LLAMA: &str = "/model/meta.llama3-8b-instruct-v1%3A0/invoke";
#[tokio::test]
async fn requests_and_answers_are_masked_with_the_right_length() {
    let simulator = simulator(Options { response: ModelResponse::Echo, ..Options::default() }).await;
    let (layer, seen) = layer();
    let body = json!({"prompt": "Write to jane.roe@example.com about EMP-123456 at Acme"}).to_string();
    let mut request = post(&simulator, LLAMA, body);
    request.headers_mut().insert("content-md5", "stale".parse().unwrap());
    request.headers_mut().insert("accept-encoding", "gzip".parse().unwrap());
    request.headers_mut().insert("authorization", "Bearer token".parse().unwrap());
    let (status, headers, body) = send(layer, request).await;
    let sent = &simulator.requests()[0];
    assert_eq!(sent.json().unwrap()["prompt"], "Write to {EMAIL} about {employee-id} at Acme");
    assert_eq!(sent.header("content-length"), Some(sent.body.len().to_string().as_str()));
    assert_eq!(sent.header("content-md5"), None);
    assert_eq!(sent.header("accept-encoding"), Some("identity"));
    assert_eq!(sent.header("authorization"), Some("Bearer token"));
    assert_eq!(status, StatusCode::OK);
    assert_eq!(value(&body)["generation"], "You said: Write to {EMAIL} about {employee-id} at {competitors}");
    assert_eq!(headers["content-length"], body.len().to_string().as_str());
    assert!(headers.contains_key("x-amzn-bedrock-input-token-count"), "the service's headers pass");
    assert_eq!(
        *seen.lock().unwrap(),
        ["INPUT Masked EMAIL@/prompt employee-id@/prompt competitors@/prompt", "OUTPUT Masked competitors@/generation"]
    );
}

#[tokio::test]
async fn the_metadata_of_a_request_are_examined() {
    let simulator =
        simulator(Options { response: ModelResponse::Text("Fine.".to_owned()), ..Options::default() }).await;
    let layer = GuardrailLayer::new(guardrail());
    let name = "x-amzn-bedrock-request-metadata";
    let asked = |value: &str| {
        let mut request = post(&simulator, LLAMA, json!({"prompt": "Hello", "max_gen_len": 9}).to_string());
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };
    for (value, expected) in [
        ("{ \"team\" : \"a\" }", "{ \"team\" : \"a\" }"),
        ("{\"from\":\"jane.roe\\u0040example.com\"}", "{\"from\":\"{EMAIL}\"}"),
    ] {
        simulator.clear_requests();
        send(layer.clone(), asked(value)).await;
        assert_eq!(simulator.requests()[0].header(name), Some(expected));
    }
    simulator.clear_requests();
    let (_, _, body) = send(layer.clone(), asked("{\"a\":\"stock tip\"}")).await;
    assert_eq!(value(&body)["generation"], "I can't help with that.");
    let more = r#""jane.roe@example.com""#;
    for value in [
        "not json",
        "",
        // What would be more fields of a body, some of which hold settings and no text.
        &format!(r#"{{"a":"b"}},"guardrailConfig":{{"x":{more}}}"#),
        &format!(r#"{{}},"serviceTier":{more}"#),
        &format!(r#"null,"modelId":{more}"#),
        r#"{"a":"b"}}"#,
        r#"{"a":"b"},"#,
    ] {
        let (status, _, _) = send(layer.clone(), asked(value)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{value}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn clean_bodies_pass_byte_for_byte() {
    let simulator = simulator(Options::default()).await;
    let body =
        "{ \"max_gen_len\" : 1.50e1,\n\t\"prompt\":\"caf\\u00e9 \\/ \\\"x\\\"\" , \"unknown\": [1, -0.0, null] }";
    let mut request = post(&simulator, LLAMA, body);
    request.headers_mut().insert("content-md5", "kept".parse().unwrap());
    let (_, headers, answer) = send(GuardrailLayer::new(guardrail()), request).await;
    assert_eq!(simulator.requests()[0].body, body.as_bytes());
    assert_eq!(simulator.requests()[0].header("content-md5"), Some("kept"));
    assert_eq!(headers["content-length"], answer.len().to_string().as_str());
}

#[tokio::test]
async fn blocked_calls_answer_with_the_message_or_an_error() {
    let simulator =
        simulator(Options { response: ModelResponse::Text("A guaranteed return.".to_owned()), ..Options::default() })
            .await;
    let layer = GuardrailLayer::new(guardrail());
    let asked = json!({"prompt": "Give me a stock tip"}).to_string();
    let (status, headers, body) = send(layer.clone(), post(&simulator, LLAMA, asked.clone())).await;
    assert_eq!((status, value(&body)["generation"].as_str()), (StatusCode::OK, Some("I can't help with that.")));
    assert_eq!(headers["content-type"], "application/json");
    assert!(simulator.requests().is_empty());

    let hello = json!({"prompt": "Hello", "max_gen_len": 9}).to_string();
    let (status, _, body) = send(layer.clone(), post(&simulator, LLAMA, hello.clone())).await;
    assert_eq!((status, value(&body)["generation"].as_str()), (StatusCode::OK, Some("I can't share that.")));

    let strict = layer.clone().error_on_block();
    for body in [asked, hello] {
        let (status, headers, body) = send(strict.clone(), post(&simulator, LLAMA, body)).await;
        assert_eq!(
            (status, &headers["x-amzn-errortype"]),
            (StatusCode::BAD_REQUEST, &"ValidationException".parse().unwrap())
        );
        let message = value(&body)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("blocked by the guardrail: I can't"), "{message}");
        assert!(!message.contains("guaranteed") && !message.contains("stock tip"), "{message}");
    }

    // An embedding has no place for a message.
    let embed = json!({"inputText": "Give me a stock tip", "dimensions": 256}).to_string();
    let (status, _, _) = send(layer, post(&simulator, "/model/amazon.titan-embed-text-v2%3A0/invoke", embed)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_cannot_be_examined_is_refused() {
    let simulator = simulator(Options::default()).await;
    let layer = GuardrailLayer::new(guardrail()).max_body_bytes(1000);
    let long = format!("{{\"prompt\": \"{}\"}}", "x".repeat(2000));
    for body in ["", "not json", "{\"shape\": \"unknown\"}", &long] {
        let (status, headers, answer) = send(layer.clone(), post(&simulator, LLAMA, body.to_owned())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer:?}");
        assert_eq!(headers["x-amzn-errortype"], "ValidationException");
        assert!(value(&answer)["message"].as_str().unwrap().starts_with("the InvokeModel request "));
    }
    let mut compressed = post(&simulator, LLAMA, json!({"prompt": "Hello"}).to_string());
    compressed.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
    let (status, _, answer) = send(layer.clone(), compressed).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(value(&answer)["message"].as_str().unwrap().contains("compressed"));
    // The announced length alone is enough; the body need not come.
    let mut announced = post(&simulator, LLAMA, "{}");
    announced.headers_mut().insert("content-length", "1000000".parse().unwrap());
    let (status, _, answer) = send(layer, announced).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(value(&answer)["message"].as_str().unwrap().contains("1000000"));
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn answers_that_cannot_be_examined_are_refused() {
    let body = json!({"prompt": "Hello"}).to_string();
    let replies = [
        ModelResponse::RawBytes(b"plain jane.roe@example.com".to_vec()),
        ModelResponse::RawJson(json!({"new": "jane.roe@example.com"})),
        ModelResponse::Text("x".repeat(5000)),
    ];
    for reply in replies {
        let simulator = simulator(Options { response: reply, ..Options::default() }).await;
        let layer = GuardrailLayer::new(guardrail()).max_body_bytes(4000);
        let (status, _, answer) = send(layer, post(&simulator, LLAMA, body.clone())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(value(&answer)["message"].as_str().unwrap().starts_with("the InvokeModel response "));
        assert!(!value(&answer).to_string().contains("jane"));
    }
}

#[tokio::test]
async fn unknown_paths_are_refused_unless_opened() {
    let simulator = simulator(Options::default()).await;
    let layer = GuardrailLayer::new(guardrail());
    for path in ["/", "/model/x/invoke-with-bidirectional-stream", "/foundation-models", "/model/x/converse/"] {
        let (status, headers, _) = send(layer.clone(), post(&simulator, path, "Mail jane.roe@example.com")).await;
        if path == "/model/x/converse/" {
            assert_eq!(status, StatusCode::BAD_REQUEST, "an operation, whose body is not JSON");
            continue;
        }
        assert_eq!(
            (status, &headers["x-amzn-errortype"]),
            (StatusCode::FORBIDDEN, &"AccessDeniedException".parse().unwrap())
        );
    }
    assert!(simulator.requests().is_empty());
    let open = layer.dangerous_forward_unknown_operations();
    let (status, _, _) = send(open, post(&simulator, "/foundation-models", "anything")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(simulator.requests()[0].text(), "anything");
}

#[tokio::test]
async fn errors_keep_their_status_and_lose_what_they_quote() {
    let fault = |message: &str| {
        Some(Fault::Status { status: 400, exception: "ValidationException".to_owned(), message: message.to_owned() })
    };
    let cases = [
        ("Malformed input", "Malformed input"),
        ("Malformed input: 'jane.roe@example.com'", "Malformed input: '{EMAIL}'"),
        ("Malformed input: 'guaranteed return'", "I can't share that."),
    ];
    for (message, expected) in cases {
        let simulator = simulator(Options { fault: fault(message), ..Options::default() }).await;
        let request = post(&simulator, LLAMA, json!({"prompt": "Hello"}).to_string());
        let (status, headers, body) = send(GuardrailLayer::new(guardrail()), request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(headers["x-amzn-errortype"].to_str().unwrap().starts_with("ValidationException:"));
        assert_eq!(value(&body), json!({"message": expected}));
        assert_eq!(headers["content-length"], body.len().to_string().as_str());
    }
    let simulator = simulator(Options { fault: Some(Fault::Throttle), ..Options::default() }).await;
    let request = post(&simulator, LLAMA, json!({"prompt": "Hello"}).to_string());
    let (status, _, _) = send(GuardrailLayer::new(guardrail()), request).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
}

/// A service of our own, with bodies the simulator does not send.
async fn answered(
    status: StatusCode,
    headers: &[(&'static str, &'static str)],
    body: &'static str,
) -> (StatusCode, HeaderMap, Bytes) {
    let headers = headers.to_vec();
    let service = tower::service_fn(move |_: Request<Full<Bytes>>| {
        let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
        *response.status_mut() = status;
        for (name, value) in &headers {
            response.headers_mut().insert(*name, value.parse().unwrap());
        }
        async move { Ok::<_, Infallible>(response) }
    });
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service);
    let request = Request::post(LLAMA).body(Full::from("{\"prompt\": \"Hello\"}")).unwrap();
    whole(bedrock.oneshot(request).await.expect("a response")).await
}

#[tokio::test]
async fn error_bodies_that_cannot_be_examined_are_withheld() {
    for headers in [&[][..], &[("content-encoding", "gzip")]] {
        let (status, headers, body) = answered(StatusCode::BAD_GATEWAY, headers, "<p>jane.roe@example.com</p>").await;
        assert_eq!(status, StatusCode::BAD_GATEWAY);
        assert!(value(&body)["message"].as_str().unwrap().contains("withheld"));
        assert!(!headers.contains_key("content-encoding"));
    }
    let (status, _, body) = answered(StatusCode::SERVICE_UNAVAILABLE, &[], "").await;
    assert_eq!((status, body.len()), (StatusCode::SERVICE_UNAVAILABLE, 0));
}

#[tokio::test]
async fn changed_answers_lose_their_digests() {
    let digests = [("etag", "\"1\""), ("content-md5", "x"), ("x-amz-checksum-crc32", "x"), ("x-other", "kept")];
    let (_, headers, _) = answered(StatusCode::OK, &digests, "{\"generation\": \"Mail a.b@example.com\"}").await;
    assert_eq!(headers.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["x-other", "content-length"]);
    let (_, headers, _) = answered(StatusCode::OK, &digests, "{\"generation\": \"Hello\"}").await;
    assert!(headers.contains_key("etag") && headers.contains_key("x-amz-checksum-crc32"));
    let (status, _, body) =
        answered(StatusCode::OK, &[("content-encoding", "br")], "{\"generation\": \"Hello\"}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(value(&body)["message"].as_str().unwrap().starts_with("the InvokeModel response is compressed"));
}

#[tokio::test]
async fn a_service_that_fails_fails_the_call() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let service = tower::service_fn(move |_: Request<Full<Bytes>>| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Err::<Response<Full<Bytes>>, _>(std::io::Error::other("no connection")) }
    });
    let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail())).service(service);
    let request = Request::post(LLAMA).body(Full::from("{\"prompt\": \"Hello\"}")).unwrap();
    let error = bedrock.oneshot(request).await.expect_err("no connection");
    assert!(error.is::<std::io::Error>());
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}
