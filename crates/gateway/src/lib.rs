//! A gateway that applies Banister policies to Amazon Bedrock API calls. Clients in any language send it the requests that they would
//! send to Bedrock.
//!
//! ```no_run
//! use banister_gateway::{Gateway, Policies, Upstream};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let policies = Policies::new("support", "policies/support.yaml");
//! let gateway = Gateway::builder(policies, Upstream::new("http://127.0.0.1:9000")?).bind("127.0.0.1:8800".parse()?).await?;
//! gateway.serve(async { tokio::signal::ctrl_c().await.unwrap_or_default() }).await;
//! # Ok(())
//! # }
//! ```
//!
//! # Paths
//!
//! | Path | Response |
//! | --- | --- |
//! | `POST /model/{id}/invoke`, `/invoke-with-response-stream`, `/converse`, `/converse-stream`, `/count-tokens`, `POST /async-invoke` | guarded and forwarded, see [`banister::guide::bedrock`] |
//! | `POST /guardrail/{policy}/version/{any}/apply` | evaluated by the policy of that name, without a call to Bedrock |
//! | `GET` or `HEAD /healthz` | 200 while the process runs |
//! | `GET /readyz` | 200 while calls are accepted, 503 during shutdown ([`GatewayBuilder::drain_period`]) |
//! | `GET /metrics` | metrics in Prometheus' text format |
//! | any other | rejected, `AccessDeniedException` |
//!
//! # Policies
//!
//! A gateway has one or more policies, by name; the first is the default. A client selects one by the header `x-banister-policy`, or by
//! using its name as guardrail identifier: in `x-amzn-bedrock-guardrailidentifier`, or in the `guardrailConfig` of a Converse body. Any
//! other guardrail identifier is Bedrock's own and is forwarded. Traces are returned if a client requests them, under the policy's name;
//! see [`banister::guide::bedrock`].
//!
//! Policies are reloaded on SIGHUP, and when a file in the folder of one changes. All of them are replaced at once, or none if one has a
//! problem. A call keeps the policy that it started with.
//!
//! # Client keys
//!
//! The gateway listens on loopback by default. Any other address needs client keys ([`GatewayBuilder::client_key`]). A client sends its
//! key in `x-banister-key`, or as bearer token in `authorization`, which SDKs do with `AWS_BEARER_TOKEN_BEDROCK`; boto3 does so over HTTPS
//! only.
//!
//! A client can select any policy, unless its key is limited to some ([`GatewayBuilder::client_key_with_policies`]). It is rejected with
//! `AccessDeniedException` if it names another.
//!
//! Connections are plain HTTP/1.1: put a TLS terminator in front of any address that is not loopback.
//!
//! # Upstream errors
//!
//! | Error | The client receives | Do SDKs retry? |
//! | --- | --- | --- |
//! | no connection, or a response that is not a stream was interrupted | 503, `ServiceUnavailableException` | yes |
//! | no response for [`upstream_timeout`](GatewayBuilder::upstream_timeout), or a pause of [`idle_timeout`](GatewayBuilder::idle_timeout) in a response that is not a stream | 408, `ModelTimeoutException` | no: the model may still be running, and is paid for |
//! | a pause of [`idle_timeout`](GatewayBuilder::idle_timeout) in a stream | an exception event | no |
//! | an interrupted stream | an interrupted stream | no |
//!
//! # Telemetry
//!
//! Logs, metrics and spans contain operations, policies, rules, actions, statuses and durations, never text. Spans also contain the model
//! id, once the upstream has accepted it. The metrics `banister_streams` and `banister_stream_buffered_bytes` are the active streams by
//! policy, and the bytes of text that they buffer.
//!
//! With the feature `otel` the gateway exports a span for every call, and the metrics; see `Telemetry`. Decision records are exported
//! through `OtelSink`; see [`banister::guide::decision_records`].
//!
//! # Performance
//!
//! `cargo run --release -p banister-gateway --example load` measures a thousand concurrent streams, with and without the guard.

mod access;
mod bind_error;
mod blocking;
mod body;
mod builder;
mod exception;
mod handler;
mod limits;
mod metrics;
#[cfg(feature = "otel")]
mod otel;
#[cfg(not(feature = "otel"))]
#[path = "otel/disabled.rs"]
mod otel;
mod policies;
mod policy_selection;
mod reload;
mod server;
#[cfg(feature = "aws")]
mod sign;
mod streams;
mod timeout;
mod upstream;

pub use bind_error::BindError;
pub use builder::GatewayBuilder;
#[cfg(feature = "otel")]
pub use otel::{OtelSink, Telemetry, TelemetryError};
pub use policies::{Policies, PolicySource, ReloadError};
pub use server::{Gateway, ReloadHandle};
pub use upstream::{Upstream, UpstreamError};
