//! Decision records of real calls: through the layer over SDK inputs, over HTTP, and through the interceptor.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelInput;
use aws_sdk_bedrockruntime::primitives::Blob;
use banister::{
    AuditLog, ChainVerifier, Decision, DecisionCaller, DecisionOutcome, DecisionRecord, Delivery, GuardrailError,
    GuardrailErrorKind, GuardrailLayer, LogEvent, RejectionCode, Stage, WriterSink,
};
use banister_simulator::{Fault, Options, Simulator};
use http::StatusCode;
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::{ServiceBuilder, ServiceExt};

use crate::http::{http_client, post, send};
use crate::interceptor::client;
use crate::support::{LLAMA, echo, guardrail, service, simulator, user};

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
const METADATA: &str = "x-amzn-bedrock-request-metadata";

/// What a log wrote.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        let text = String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("UTF-8");
        assert!(!text.contains("jane.roe") && !text.contains("EMP-") && !text.contains("stock"), "{text}");
        let mut verifier = ChainVerifier::new();
        verifier.read(None, text.as_bytes()).expect("memory");
        let report = verifier.finish();
        assert!(report.is_intact(), "{:?}", report.problems());
        let read = |line: &str| DecisionRecord::read(line.as_bytes()).expect("a record").event;
        let decision = |event| if let LogEvent::Decision(decision) = event { Some(*decision) } else { None };
        text.lines().map(read).filter_map(decision).collect()
    }

    /// Stages and outcomes.
    fn seen(&self) -> Vec<(Stage, DecisionOutcome)> {
        self.decisions().iter().map(|decision| (decision.stage, decision.outcome)).collect()
    }
}

fn audited() -> (GuardrailLayer, Memory) {
    let memory = Memory::default();
    let log = AuditLog::builder(WriterSink::new(memory.clone())).open().expect("memory");
    (GuardrailLayer::new(guardrail()).audit(log).tag_requests(), memory)
}

/// A layer whose log no longer accepts records.
fn broken() -> GuardrailLayer {
    let log = AuditLog::builder(WriterSink::new(Memory::default())).open().expect("memory");
    log.close().expect("memory");
    GuardrailLayer::new(guardrail()).audit(log)
}

fn converse(text: &str) -> ConverseInput {
    ConverseInput::builder()
        .model_id(MODEL)
        .messages(user(text))
        .request_metadata("team", "a")
        .build()
        .expect("complete")
}

fn converse_stream(text: &str) -> ConverseStreamInput {
    ConverseStreamInput::builder().model_id(MODEL).messages(user(text)).build().expect("complete")
}

fn invoke(text: &str) -> InvokeModelInput {
    let body = Blob::new(json!({"prompt": text, "max_gen_len": 9}).to_string());
    InvokeModelInput::builder().model_id(LLAMA).body(body).build().expect("complete")
}

/// The entries of the last request's metadata, of the body or the header.
fn sent_metadata(simulator: &Simulator) -> serde_json::Value {
    let requests = simulator.requests();
    let last = requests.last().expect("a request");
    match last.header(METADATA) {
        Some(header) => serde_json::from_str(header).expect("JSON"),
        None => last.json().expect("JSON")["requestMetadata"].clone(),
    }
}

fn assert_tagged(simulator: &Simulator, decision: &Decision) {
    let metadata = sent_metadata(simulator);
    assert!(decision.tagged);
    assert_eq!(metadata["banister-decision"], *decision.decision);
    assert_eq!(metadata["banister-policy"], *guardrail().policy().digest());
}

const REQUEST: (Stage, DecisionOutcome) = (Stage::Request, DecisionOutcome::Masked);

#[tokio::test]
async fn sdk_calls_are_recorded() {
    let simulator = simulator(echo()).await;
    let (layer, memory) = audited();
    let layer = layer.caller(DecisionCaller::new("support"));
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    bedrock.clone().oneshot(converse("I am jane.roe@example.com")).await.expect("a response");
    assert_eq!(memory.seen(), [REQUEST, (Stage::Response, DecisionOutcome::Passed)]);
    let decisions = memory.decisions();
    assert_tagged(&simulator, &decisions[0]);
    assert_eq!(sent_metadata(&simulator)["team"], "a");
    assert_eq!(decisions[0].decision, decisions[1].decision);
    assert_eq!(decisions[0].caller.as_deref(), Some("support"));
    assert_eq!((decisions[0].request_id.is_some(), decisions[1].request_id.is_some()), (false, true));
    assert_eq!(decisions[0].findings[0].pointer.as_deref(), Some("/messages/0/content/0/text"));

    bedrock.clone().oneshot(invoke("I am jane.roe@example.com")).await.expect("a response");
    assert_tagged(&simulator, &memory.decisions()[2]);
    bedrock.oneshot(invoke("a stock tip")).await.expect("a response");
    let seen = memory.seen();
    assert_eq!(
        seen[2..],
        [REQUEST, (Stage::Response, DecisionOutcome::Passed), (Stage::Request, DecisionOutcome::Blocked)]
    );
}

#[tokio::test]
async fn sdk_streams_are_recorded_at_their_end() {
    let simulator = simulator(echo()).await;
    let (layer, memory) = audited();
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    let mut output = bedrock.clone().oneshot(converse_stream("I am jane.roe@example.com")).await.expect("a response");
    assert_eq!(memory.seen(), [REQUEST]);
    while output.stream().recv().await.expect("an event").is_some() {}
    let decisions = memory.decisions();
    assert_eq!((decisions[1].stage, decisions[1].interrupted), (Stage::Stream, false));
    assert_tagged(&simulator, &decisions[0]);
    // A caller that leaves.
    let mut output = bedrock.oneshot(converse_stream("Hello")).await.expect("a response");
    output.stream().recv().await.expect("an event");
    drop(output);
    assert!(memory.decisions()[3].interrupted);
}

#[tokio::test]
async fn http_calls_are_recorded() {
    let simulator = simulator(echo()).await;
    let (layer, memory) = audited();
    let path = "/model/meta.llama3-8b-instruct-v1%3A0/invoke";
    let body = json!({"prompt": "I am jane.roe@example.com", "max_gen_len": 9}).to_string();
    let mut request = post(&simulator, path, body.clone());
    request.extensions_mut().insert(DecisionCaller::new("tenant 7"));
    send(layer.clone(), request).await;
    assert_eq!(memory.seen(), [REQUEST, (Stage::Response, DecisionOutcome::Passed)]);
    let decisions = memory.decisions();
    assert_tagged(&simulator, &decisions[0]);
    assert_eq!(decisions[1].caller.as_deref(), Some("tenant 7"));
    assert!(decisions[1].request_id.is_some());

    // Metadata of the caller's own are kept, and inspected.
    let mut request = post(&simulator, path, body.clone());
    request.headers_mut().insert(METADATA, r#"{"from":"jane.roe@example.com"}"#.parse().expect("a header"));
    send(layer.clone(), request).await;
    assert_eq!(memory.seen()[2..4], [REQUEST, (Stage::Metadata, DecisionOutcome::Masked)]);
    assert_tagged(&simulator, &memory.decisions()[2]);
    assert_eq!(sent_metadata(&simulator)["from"], "{EMAIL}");

    // What cannot be inspected.
    let mut compressed = post(&simulator, path, body.clone());
    compressed.headers_mut().insert("content-encoding", "gzip".parse().expect("a header"));
    send(layer.clone(), compressed).await;
    send(layer.clone(), post(&simulator, path, "{")).await;
    send(layer.clone(), post(&simulator, "/model/x/new-operation", body.clone())).await;
    let codes: Vec<_> =
        memory.decisions()[5..].iter().filter_map(|it| it.rejection.as_ref()).map(|it| it.code).collect();
    assert_eq!(codes, [RejectionCode::Compressed, RejectionCode::Json, RejectionCode::UnknownOperation]);
    let open = layer.dangerous_forward_unknown_operations();
    send(open, post(&simulator, "/model/x/new-operation", body)).await;
    assert_eq!(memory.seen().last(), Some(&(Stage::Request, DecisionOutcome::Uninspected)));
}

#[tokio::test]
async fn http_streams_and_errors_are_recorded() {
    let faulty = simulator(Options { fault: Some(Fault::Throttle), ..echo() }).await;
    let (layer, memory) = audited();
    let path = "/model/meta.llama3-8b-instruct-v1%3A0/converse-stream";
    let body = json!({"messages": [{"role": "user", "content": [{"text": "I am jane.roe@example.com"}]}]}).to_string();
    send(layer.clone(), post(&faulty, path, body.clone())).await;
    assert_eq!(memory.seen(), [REQUEST, (Stage::Error, DecisionOutcome::Passed)]);

    let simulator = simulator(echo()).await;
    let bedrock = ServiceBuilder::new().layer(layer).service(http_client());
    let response = bedrock.clone().oneshot(post(&simulator, path, body.clone())).await.expect("a response");
    response.into_body().collect().await.expect("a body");
    assert!(!memory.decisions()[3].interrupted);
    let response = bedrock.oneshot(post(&simulator, path, body)).await.expect("a response");
    drop(response);
    let last = memory.decisions().pop().expect("a record");
    assert!(last.interrupted && last.stage == Stage::Stream);
}

#[tokio::test]
async fn calls_of_an_sdk_client_are_recorded() {
    let simulator = simulator(echo()).await;
    let (layer, memory) = audited();
    let client = client(&simulator, layer);
    client.converse().model_id(MODEL).messages(user("I am jane.roe@example.com")).send().await.expect("a response");
    assert_eq!(memory.seen(), [REQUEST, (Stage::Response, DecisionOutcome::Passed)]);
    assert_tagged(&simulator, &memory.decisions()[0]);
    assert!(memory.decisions()[1].request_id.is_some());
    let body = Blob::new(json!({"prompt": "I am jane.roe@example.com", "max_gen_len": 9}).to_string());
    client.invoke_model().model_id(LLAMA).body(body).send().await.expect("a response");
    // One record for each, although two hooks see the request.
    assert_eq!(memory.seen().len(), 4);
    assert_tagged(&simulator, &memory.decisions()[2]);
}

/// A call whose decision cannot be recorded reaches neither the model nor the caller.
#[tokio::test]
async fn unrecorded_calls_fail() {
    let simulator = simulator(echo()).await;
    let bedrock = ServiceBuilder::new().layer(broken()).service(service(&simulator));
    let kind = |error: tower::BoxError| GuardrailError::find_in(&*error).map(GuardrailError::kind);
    let unrecorded = Some(GuardrailErrorKind::Unrecorded);
    assert_eq!(kind(bedrock.clone().oneshot(converse("Hello")).await.expect_err("no record")), unrecorded);
    assert_eq!(kind(bedrock.clone().oneshot(converse_stream("Hello")).await.expect_err("no record")), unrecorded);
    assert_eq!(kind(bedrock.oneshot(invoke("Hello")).await.expect_err("no record")), unrecorded);
    let error = client(&simulator, broken()).converse().model_id(MODEL).messages(user("Hello")).send().await;
    assert_eq!(GuardrailError::find_in(&error.expect_err("no record")).map(GuardrailError::kind), unrecorded);
    let path = "/model/meta.llama3-8b-instruct-v1%3A0/invoke";
    let body = json!({"prompt": "Hello", "max_gen_len": 9}).to_string();
    assert_eq!(send(broken(), post(&simulator, path, body.clone())).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let open = broken().dangerous_forward_unknown_operations();
    assert_eq!(send(open, post(&simulator, "/model/x/new", body)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(simulator.requests().is_empty());
}

/// A client that repeats 503 would pay for the model's response twice.
#[tokio::test]
async fn an_unrecorded_response_is_not_repeated() {
    let simulator = simulator(echo()).await;
    let log = AuditLog::builder(WriterSink::new(Memory::default())).open().expect("memory");
    let layer = GuardrailLayer::new(guardrail()).audit(log.clone());
    let closing = tower::service_fn(move |request| {
        let response = http_client().oneshot(request);
        log.close().expect("memory");
        response
    });
    let path = "/model/meta.llama3-8b-instruct-v1%3A0/invoke";
    let body = json!({"prompt": "Hello", "max_gen_len": 9}).to_string();
    let over_http = ServiceBuilder::new().layer(layer).service(closing);
    let response = over_http.oneshot(post(&simulator, path, body)).await.expect("a response");
    assert_eq!(response.status(), StatusCode::FAILED_DEPENDENCY);
    assert_eq!(response.headers()["x-amzn-errortype"], "ModelErrorException");
    assert_eq!(simulator.requests().len(), 1);
}

/// A stream whose end cannot be recorded does not end well, and what was buffered is not released.
#[tokio::test]
async fn an_unrecorded_end_fails_the_stream() {
    let simulator = simulator(echo()).await;
    let log = AuditLog::builder(WriterSink::new(Memory::default())).open().expect("memory");
    let layer = GuardrailLayer::new(guardrail()).audit(log.clone());
    let bedrock = ServiceBuilder::new().layer(layer.clone()).service(service(&simulator));
    let mut output = bedrock.oneshot(converse_stream("Hello")).await.expect("a response");
    let path = "/model/meta.llama3-8b-instruct-v1%3A0/converse-stream";
    let body = json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}).to_string();
    let over_http = ServiceBuilder::new().layer(layer).service(http_client());
    let response = over_http.oneshot(post(&simulator, path, body)).await.expect("a response");
    log.close().expect("memory");
    let error = loop {
        match output.stream().recv().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream ended without a record"),
            Err(error) => break error,
        }
    };
    assert_eq!(GuardrailError::find_in(&error).map(GuardrailError::kind), Some(GuardrailErrorKind::Unrecorded));
    let events = response.into_body().collect().await.expect("a body").to_bytes();
    assert!(String::from_utf8_lossy(&events).contains("could not be recorded"));
}

/// A log that drops records does not stop calls.
#[tokio::test]
async fn dropped_records_do_not_fail_calls() {
    let simulator = simulator(echo()).await;
    let log = AuditLog::builder(WriterSink::new(Memory::default())).delivery(Delivery::Drop).open().expect("memory");
    log.close().expect("memory");
    let layer = GuardrailLayer::new(guardrail()).audit(log.clone());
    let bedrock = ServiceBuilder::new().layer(layer).service(service(&simulator));
    bedrock.oneshot(converse("Hello")).await.expect("a response");
    assert_eq!(log.status().lost, 2);
}
