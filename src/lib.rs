//! Guardrails for Amazon Bedrock, as a Tower layer.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod bedrock;
pub mod detect;
pub mod guardrail;
pub mod middleware;
pub mod policy;
pub mod stream;
pub mod text;

pub use middleware::{BedrockService, GuardrailError, GuardrailInterceptor, GuardrailLayer};
pub use guardrail::{ActionTaken, Assessment, Conversation, Explanation, Finding, Guardrail, HoldBound, Outcome, Source};
pub use policy::{Policy, PolicyError};
pub use detect::EntityType;
pub use policy::{Action, RuleKind};
pub use stream::StreamGuard;
pub use text::{Span, Utf8Error, Utf8Stitcher};
