//! Guardrails for Amazon Bedrock, as a Tower layer.
//!
//! A policy in YAML says what must not be said: topics, words, personal data, patterns. It is compiled once and then enforced on prompts
//! before the call and on completions after it, streamed ones included, in process and without a network.
//!
//! # Around a call
//!
//! [`GuardrailLayer`] wraps any service that takes an operation's SDK input; [`BedrockService`] is such a service over an SDK client.
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
//! # On a text
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
//! [`StreamGuard`] does the same for a text that arrives in chunks, with the same result.
//!
//! # Where to read on
//!
//! The [`guide`] is the manual: [policies](guide::policies), [streaming](guide::streaming),
//! [Bedrock calls](guide::bedrock), the [threat model](guide::threat_model), and all [defaults](guide::defaults).
//!
//! The modules are floors: each imports from lower ones only.
//!
//! | floor | module | what |
//! |---|---|---|
//! | 6 | [`middleware`] | the layer and its services |
//! | 5 | [`bedrock`] | bodies and events as texts |
//! | 4 | [`stream`] | chunks in, released text out |
//! | 3 | [`guardrail`] | one text in, one assessment out |
//! | 2 | [`policy`] | a YAML document becomes a policy |
//! | 1 | [`detect`] | findings, without actions |
//! | 0 | [`text`] | UTF-8, spans, folded views |

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod bedrock;
pub mod detect;
pub mod guardrail;
pub mod guide;
mod json;
pub mod middleware;
pub mod policy;
pub mod text;

pub use detect::{Embedder, EntityType};
pub use guardrail::{
    ActionTaken, Assessment, BufferLimit, Container, Conversation, Finding, Guardrail, Outcome, Source, StreamGuard,
    TopicExplanation, TopicScore,
};
pub use middleware::{BedrockService, GuardrailError, GuardrailInterceptor, GuardrailLayer};
pub use policy::{Action, Policy, PolicyError, RuleKind};
pub use text::{Span, UnknownName, Utf8Decoder, Utf8Error};

/// The README's examples, compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
