//! What the layer adds to an event of ConverseStream: the SDK's stream alone, and with a guardrail around it; and the layer around HTTP,
//! which decodes frames and forwards them.
//!
//! The network is in memory, so the difference between the rows is the layer. Each response has 1,000 events with text.

#![allow(missing_docs)]

use std::hint::black_box;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use banister::{BedrockService, Guardrail, GuardrailLayer, Policy};
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service};

const EVENTS: usize = 1000;

/// Answers every request with the same frames.
#[derive(Clone, Debug)]
struct Replay(Vec<u8>);

impl HttpConnector for Replay {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = StatusCode::try_from(200).expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(self.0.clone()));
        response.headers_mut().insert("content-type", "application/vnd.amazon.eventstream");
        HttpConnectorFuture::ready(Ok(response))
    }
}

fn frame(event_type: &'static str, json: String, out: &mut Vec<u8>) {
    let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(json.into_bytes())
        .add_header(header(":event-type", event_type))
        .add_header(header(":content-type", "application/json"))
        .add_header(header(":message-type", "event"));
    write_message_to(&message, out).expect("a frame");
}

/// The frames of a response.
fn frames() -> Vec<u8> {
    let mut frames = Vec::new();
    frame("messageStart", r#"{"role":"assistant"}"#.to_owned(), &mut frames);
    for event in 0..EVENTS {
        let text = format!("the answer goes on, part {event} ");
        let json = format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}}}}"#);
        frame("contentBlockDelta", json, &mut frames);
    }
    frame("contentBlockStop", r#"{"contentBlockIndex":0}"#.to_owned(), &mut frames);
    frame("messageStop", r#"{"stopReason":"end_turn"}"#.to_owned(), &mut frames);
    frames
}

fn client() -> Client {
    let connector = SharedHttpConnector::new(Replay(frames()));
    Client::from_conf(
        aws_sdk_bedrockruntime::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .allow_no_auth()
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build(),
    )
}

fn input() -> ConverseStreamInput {
    ConverseStreamInput::builder().model_id("amazon.nova-lite-v1:0").build().expect("an input")
}

fn events(c: &mut Criterion) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().expect("a runtime");
    let mut group = c.benchmark_group("events");
    group.throughput(Throughput::Elements(EVENTS as u64));
    let mut plain = BedrockService::new(client());
    group.bench_function("plain SDK", |b| {
        b.iter(|| {
            runtime.block_on(async {
                let mut output = plain.call(input()).await.expect("a stream");
                while let Some(event) = output.stream.recv().await.expect("an event") {
                    black_box(event);
                }
            });
        });
    });
    let one_word = "{version: 1, name: one, word_filters: [{name: W, words: [xylophone]}]}";
    let policies =
        [("layer, one word", Policy::from_yaml(one_word)), ("layer, pack banking", Policy::from_pack("banking"))];
    for (name, policy) in policies {
        let layer = GuardrailLayer::new(Guardrail::new(policy.expect("a policy")));
        let mut guarded = layer.layer(BedrockService::new(client()));
        group.bench_function(name, |b| {
            b.iter(|| {
                runtime.block_on(async {
                    let mut stream = guarded.call(input()).await.expect("a stream").into_stream();
                    while let Some(event) = stream.recv().await.expect("an event") {
                        black_box(event);
                    }
                });
            });
        });
    }
    let layer = GuardrailLayer::new(Guardrail::new(Policy::from_yaml(one_word).expect("a policy")));
    let frames = Bytes::from(frames());
    let mut guarded = layer.layer(tower::service_fn(move |_: Request<Full<Bytes>>| {
        let response = Response::builder().header("content-type", "application/vnd.amazon.eventstream");
        std::future::ready(response.body(Full::new(frames.clone())))
    }));
    group.bench_function("layer around HTTP, one word", |b| {
        b.iter(|| {
            runtime.block_on(async {
                let request = Request::post("/model/amazon.nova-lite-v1:0/converse-stream");
                let request = request.body(Full::new(Bytes::from_static(b"{\"messages\": []}"))).expect("a request");
                let response = guarded.call(request).await.expect("a response");
                black_box(response.into_body().collect().await.expect("frames"));
            });
        });
    });
    group.finish();
}

criterion_group!(benches, events);
criterion_main!(benches);
