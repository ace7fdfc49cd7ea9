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
//! [`banister::guide::gateway`] is the manual of `banister serve`, which is this gateway with flags.
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
//! The same three `GET` paths are at the admin address, if there is one ([`GatewayBuilder::admin_address`]).
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
//! Connections are HTTP/1.1 or HTTP/2, the latter also without TLS, with prior knowledge. `GatewayBuilder::tls` (feature `tls`) sets a
//! certificate, which is reloaded like the policies. Without it, put a TLS terminator in front of any address that is not loopback.
//!
//! # Overload
//!
//! | Situation | The client receives |
//! | --- | --- |
//! | [`max_connections`](GatewayBuilder::max_connections) connections or calls are open | 503 with `Retry-After`; health checks still work |
//! | [`max_memory`](GatewayBuilder::max_memory) is used by bodies | 503 with `Retry-After` |
//! | a client has [`max_calls_per_client`](GatewayBuilder::max_calls_per_client) calls open | 429, `ThrottlingException`, with `Retry-After` |
//! | an address has [`max_connections_per_address`](GatewayBuilder::max_connections_per_address) connections open | a closed connection |
//! | a body arrives more slowly than [`min_body_rate`](GatewayBuilder::min_body_rate) | 408, `RequestTimeoutException` |
//!
//! Long text is evaluated on a bounded number of threads, in slices, and each client has an equal share of them. Streams are not delayed.
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
mod body;
mod builder;
mod clients;
mod compatible;
mod connection;
mod contain;
mod exception;
mod handler;
mod heavy;
mod limits;
mod memory;
mod metric_names;
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
#[cfg(feature = "tls")]
mod tls;
mod turns;
mod upstream;

pub use bind_error::BindError;
pub use builder::GatewayBuilder;
#[cfg(feature = "otel")]
pub use otel::{OtelSink, Telemetry, TelemetryError};
pub use policies::{Policies, PolicySource, ReloadError};
pub use server::{Gateway, ReloadHandle};
pub use upstream::{Upstream, UpstreamError};
