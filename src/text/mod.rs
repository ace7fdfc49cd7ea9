//! Text as Banister sees it: UTF-8, byte offsets, half-open spans.
//!
//! Detectors do not read a text itself but a *view* of it in which ways to write the same thing differently are folded
//! together (`fold`). A view is made character by character, so it is the same however the text was cut, and whatever is
//! found in it maps back to bytes of the text as given.

pub(crate) mod buffer;
pub(crate) mod char_class;
#[cfg(test)]
mod conformance;
pub(crate) mod names;
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

pub use names::UnknownName;
pub use span::Span;
pub use utf8::{Utf8Decoder, Utf8Error};
