//! The manual. It has no code; its examples are compiled and run with the tests.
//!
//! * [`policies`]: how to write, test and customize a policy.
//! * [`content_filters`]: filters of harmful content, and what to expect of them.
//! * [`commands`]: the command line, and the format of test suites.
//! * [`streaming`]: streaming guarantees, and how much text is buffered.
//! * [`bedrock`]: how Bedrock calls are inspected, and what the caller receives.
//! * [`gateway`]: how to run the gateway, for clients in any language.
//! * [`clients`]: the line to change in each client, and what its user sees of a block.
//! * [`python`]: the Python package: text, streams, boto3 clients, and audits on Apache Spark.
//! * [`layer`]: the layer in a server: retries, several policies, observation.
//! * [`decision_records`]: how to record every decision, and how to verify the records.
//! * [`threat_model`]: what Banister protects, and its known limitations.
//! * [`audits`]: how to audit archives of Bedrock's logs, and how to verify an audit.
//! * [`accuracy`]: precision and recall of entity types, beside Presidio.
//! * [`defaults`]: defaults and limits, with reasons.

#[doc = include_str!("policies.md")]
pub mod policies {}

#[doc = include_str!("content_filters.md")]
pub mod content_filters {}

#[doc = include_str!("commands.md")]
pub mod commands {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("bedrock.md")]
pub mod bedrock {}

#[doc = include_str!("gateway.md")]
pub mod gateway {}

#[doc = include_str!("clients.md")]
pub mod clients {}

#[doc = include_str!("python.md")]
pub mod python {}

#[doc = include_str!("layer.md")]
pub mod layer {}

#[doc = include_str!("decision_records.md")]
pub mod decision_records {}

#[doc = include_str!("threat_model.md")]
pub mod threat_model {}

#[doc = include_str!("audits.md")]
pub mod audits {}

#[doc = include_str!("accuracy.md")]
pub mod accuracy {}

#[doc = include_str!("defaults.md")]
pub mod defaults {}
