//! Text as Banister sees it: UTF-8, byte offsets, half-open spans.
//!
//! Detectors do not read some text itself but a *view* of it in which ways to write the same thing differently are folded
//! (`normalize`). A view is made character by character, so it is the same for all chunks, and whatever is
//! found in it maps back to bytes of the text as given.

pub(crate) mod buffer;
pub(crate) mod char_class;
#[cfg(test)]
mod conformance;
pub(crate) mod normalize;
mod normalize_tables;
mod offsets;
mod reader;
pub(crate) mod rewrite;
mod space_run;
mod span;
pub(crate) mod unicode;
mod utf8;
pub(crate) mod view;

pub use span::Span;
pub use utf8::{Utf8Decoder, Utf8Error};
