//! UTF-8 text, spans and normalized views.
//!
//! Detectors do not read text itself but a *view* of it in which different ways to write the same text are unified
//! (`normalize`). A view is made character by character, so it is the same for all chunks, and whatever is
//! found in it maps back to bytes of the text as given.

pub(crate) mod buffer;
pub(crate) mod char_class;
#[cfg(test)]
mod conformance;
mod edges;
mod escape;
mod marks;
pub(crate) mod names;
pub(crate) mod normalize;
mod normalize_tables;
mod offsets;
pub(crate) mod parts;
mod plain;
mod positions;
mod reader;
pub(crate) mod reset;
pub(crate) mod rewrite;
mod signs;
mod space_run;
mod span;
pub(crate) mod unicode;
mod utf8;
pub(crate) mod view;
pub(crate) mod word_runs;
pub(crate) mod work;

pub use names::UnknownName;
pub use span::Span;
pub use utf8::{Utf8Decoder, Utf8Error};
