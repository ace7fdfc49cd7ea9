//! The event stream: frames, invoke chunks, and the texts that run through events.
//!
//! The codec is our own, not `aws-smithy-eventstream`: its decoder takes a length on trust before it
//! buffers, and headers that we do not read must pass through byte for byte.

mod chunk;
mod decoder;
mod delta;
mod frame;
mod kind;
mod model_event;

#[cfg(test)]
mod tests;

pub(crate) use chunk::{Chunk, wrap_chunk};
pub(crate) use decoder::FrameDecoder;
#[cfg(test)]
pub(crate) use delta::deltas;
pub(crate) use delta::{Event, EventKind, StreamKind, SubstreamId, parse_event};
pub(crate) use frame::Frame;
pub(crate) use model_event::{DeltaTexts, ModelEvent};
