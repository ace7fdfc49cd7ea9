//! The event stream: frames, invoke chunks, and the texts that run through events.
//!
//! The codec is our own, not `aws-smithy-eventstream`: its decoder takes a length on trust before it
//! buffers, and headers that we do not read must pass through byte for byte.

mod chunk;
mod decoder;
mod delta;
mod frame;
mod kind;

#[cfg(test)]
mod tests;

pub(crate) use chunk::{Chunk, wrap_chunk};
pub(crate) use decoder::FrameDecoder;
pub(crate) use delta::{Event, EventKind, StreamKind, SubstreamId, deltas, parse_event};
pub(crate) use frame::Frame;
