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
//! | `POST /model/{id}/invoke`, `/invoke-with-response-stream`, `/converse`, `/converse-stream`, `/count-tokens`, `POST /async-invoke` | guarded and sent on, as [`banister::middleware::http`] says |
//! | `POST /guardrail/{policy}/version/{any}/apply` | answered here by the policy of that name; nothing is sent on |
//! | `GET /healthz` | 200 while the process lives |
//! | `GET /readyz` | 200 while calls are taken, 503 once the gateway shuts down |
//! | `GET /metrics` | counters in Prometheus' text format |
//! | anything else | refused, `AccessDeniedException` |
//!
//! # Policies
//!
//! There may be several, by name; the first is the default. A client chooses by the header `x-banister-policy`, or by giving a policy's
//! name as guardrail identifier, where its SDK puts that: in `x-amzn-bedrock-guardrailidentifier`, or in the `guardrailConfig` of a
//! Converse body. A guardrail identifier that is no policy's name is Bedrock's own and is sent on. Traces are given where a client asks
//! for them, under the policy's name; see [`banister::middleware`]. A client that is allowed in may choose any of the policies: give clients that must not choose a gateway of their
//! own. Policies are read again when a file in the folder of one changes and on SIGHUP; all of them take effect at once, and if one has
//! a problem none does. A call in progress stays under the policy it began with.
//!
//! # Who may call
//!
//! The gateway listens on loopback unless it is told otherwise, and on any other address only with client keys
//! ([`GatewayBuilder::client_key`]). A client shows its key in `x-banister-key`, or as bearer token in `authorization`, which is what SDKs
//! send with `AWS_BEARER_TOKEN_BEDROCK`; boto3 does so over HTTPS only.
//!
//! Connections are plain HTTP/1.1: put a TLS terminator in front on any address that is not loopback.
//!
//! # What is written down
//!
//! Logs and metrics hold operations, policies, rules, actions, statuses and times, never text.

mod access;
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
pub use server::{Gateway, Reloader};
pub use upstream::{Upstream, UpstreamError};
