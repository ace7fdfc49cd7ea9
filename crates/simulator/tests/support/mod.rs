//! A plain-HTTP SDK client for a simulator, and short cuts around it.
#![allow(dead_code, reason = "each test file uses a part of it")]

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message, ResponseStream};
use banister_simulator::{ModelResponse, Options, Simulator};
use serde_json::Value;

pub(crate) async fn start(options: Options) -> (Simulator, Client) {
    let simulator = Simulator::start(options).await.expect("loopback binds");
    let client = client(&simulator);
    (simulator, client)
}

pub(crate) async fn saying(response: ModelResponse) -> (Simulator, Client) {
    start(Options { response, ..Options::default() }).await
}

pub(crate) fn client(simulator: &Simulator) -> Client {
    Client::from_conf(config(simulator).retry_config(RetryConfig::disabled()).build())
}

pub(crate) fn config(simulator: &Simulator) -> Builder {
    aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDSIMULATOR", "secret", None, None, "simulator"))
        .endpoint_url(simulator.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

pub(crate) async fn invoke(client: &Client, model_id: &str, body: &Value) -> Value {
    let output = client
        .invoke_model()
        .model_id(model_id)
        .content_type("application/json")
        .body(Blob::new(body.to_string()))
        .send()
        .await
        .expect("an answer");
    serde_json::from_slice(output.body().as_ref()).expect("JSON")
}

pub(crate) async fn invoke_stream(client: &Client, model_id: &str, body: &Value) -> Vec<Value> {
    let mut output = client
        .invoke_model_with_response_stream()
        .model_id(model_id)
        .body(Blob::new(body.to_string()))
        .send()
        .await
        .expect("a stream");
    assert_eq!(output.content_type(), "application/json");
    let mut chunks = Vec::new();
    while let Some(event) = output.body.recv().await.expect("an event") {
        chunks.push(chunk_json(&event));
    }
    chunks
}

pub(crate) fn chunk_json(event: &ResponseStream) -> Value {
    let part = event.as_chunk().expect("a chunk");
    serde_json::from_slice(part.bytes().expect("bytes").as_ref()).expect("JSON")
}

pub(crate) fn user(text: &str) -> Message {
    Message::builder().role(ConversationRole::User).content(ContentBlock::Text(text.into())).build().expect("a message")
}

/// The strings at `pointer` in each chunk, put together.
pub(crate) fn joined(chunks: &[Value], pointer: &str) -> String {
    chunks.iter().filter_map(|chunk| chunk.pointer(pointer)?.as_str()).collect()
}
