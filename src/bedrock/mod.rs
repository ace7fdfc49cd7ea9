//! Bedrock on the wire: bodies and events as text slots, and the replies of an intervention.
//!
//! A visitor offers each text to a closure and writes back what the closure changes, byte for byte where nothing
//! changed; it knows nothing of policies. [`BodyGuard`] is the closure that does.
//!
//! Where text stands is data: one table a family, in `shapes`. What no table names is examined as well,
//! and a content block of an unknown kind is an error, so that a new kind of content cannot slip through.

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing))]

mod apply;
mod asked;
mod assessment;
mod blocked;
mod error;
mod event_stream;
mod files;
mod guard;
mod leading;
mod names;
mod operation;
mod reasoning;
mod report;
mod shape;
mod shapes;
mod slot;
mod streams;
mod table;
mod trace;
mod turns;
pub(crate) mod typed;
mod visit;
mod walk;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

pub use asked::guardrail_identifier;
pub use assessment::{BodyAssessment, BodyFinding};
pub use error::BodyError;
pub use guard::{BodyGuard, GuardedBody};
pub use operation::Operation;
pub use report::ApplyGuardrailResponse;
pub use shape::Shape;
pub use slot::{SkipReason, Skipped};

pub(crate) use self::{
    asked::{RequestedGuardrail, requested_guardrail, without_guardrail},
    blocked::{Progress, blocked_reply},
    event_stream::{Chunk, EventKind, Frame, FrameDecoder, StreamKind, SubstreamId, wrap_chunk},
    shape::AnswerForm,
    slot::Coverage,
    streams::{EventGuard, Facts, OutEvent, Plan, Substreams},
    trace::Trace,
    visit::Visitor,
};

// What the tests of this floor name beside that.
#[cfg(test)]
pub(crate) use self::{
    blocked::{StreamEvent, blocked_events, text_event},
    event_stream::{deltas, parse_event},
    slot::{FieldKind, TextField, Visited},
    table::Part,
    visit::{visit_request, visit_request_with, visit_response, visit_response_with},
    walk::Unknown,
};
