//! The event stream: frames, InvokeModel chunks, server-sent events, and the text of events.
//!
//! The codec is our own: the decoder of `aws-smithy-eventstream` trusts a length before it buffers, and headers that we do not read must be
//! forwarded byte for byte.

mod chunk;
mod decoder;
mod event;
mod frame;
mod server_sent;

#[cfg(all(test, feature = "sdk"))]
mod tests;

pub(crate) use chunk::{Chunk, wrap_chunk};
pub(crate) use decoder::FrameDecoder;
#[cfg(test)]
pub(crate) use event::deltas;
pub(crate) use event::{Event, parse_event};
pub(crate) use frame::Frame;
pub(crate) use server_sent::{ServerSentDecoder, ServerSentEvent, write_event};
