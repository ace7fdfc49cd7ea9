//! The bytes on the wire: event-stream frames, and HTTP bodies.

mod body;
mod frame;
mod padding;

pub(crate) use body::{ChunkedBody, Delivery, full, stream};
pub(crate) use frame::{Event, encode};
pub(crate) use padding::padding;
