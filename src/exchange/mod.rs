//! Where policy meets wire: one call, with its request, its response and the events of a stream.
//!
//! An [`Exchange`] knows no integration: the Tower layer, the HTTP layer, the interceptor and the gateway all hand it what they read, and
//! forward what it returns.

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing))]

mod apply;
mod assessment;
mod body;
mod call;
mod conclude;
mod config;
mod error;
mod frames;
mod handle;
mod recorded;
mod records;
mod report;
mod response;
#[cfg(feature = "sdk")]
pub(crate) mod sdk;
mod server_sent;
mod streams;
mod tag;
mod tagging;
mod trace;

#[cfg(test)]
mod records_tests;

pub use apply::AppliedGuardrail;
pub use assessment::{BodyAssessment, BodyFinding};
pub use body::{BodyGuard, GuardedBody};
pub use config::{AssessmentEvent, DecisionCaller};
pub use error::{GuardrailError, GuardrailErrorKind};
pub use handle::GuardrailHandle;
pub use report::ApplyGuardrailResponse;

pub(crate) use call::{Exchange, Inspected};
pub(crate) use config::LayerConfig;
pub(crate) use frames::{FrameGuard, RejectionMode};
pub(crate) use records::StreamEnd;
pub(crate) use response::{BlockedResponse, error_body};
#[cfg(feature = "sdk")]
pub(crate) use streams::StreamState;
pub(crate) use streams::{EventFormat, EventGuard, JsonEvents, OutEvent, TraceOf};
