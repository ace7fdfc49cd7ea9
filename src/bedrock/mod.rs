//! Floor 5. Bedrock on the wire: bodies and events as text slots, and the replies of an intervention.
//!
//! Nothing here knows about policies. A visitor offers each text to a closure and writes back what the
//! closure changes, byte for byte where nothing changed.
//!
//! Where text stands is data: one table a family, in `shapes`. What no table names is examined as well,
//! and a content block of an unknown kind is an error, so that a new kind of content cannot slip through.

mod error;
mod json;
mod operation;
mod shape;
mod shapes;
mod slot;
mod table;
mod visit;
mod walk;

#[cfg(test)]
mod tests;

pub use error::BodyError;
pub use operation::Operation;
pub use shape::Shape;

pub(crate) use json::{HeldText, PartialJson, Piece, SlotEdit};
pub(crate) use shape::{request_shape, response_shape};
pub(crate) use slot::{Coverage, SkipReason, Skipped, Slot, SlotKind, Visited};
pub(crate) use visit::{
    Visitor, visit_request, visit_request_with, visit_response, visit_response_with,
};
pub(crate) use walk::Unknown;
