//! The guardrail around a Bedrock call: a Tower layer.
//!
//! [`GuardrailLayer`] wraps a service that takes an operation's SDK input. The request is examined before the service is called, and
//! the answer before the caller sees it. A blocked request never reaches the service: the caller gets a well-formed answer of that
//! operation that holds the policy's message, or an error if the layer is set so.
//!
//! The service's own errors come back as they are, but that their messages are examined, for a message may quote the request.
//!
//! The same layer stands around a service that takes HTTP requests in Bedrock's protocol; see [`http`].
//!
//! An SDK client that exists already is guarded by an interceptor; see [`GuardrailInterceptor`].
//!
//! # Traces
//!
//! A caller that asks for a trace gets one, in Bedrock's own form: `guardrailConfig.trace` of a Converse request is answered in
//! `trace.guardrail`, InvokeModel's `x-amzn-bedrock-trace` in `amazon-bedrock-trace` and `amazon-bedrock-guardrailAction`; for streams in
//! their last event, which is the one with the counters: a stream that breaks off before has no trace. It stands there under the guardrail's identifier ([`GuardrailLayer::guardrail_identifier`], the policy's name unless
//! set), beside the trace of a guardrail of Bedrock's, whose own copies of the text are examined like any other text. A request that
//! gives that identifier as its guardrail goes on without: Bedrock knows nothing of it.
//!
//! | `enabled` | what was found: topics, words, entity types and regexes, with what was done about each |
//! | --- | --- |
//! | `enabled_full` | also the topics and entity types that were not found, with `detected: false` |
//!
//! The `match` members are empty. [`Guardrail::dangerous_include_matches`](crate::Guardrail::dangerous_include_matches) fills them, for all
//! callers. There is no latency in it, and no `modelOutput`: what the model said before it was masked is told to nobody.
//!
//! # What it costs
//!
//! A body is examined on the task that polls the call, in time linear in its text and without waiting for anything: microseconds for a
//! prompt, some tenths of a second for megabytes. A server that takes such bodies beside streams keeps those going by polling the call in
//! `tokio::task::block_in_place`, as the gateway does.
//!
//! # Services
//!
//! [`BedrockService`] is the innermost service, over an SDK client. Anything else that takes the same inputs will do, so a guarded stack
//! can be tested without a network.
//!
//! ```no_run
//! use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelInput;
//! use aws_sdk_bedrockruntime::primitives::Blob;
//! use banister::{BedrockService, Guardrail, GuardrailLayer, Policy};
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! # async fn call(client: aws_sdk_bedrockruntime::Client) -> Result<(), tower::BoxError> {
//! let guardrail = Guardrail::new(Policy::from_pack("default")?);
//! let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail)).service(BedrockService::new(client));
//! let input = InvokeModelInput::builder()
//!     .model_id("meta.llama3-8b-instruct-v1:0")
//!     .body(Blob::new(r#"{"prompt": "Write to jane.roe@example.com"}"#))
//!     .build()?;
//! let output = bedrock.oneshot(input).await?;
//! # Ok(())
//! # }
//! ```

mod http;
#[cfg(feature = "sdk")]
mod interceptor;
mod layer;
#[cfg(feature = "sdk")]
mod sdk;
mod service;

pub use http::ResponseBody;
#[cfg(feature = "sdk")]
pub use interceptor::GuardrailInterceptor;
pub use layer::GuardrailLayer;
#[cfg(feature = "sdk")]
pub use sdk::{BedrockService, GuardedConverseStream, GuardedInvokeModelStream, GuardedStream, GuardedStreamError};
pub use service::{GuardedOperation, GuardrailService};
