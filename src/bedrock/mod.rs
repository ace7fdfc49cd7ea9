//! Bedrock on the wire: operations, bodies and events, and where they hold text.
//!
//! A visitor offers each text field to a closure and writes back what the closure changes, byte for byte where nothing changed; it knows
//! nothing of policies.
//!
//! Where text is in a body is data: one table per family, in `shapes`. A field that no table names is inspected as well, and a content
//! block of an unknown kind is an error, so that a new kind of content cannot slip through.

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing))]

mod blocked;
pub(crate) mod context_names;
mod error;
mod event_stream;
mod files;
mod history;
mod operation;
mod reasoning;
mod requested;
#[cfg(feature = "sdk")]
pub(crate) mod sdk;
mod shape;
mod shapes;
mod table;
mod text_field;
mod unique_names;
mod visit;
mod walk;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

pub use error::BodyError;
pub use operation::Operation;
pub use requested::guardrail_identifier;
pub use text_field::{SkipReason, Skipped};

pub(crate) use blocked::{
    Progress, StreamEvent, blocked_events, blocked_response, blocked_single_event, is_single_event, text_event,
};
pub(crate) use error::BodyErrorKind;
pub(crate) use event_stream::{
    Chunk, Event, EventKind, Frame, FrameDecoder, ModelEvent, StreamKind, SubstreamId, parse_event, wrap_chunk,
};
pub(crate) use requested::{RequestedGuardrail, TraceScope, requested_guardrail, without_guardrail};
pub(crate) use shape::{BodyFormat, ResponseFormat};
pub(crate) use table::DeltaKind;
pub(crate) use text_field::{FieldKind, InspectionSummary, NumberText, TextField, Visited};
pub(crate) use visit::{Visitor, visit_request_document, visit_response_with};
pub(crate) use walk::UnknownContent;

#[cfg(test)]
pub(crate) use {
    event_stream::deltas,
    visit::{visit_request, visit_request_with, visit_response},
};
