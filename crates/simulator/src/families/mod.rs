//! The body shapes of the model families: which one a request has, the answer
//! in one piece, and the answer as a sequence of stream chunks.

mod ai21;
mod amazon;
mod claude;
mod claude_stream;
mod cohere;
mod cohere_r;
mod completion;
mod converse;
mod converse_stream;
mod detect;
mod embedding;
mod media;
mod mistral;
mod nova;
mod openai;
mod render;
mod shape;

pub(crate) use converse::converse;
pub(crate) use converse_stream::converse_events;
pub(crate) use detect::detect;
pub(crate) use render::{chunks, whole};
pub use shape::Shape;
