//! Guardrails for Amazon Bedrock, as a Tower layer.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod bedrock;
pub mod detect;
pub mod guardrail;
pub mod middleware;
pub mod policy;
pub mod stream;
pub mod text;
