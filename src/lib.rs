//! A Tower layer that enforces guardrails on Amazon Bedrock calls.
//!
//! A YAML policy lists what to block or mask: denied topics, words, personal data and patterns. It is compiled once and then enforced on
//! prompts before the call and on completions after it, streams included, inside your process.
//!
//! # Calls
//!
//! [`GuardrailLayer`] wraps any service that accepts an operation's SDK input; [`BedrockService`] is such a service over an SDK client.
//!
//! ```no_run
//! use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelInput;
//! use aws_sdk_bedrockruntime::primitives::Blob;
//! use banister::{BedrockService, Guardrail, GuardrailLayer, Policy};
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! # async fn call(client: aws_sdk_bedrockruntime::Client) -> Result<(), tower::BoxError> {
//! let guardrail = Guardrail::new(Policy::from_file("policy.yaml")?);
//! let bedrock = ServiceBuilder::new().layer(GuardrailLayer::new(guardrail)).service(BedrockService::new(client));
//!
//! let input = InvokeModelInput::builder()
//!     .model_id("meta.llama3-8b-instruct-v1:0")
//!     .body(Blob::new(r#"{"prompt": "Write to jane.roe@example.com"}"#))
//!     .build()?;
//! let output = bedrock.oneshot(input).await?;
//! # drop(output);
//! # Ok(())
//! # }
//! ```
//!
//! # Text
//!
//! ```
//! use banister::{Guardrail, Policy, Source};
//!
//! let policy = Policy::from_yaml("{version: 1, name: mail, pii: [{types: [EMAIL], action: mask}]}")?;
//! let guardrail = Guardrail::new(policy);
//!
//! let text = "Write to jane.roe@example.com";
//! let assessment = guardrail.assess(Source::Input, text);
//! assert_eq!(assessment.apply_to(text), "Write to {EMAIL}");
//! # Ok::<(), banister::PolicyError>(())
//! ```
//!
//! [`StreamGuard`] evaluates text that arrives in chunks, with the same result.
//!
//! # Guide
//!
//! The [`guide`] is the manual: [policies](guide::policies), [streaming](guide::streaming),
//! [Bedrock calls](guide::bedrock), [decision records](guide::decision_records), the [threat model](guide::threat_model), and all
//! [defaults](guide::defaults).
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `sdk` (default) | the layer around SDK inputs, [`BedrockService`] and [`GuardrailInterceptor`] |
//! | `http` | the layer around HTTP requests; part of `sdk` |
//!
//! With neither, no AWS or HTTP crate is compiled, and text, policies, streams and bodies work.
//!
//! # Modules
//!
//! The modules are private; each depends only on modules listed below it.
//!
//! | module | content |
//! |---|---|
//! | `middleware` | the Tower layer and its integrations |
//! | `exchange` | one call: its request, its response, the events of its stream |
//! | `audit` | decision records: a log of decisions without text, chained by hashes |
//! | `bedrock` | Bedrock on the wire: operations, bodies, events, and where they hold text |
//! | `guardrail` | text in, an assessment out; whole, or in chunks |
//! | `policy` | a YAML file becomes a policy |
//! | `detect` | candidates in text, without actions |
//! | `json`, `text` | JSON read in place; UTF-8, spans, normalized views |

#![cfg_attr(docsrs, feature(doc_cfg))]
// Some of what the lower modules offer serves the integrations only.
#![cfg_attr(not(feature = "sdk"), allow(dead_code, unused_imports, unreachable_pub))]

mod audit;
mod bedrock;
mod detect;
mod exchange;
mod guardrail;
pub mod guide;
mod json;
#[cfg(feature = "http")]
mod middleware;
mod policy;
mod text;

pub use audit::{
    AuditError, AuditLog, AuditLogBuilder, AuditSink, AuditStatus, ChainHead, ChainProblem, ChainProblemKind,
    ChainReport, ChainSummary, ChainVerifier, Coverage, Decision, DecisionOutcome, DecisionRecord, Delivery,
    FindingRecord, Fsync, JsonlFile, LogEnd, LogEvent, Opened, PolicyRecord, RecordError, RecordLine, Rejection,
    RejectionCode, SkippedRecord, Stage, Torn, TracingSink, WriterSink,
};
pub use bedrock::{BodyError, ErrorBody, Operation, SkipReason, Skipped, redact_pointer};
pub use detect::{ContentCategory, Embedder, EntityType, FilterStrength};
pub use exchange::{AppliedGuardrail, ApplyGuardrailResponse, BodyAssessment, BodyFinding, BodyGuard, GuardedBody};
#[cfg(feature = "http")]
pub use exchange::{AssessmentEvent, DecisionCaller, GuardrailError, GuardrailErrorKind, GuardrailHandle};
pub use guardrail::{
    ActionTaken, Assessment, BufferLimit, Container, ContentExplanation, Conversation, FilterScore, Finding, Guardrail,
    Outcome, Source, StreamGuard, TopicExplanation, TopicScore,
};
#[cfg(feature = "sdk")]
pub use middleware::{
    BedrockService, GuardedConverseStream, GuardedInvokeModelStream, GuardedStream, GuardedStreamError,
    GuardrailInterceptor,
};
#[cfg(feature = "http")]
pub use middleware::{GuardedOperation, GuardrailLayer, GuardrailService, LayerSelector, ResponseBody};
pub use policy::{Action, PatternWarning, Policy, PolicyError, PolicyLoader, Problem, RuleKind, RuleSummary};
pub use text::{Span, UnknownName, Utf8Decoder, Utf8Error};

/// The README's examples, compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
