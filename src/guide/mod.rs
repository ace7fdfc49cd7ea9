//! The manual. It holds no code; its examples are compiled and run with the tests.
//!
//! * [`policies`]: how to write a policy, and what each rule finds.
//! * [`streaming`]: what is promised of streams, what is held back, and how much.
//! * [`bedrock`]: what is examined of a call, and what its caller gets.
//! * [`threat_model`]: what a guardrail is for, and what it does not protect against.
//! * [`defaults`]: every default and every limit, with its reason.

#[doc = include_str!("policies.md")]
pub mod policies {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("bedrock.md")]
pub mod bedrock {}

#[doc = include_str!("threat_model.md")]
pub mod threat_model {}

#[doc = include_str!("defaults.md")]
pub mod defaults {}
