//! Bedrock on the wire: operations, bodies and events, and where they contain text. It knows no policies.
//!
//! From the bottom up:
//!
//! | module | content |
//! |---|---|
//! | `text_field`, `number_text`, `operation`, `error`, `error_body` | one string or number of a body; the operations; why a body is rejected; errors on the wire |
//! | `known_names` | the field names that the formats define; other names and their numbers are data |
//! | `table` | the table format that describes where bodies contain text |
//! | `model_event`, `progress` | events of a stream, whatever their form; how far a stream has advanced |
//! | `families` | one file per model family: tables, recognition, blocked responses |
//! | `walk` | lists the text fields of a document by its table (`text_nodes`, `history`) |
//! | `visit` | offers them to a visitor and writes changes back (`body_editor`, `files`, `reasoning`) |
//! | `event_stream` | frames, chunks, server-sent events, and events in their JSON form |
//! | `blocked` | responses and events that the guardrail makes |
//! | `sdk` | the same for the types of the AWS SDK |
//!
//! A field that no table lists is inspected as well, and a content block of an unknown kind is an error, so that a new kind of content is
//! not missed.

#![cfg_attr(not(test), warn(clippy::string_slice, clippy::indexing_slicing))]

mod blocked;
mod body_editor;
pub(crate) mod context_names;
mod error;
mod error_body;
mod event_stream;
mod families;
mod files;
mod history;
mod known_names;
mod model_event;
mod number_text;
mod operation;
mod progress;
mod reasoning;
mod requested;
#[cfg(feature = "sdk")]
pub(crate) mod sdk;
mod table;
mod text_field;
mod text_nodes;
mod unique_names;
mod visit;
mod walk;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod name_tests;
#[cfg(test)]
mod number_tests;
#[cfg(test)]
mod tests;

pub use error::BodyError;
pub use error_body::ErrorBody;
pub use known_names::redact_pointer;
pub use operation::Operation;
pub use text_field::{SkipReason, Skipped};

pub(crate) use blocked::{
    END_MARKER, StreamEvent, blocked_events, blocked_response, blocked_single_event, event_name, text_event,
    write_json_event,
};
pub(crate) use error::BodyErrorKind;
pub(crate) use event_stream::{
    Chunk, Event, Frame, FrameDecoder, ServerSentDecoder, ServerSentEvent, parse_event, wrap_chunk, write_event,
};
pub(crate) use families::{BodyFormat, ResponseFormat};
pub(crate) use model_event::{EventKind, ModelEvent, StreamKind, SubstreamId};
pub(crate) use number_text::NumberText;
pub(crate) use operation::is_media_type;
pub(crate) use progress::Progress;
pub(crate) use requested::{RequestedGuardrail, TraceScope, requested_guardrail, without_guardrail};
pub(crate) use table::DeltaKind;
pub(crate) use text_field::{FieldKind, InspectionSummary, TextField, Visitor};
pub(crate) use visit::{Visited, visit_any_json, visit_request_document, visit_response_with};
pub(crate) use walk::UnknownContent;

#[cfg(test)]
pub(crate) use {
    event_stream::deltas,
    visit::{visit_request, visit_request_with, visit_response},
};
