//! The bytes on the wire: event-stream frames and the HTTP body they travel in.

mod body;
mod frame;
mod padding;

pub(crate) use body::{Flow, PieceBody, full, stream};
pub(crate) use frame::{Event, encode};
pub(crate) use padding::padding;
