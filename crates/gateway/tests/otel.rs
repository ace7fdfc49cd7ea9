//! The export of spans, metrics and decision records, to a collector on loopback.

#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "gateway/support.rs"]
mod support;

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use banister::{AuditLog, Decision, Guardrail, Policy, Source};
use banister_gateway::{OtelSink, Telemetry};
use banister_simulator::{ChunkSize, ModelResponse, Options};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use support::{LLAMA, builder, run, send, simulator};

type Received = Arc<Mutex<Vec<(String, Bytes)>>>;

/// Starts a collector that keeps its requests, by path.
async fn collector() -> (String, Received) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let received = Received::default();
    let kept = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            let service = service_fn(move |request: Request<Incoming>| {
                let kept = Arc::clone(&kept);
                async move {
                    assert_eq!(request.headers()["content-type"], "application/x-protobuf");
                    let path = request.uri().path().to_owned();
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    kept.lock().unwrap().push((path, body));
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::new())))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (endpoint, received)
}

/// Returns all bytes that were sent to a path. Protobuf contains strings and identifiers unchanged.
fn sent_to(received: &Received, path: &str) -> Vec<u8> {
    let received = received.lock().unwrap();
    received.iter().filter(|(to, _)| to == path).flat_map(|(_, body)| body.to_vec()).collect()
}

fn holds(bytes: &[u8], part: impl AsRef<[u8]>) -> bool {
    let part = part.as_ref();
    bytes.windows(part.len()).any(|window| window == part)
}

/// Returns a string attribute in protobuf: key, then value.
fn attribute(key: &str, value: &str) -> Vec<u8> {
    let (key_length, length) = (u8::try_from(key.len()).unwrap(), u8::try_from(value.len()).unwrap());
    let mut bytes = vec![0x0A, key_length];
    bytes.extend_from_slice(key.as_bytes());
    bytes.extend_from_slice(&[0x12, length + 2, 0x0A, length]);
    bytes.extend_from_slice(value.as_bytes());
    bytes
}

const TRACE: [u8; 16] =
    [0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36];
const PARENT: [u8; 8] = [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7];
const TRACEPARENT: (&str, &str) = ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_a_span_without_its_text() {
    let (endpoint, received) = collector().await;
    let reply = ModelResponse::Text("Ask secret.roe@example.com at Acme".to_owned());
    let simulator = simulator(Options { response: reply, chunk_size: ChunkSize::Chars(3), ..Options::default() }).await;
    let telemetry = Telemetry::new(&endpoint).unwrap();
    let mut gateway = run(builder(&simulator).telemetry(&telemetry)).await;
    let path = format!("/model/{}/converse-stream", LLAMA.replace(':', "%3A"));
    let asked = json!({"messages": [{"role": "user", "content": [{"text": "Hidden words to hidden@example.com"}]}]});
    let (status, ..) = send(gateway.address, "POST", &path, &[TRACEPARENT], asked.to_string()).await;
    assert_eq!(status, 200);

    // The trace continues upstream, from the gateway's span.
    let sent = simulator.requests()[0].header("traceparent").unwrap().to_owned();
    let parts: Vec<&str> = sent.split('-').collect();
    assert_eq!((parts[1], parts[3]), (&TRACEPARENT.1[3..35], "01"));
    assert_ne!(parts[2], &TRACEPARENT.1[36..52]);
    assert!(simulator.requests()[0].header("tracestate").is_none());

    gateway.stop();
    gateway.task.await.unwrap();
    telemetry.shutdown().await.unwrap();
    let spans = sent_to(&received, "/v1/traces");
    for (key, value) in [
        ("service.name", "banister"),
        ("rpc.method", "ConverseStream"),
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.system", "aws.bedrock"),
        ("gen_ai.request.model", LLAMA),
        ("banister.policy", "main"),
        ("banister.input.outcome", "masked"),
        ("banister.output.outcome", "masked"),
    ] {
        assert!(holds(&spans, attribute(key, value)), "{key} {value} in {}", String::from_utf8_lossy(&spans));
    }
    assert!(holds(&spans, TRACE) && holds(&spans, PARENT), "it is in the client's trace");
    let metrics = sent_to(&received, "/v1/metrics");
    for name in
        ["banister_requests_total", "banister_request_duration_seconds", "banister_streams", "banister_findings_total"]
    {
        assert!(holds(&metrics, name), "{name} in {}", String::from_utf8_lossy(&metrics));
    }
    for text in ["idden", "secret", "example.com", "Acme"] {
        assert!(!holds(&spans, text) && !holds(&metrics, text), "{text}");
    }
}

/// A model id could be any text, so it is exported only after the upstream has accepted it.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_model_is_not_exported() {
    let (endpoint, received) = collector().await;
    let fault = "status:400:ValidationException:The provided model identifier is invalid.".parse().unwrap();
    let simulator = simulator(Options { fault: Some(fault), ..Options::default() }).await;
    let telemetry = Telemetry::new(&endpoint).unwrap();
    let gateway = run(builder(&simulator).telemetry(&telemetry)).await;
    let body = json!({"prompt": "Hello"}).to_string();
    let path = "/model/jane.roe%40example.com/invoke";
    assert_eq!(send(gateway.address, "POST", path, &[], body.clone()).await.0, 400);
    // The upstream has not accepted the model of a blocked request.
    let blocked = json!({"prompt": "A stock tip", "max_gen_len": 9}).to_string();
    assert_eq!(send(gateway.address, "POST", "/model/secret/invoke", &[], blocked).await.0, 200);
    // An unknown path is not exported either.
    assert_eq!(send(gateway.address, "POST", "/secret", &[], body).await.0, 403);
    telemetry.shutdown().await.unwrap();
    let spans = sent_to(&received, "/v1/traces");
    assert!(holds(&spans, attribute("rpc.method", "InvokeModel")));
    assert!(holds(&spans, attribute("error.type", "400")));
    assert!(holds(&spans, attribute("banister.input.outcome", "blocked")));
    for text in ["jane", "secret", "gen_ai.request.model"] {
        assert!(!holds(&spans, text), "{text}");
    }
}

/// Decision records are exported as they are, also where one thread does everything.
#[test]
fn decision_records_are_logs() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (endpoint, received) = runtime.block_on(collector());
    let log = AuditLog::builder(OtelSink::new(&endpoint).unwrap()).open().unwrap();
    let guardrail = Guardrail::new(Policy::from_yaml("{version: 1, name: t, pii: [{types: [EMAIL]}]}").unwrap());
    let assessment = guardrail.assess(Source::Input, "Hidden words to hidden@example.com");
    log.record(Decision::of_text(guardrail.policy(), &assessment)).unwrap();
    log.close().unwrap();
    let logs = sent_to(&received, "/v1/logs");
    for part in ["banister.decision", "\"event\":\"opened\"", "\"rule\":\"EMAIL\"", "\"event\":\"closed\""] {
        assert!(holds(&logs, part), "{part} in {}", String::from_utf8_lossy(&logs));
    }
    assert!(!holds(&logs, "idden"));
    // Nobody listens on this port: the failure is not silent.
    let gone = AuditLog::builder(OtelSink::new("http://127.0.0.1:9").unwrap()).open();
    assert!(gone.is_err());
}
