//! A gateway that speaks Bedrock's protocol: clients in any language send it what they would send to Bedrock, and Banister's guardrails
//! are enforced on what passes.
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
//! | Path | What happens |
//! | --- | --- |
//! | `POST /model/{id}/invoke`, `/invoke-with-response-stream`, `/converse`, `/converse-stream`, `/count-tokens`, `POST /async-invoke` | guarded and sent on, as [`banister::http`] says |
//! | `POST /guardrail/{policy}/version/{any}/apply` | answered here by the policy of that name; a guardrail of Bedrock's is not asked |
//! | `GET` or `HEAD /healthz` | 200 while the process lives |
//! | `GET /readyz` | 200 while calls are taken, 503 once the gateway shuts down ([`GatewayBuilder::drain_period`]) |
//! | `GET /metrics` | counters in Prometheus' text format |
//! | anything else | refused, `AccessDeniedException` |
//!
//! # Policies
//!
//! There may be several, by name; the first is the default. A client chooses by the header `x-banister-policy`, or by giving a policy's
//! name as guardrail identifier, where its SDK puts that: in `x-amzn-bedrock-guardrailidentifier`, or in the `guardrailConfig` of a
//! Converse body. A guardrail identifier that is no policy's name is Bedrock's own and is sent on. Traces are given where a client asks
//! for them, under the policy's name; see [`banister::middleware`].
//!
//! Policies are read again when a file in the folder of one changes and on SIGHUP; all of them take effect at once, and if one has
//! a problem none does. A call in progress stays under the policy it began with.
//!
//! # Who may call
//!
//! The gateway listens on loopback unless it is told otherwise, and on any other address only with client keys
//! ([`GatewayBuilder::client_key`]). A client shows its key in `x-banister-key`, or as bearer token in `authorization`, which is what SDKs
//! send with `AWS_BEARER_TOKEN_BEDROCK`; boto3 does so over HTTPS only.
//!
//! Such a client may choose any of the policies. One whose key is bound to some ([`GatewayBuilder::client_key_with_policies`]) may choose among
//! these, by whatever way it names them, and is turned away with `AccessDeniedException` when it names another.
//!
//! Connections are plain HTTP/1.1: put a TLS terminator in front on any address that is not loopback.
//!
//! # Upstreams that are slow, or gone
//!
//! | What happened | What the client gets | Do SDKs call again by themselves? |
//! | --- | --- | --- |
//! | no connection, or it broke before the answer was whole | 503, `ServiceUnavailableException` | yes |
//! | no answer for [`upstream_timeout`](GatewayBuilder::upstream_timeout), or a pause of [`idle_timeout`](GatewayBuilder::idle_timeout) within one that is no stream | 408, `ModelTimeoutException` | no: the model may be at work, and is paid for |
//! | a pause of [`idle_timeout`](GatewayBuilder::idle_timeout) in a stream | an exception event | no |
//! | a stream broke off | a stream that breaks off | no |
//!
//! # What is written down
//!
//! Logs, metrics and spans hold operations, policies, rules, actions, statuses and times, never text; spans also the model's id, once the
//! upstream has taken it for one. `banister_streams` and
//! `banister_stream_buffered_bytes` in the metrics are the streams under way by policy, and the bytes of text that they hold back at this moment.
//!
//! With the feature `otel` the gateway tells a collector of every call and of the metrics; see `Telemetry`.
//!
//! # What it costs
//!
//! `cargo run --release -p banister-gateway --example load` measures a thousand streams at once, with the guard and without.

mod access;
mod apart;
mod bind_error;
mod body;
mod builder;
mod choice;
mod exception;
mod handler;
mod limits;
mod metrics;
#[cfg(feature = "otel")]
mod otel;
mod policies;
mod reload;
mod server;
#[cfg(feature = "aws")]
mod sign;
mod streams;
mod timed;
#[cfg(not(feature = "otel"))]
mod untraced;
mod upstream;

#[cfg(feature = "otel")]
use otel as span;
#[cfg(not(feature = "otel"))]
use untraced as span;

pub use bind_error::BindError;
pub use builder::GatewayBuilder;
#[cfg(feature = "otel")]
pub use otel::{Telemetry, TelemetryError};
pub use policies::{Policies, PolicySource, ReloadError};
pub use server::{Gateway, ReloadHandle};
pub use upstream::{Upstream, UpstreamError};
