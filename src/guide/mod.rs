//! The manual. It has no code; its examples are compiled and run with the tests.
//!
//! * [`policies`]: how to write, test and customize a policy.
//! * [`streaming`]: streaming guarantees, and how much text is buffered.
//! * [`bedrock`]: how Bedrock calls are inspected, and what the caller receives.
//! * [`gateway`]: how to run the gateway, for clients in any language.
//! * [`threat_model`]: what Banister protects, and its known limitations.
//! * [`defaults`]: defaults and limits, with reasons.

#[doc = include_str!("policies.md")]
pub mod policies {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("bedrock.md")]
pub mod bedrock {}

#[doc = include_str!("gateway.md")]
pub mod gateway {}

#[doc = include_str!("threat_model.md")]
pub mod threat_model {}

#[doc = include_str!("defaults.md")]
pub mod defaults {}
