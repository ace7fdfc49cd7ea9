//! Guards the text that runs through the events of a stream.
//!
//! Each run of text is a *substream*: a content block, a choice, or all content blocks where a model opens one for every token. A
//! substream has its own guard, and events keep their order: text that a substream still buffers when its content block ends is sent in
//! an event before the one that ends the content block.

mod boundary;
mod events;
mod field_names;
mod json_events;
mod substream;
mod substreams;
mod tool;

#[cfg(test)]
mod tests;

pub(crate) use events::{EventFormat, EventGuard, StreamState, TraceOf};
pub(crate) use json_events::{JsonEvents, OutEvent};
