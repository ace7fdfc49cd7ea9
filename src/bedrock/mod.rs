//! Floor 5. Bedrock on the wire: bodies and events as text slots, and the replies of an intervention.
//!
//! A visitor offers each text to a closure and writes back what the closure changes, byte for byte where nothing
//! changed; it knows nothing of policies. [`BodyGuard`] is the closure that does.
//!
//! Where text stands is data: one table a family, in `shapes`. What no table names is examined as well,
//! and a content block of an unknown kind is an error, so that a new kind of content cannot slip through.

mod assessment;
mod blocked;
mod error;
mod event_stream;
mod guard;
mod json;
mod operation;
mod shape;
mod shapes;
mod slot;
mod streams;
mod table;
pub(crate) mod typed;
mod visit;
mod walk;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

pub use assessment::{BodyAssessment, BodyFinding};
pub use error::BodyError;
pub use guard::{BodyGuard, GuardedBody};
pub use operation::Operation;
pub use shape::Shape;
pub use slot::{SkipReason, Skipped};

// What the middleware floor calls. The allowance goes when it does.
#[allow(unused_imports, reason = "the floor above is written apart")]
pub(crate) use self::{
    blocked::{Progress, StreamEvent, blocked_events, blocked_reply, text_event},
    event_stream::{
        Chunk, Delta, Event, EventKind, Frame, FrameDecoder, Lane, MAX_FRAME_BYTES, MAX_HEADER_BYTES, StreamKind,
        deltas, deltas_with, wrap_chunk,
    },
    json::{HeldText, PartialJson, Piece, SlotEdit},
    shape::{request_shape, response_shape},
    slot::{Coverage, Slot, SlotKind, Visited},
    streams::{EventGuard, Facts, Lanes, OutEvent, Plan},
    table::Part,
    visit::{Visitor, visit_request, visit_request_with, visit_response, visit_response_with},
    walk::Unknown,
};
