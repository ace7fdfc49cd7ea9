//! A running gateway, and clients for it.

use std::net::SocketAddr;
use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message};
use banister::Policy;
use banister_gateway::{Gateway, GatewayBuilder, Policies, ReloadHandle, Upstream};
use banister_simulator::{ModelResponse, Options, Simulator};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const LLAMA: &str = "meta.llama3-8b-instruct-v1:0";

pub(crate) const POLICY: &str = include_str!("../cases/policy.yaml");

/// A policy that masks only ticket names.
pub(crate) const TICKETS: &str = "
version: 1
name: tickets
regexes:
  - {name: ticket, pattern: '\\bT-\\d{2}\\b', action: mask}
";

pub(crate) fn policy(text: &str) -> Policy {
    Policy::from_yaml(text).expect("the policy is valid")
}

/// A gateway that serves until it is dropped or stopped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) reloader: ReloadHandle,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }
}

pub(crate) async fn simulator(options: Options) -> Simulator {
    Simulator::start(options).await.expect("a loopback port")
}

/// Returns the builder of a gateway with both policies in front of a simulator.
pub(crate) fn builder(simulator: &Simulator) -> GatewayBuilder {
    let policies = Policies::new("main", policy(POLICY)).with("tickets", policy(TICKETS));
    Gateway::builder(policies, Upstream::new(&simulator.endpoint()).expect("an upstream"))
}

/// Returns the builder of a gateway whose rules block in every turn.
pub(crate) fn strict(simulator: &Simulator) -> GatewayBuilder {
    let policy = policy(&format!("{POLICY}history: block\noperator_text: block\n"));
    Gateway::builder(Policies::new("main", policy), Upstream::new(&simulator.endpoint()).expect("an upstream"))
}

pub(crate) async fn run(builder: GatewayBuilder) -> Running {
    let gateway = builder.bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a gateway");
    let (stop, stopped) = oneshot::channel::<()>();
    let (address, reloader) = (gateway.address(), gateway.reloader());
    let task = tokio::spawn(gateway.serve(async move {
        let _ = stopped.await;
    }));
    Running { address, reloader, stop: Some(stop), task }
}

pub(crate) fn client(address: SocketAddr) -> Client {
    let config = aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDCLIENT", "secret", None, None, "test"))
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

pub(crate) fn user(text: &str) -> Message {
    let content = ContentBlock::Text(text.to_owned());
    Message::builder().role(ConversationRole::User).content(content).build().expect("a message")
}

pub(crate) fn invoke_path() -> String {
    format!("/model/{}/invoke", LLAMA.replace(':', "%3A"))
}

/// The body of a call of Llama.
pub(crate) fn hello() -> String {
    json!({"prompt": "Hello", "max_gen_len": 9}).to_string()
}

/// A simulator whose model returns text without findings.
pub(crate) fn fine() -> Options {
    Options { response: ModelResponse::Text("Fine.".to_owned()), ..Options::default() }
}

pub(crate) async fn metric(address: SocketAddr, name: &str) -> Option<u64> {
    let (_, _, text) = send(address, "GET", "/metrics", &[], "").await;
    let line = text.lines().find(|line| line.starts_with(name) && line.as_bytes().get(name.len()) == Some(&b' '))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// Waits until a metric has a value.
pub(crate) async fn until(address: SocketAddr, name: &str, expected: u64) {
    let reached = async {
        while metric(address, name).await != Some(expected) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reached)
        .await
        .unwrap_or_else(|_| panic!("{name} never was {expected}"));
}

/// Returns a client that speaks HTTP/2 on a connection.
pub(crate) async fn http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> http2::SendRequest<Full<Bytes>> {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// Sends a request with these headers. Returns status, headers and body of the response.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder().method(method).uri(format!("http://{address}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>> =
        hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request.body(Full::new(body.into())).expect("a request")).await.expect("a response");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
}
