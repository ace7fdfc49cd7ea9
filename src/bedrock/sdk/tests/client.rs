//! A client of the SDK whose network is in memory.

use std::sync::{Arc, Mutex};

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_bedrockruntime::operation::apply_guardrail::{ApplyGuardrailInput, ApplyGuardrailOutput};
use aws_sdk_bedrockruntime::operation::converse::{ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamInput;
use aws_sdk_bedrockruntime::operation::count_tokens::CountTokensInput;
use aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeInput;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConverseOutput as Answer, ConverseStreamOutput, Message};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::{Value, json};

use crate::bedrock::event_stream::Frame;

/// Answers every request alike.
#[derive(Clone, Debug)]
struct Fake(Vec<u8>, &'static str);

impl HttpConnector for Fake {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = StatusCode::try_from(200).expect("a status");
        let mut response = HttpResponse::new(status, SdkBody::from(self.0.clone()));
        response.headers_mut().insert("content-type", self.1);
        HttpConnectorFuture::ready(Ok(response))
    }
}

fn client(answer: Vec<u8>, content_type: &'static str) -> Client {
    let connector = SharedHttpConnector::new(Fake(answer, content_type));
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

/// Sends a ready-made input, and keeps the body that the SDK makes of it.
#[derive(Debug)]
struct Send<I>(Mutex<Option<I>>, Arc<Mutex<Vec<u8>>>);

impl<I: std::fmt::Debug + std::marker::Send + Sync + 'static> Intercept for Send<I> {
    fn name(&self) -> &'static str {
        "Send"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let ready = self.0.lock().expect("no panic").take().expect("sent once");
        *context.input_mut().downcast_mut::<I>().expect("of this operation") = ready;
        Ok(())
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.request().body().bytes().expect("in memory");
        *self.1.lock().expect("no panic") = body.to_vec();
        Ok(())
    }
}

/// An input, and how the SDK writes it.
pub(super) trait Wire: Clone + PartialEq + std::fmt::Debug {
    /// The body that the SDK sends.
    async fn wire(&self) -> Vec<u8>;
}

macro_rules! wire {
    ($input:ty, $call:ident) => {
        impl Wire for $input {
            async fn wire(&self) -> Vec<u8> {
                let sent = Arc::new(Mutex::new(Vec::new()));
                let send = Send(Mutex::new(Some(self.clone())), Arc::clone(&sent));
                // What comes back does not matter here.
                let _ = client(b"{}".to_vec(), "application/json").$call().customize().interceptor(send).send().await;
                let body = sent.lock().expect("no panic").clone();
                assert!(!body.is_empty(), "the SDK could not write the input");
                body
            }
        }
    };
}

wire!(ApplyGuardrailInput, apply_guardrail);
wire!(ConverseInput, converse);
wire!(ConverseStreamInput, converse_stream);
wire!(CountTokensInput, count_tokens);
wire!(StartAsyncInvokeInput, start_async_invoke);

/// Returns the output that the SDK reads from a body.
pub(super) async fn converse_output(body: &[u8]) -> ConverseOutput {
    let client = client(body.to_vec(), "application/json");
    client.converse().model_id("m").send().await.expect("an answer")
}

/// Returns the output that the SDK reads from a body.
pub(super) async fn apply_guardrail_output(body: &[u8]) -> ApplyGuardrailOutput {
    let client = client(body.to_vec(), "application/json");
    let call = client.apply_guardrail().guardrail_identifier("g").guardrail_version("1");
    call.source("INPUT".into()).set_content(Some(Vec::new())).send().await.expect("an answer")
}

/// The message that the SDK reads from its JSON.
pub(super) async fn message(message: &Value) -> Message {
    let body = json!({"output": {"message": message}, "stopReason": "end_turn"}).to_string();
    match converse_output(body.as_bytes()).await.output {
        Some(Answer::Message(message)) => message,
        other => panic!("no message: {other:?}"),
    }
}

/// A block of a kind that this SDK does not know.
pub(super) async fn unknown_block() -> ContentBlock {
    let mut message = message(&json!({"role": "user", "content": [{"hologram": {"text": "hidden"}}]})).await;
    message.content.remove(0)
}

/// The events that the SDK reads from a stream.
pub(super) async fn events(events: &[(&str, String)]) -> Vec<ConverseStreamOutput> {
    let mut body = Vec::new();
    for (event_type, json) in events {
        let frame = Frame::event(event_type, json.clone().into_bytes()).expect("a frame");
        body.extend_from_slice(&frame.encode());
    }
    let client = client(body, "application/vnd.amazon.eventstream");
    let mut answer = client.converse_stream().model_id("m").send().await.expect("a stream");
    let mut read = Vec::new();
    while let Some(event) = answer.stream.recv().await.expect("an event") {
        read.push(event);
    }
    read
}
