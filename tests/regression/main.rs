//! Failures of other guardrails, kept as tests that this one must pass.
//!
//! Each test names the program and the version in which the failure was seen. They were reproduced by running those programs, unless
//! an issue is named instead; inputs are the ones that failed there.

mod attacks;
mod bodies;
mod fields;
mod files;
mod obfuscation;
mod operator;
mod reasoning;
mod reported;
mod scripts;
mod splits;
mod support;
mod tails;
mod turns;
mod within;
