//! JSON read in place: one pass, no tree, each string with its path and its raw bytes.
//!
//! [`JsonDocument`] is validated text with a flat index of its values. Strings are decoded on demand and rewritten span by span, so that
//! bytes outside of a replaced span stay as they were written. [`PartialJson`] does the same for JSON that arrives in fragments.

mod document;
mod edit;
mod error;
mod merge;
mod number;
mod partial;
mod scan;
mod string;
mod tape;

#[cfg(test)]
mod schema_check;
#[cfg(test)]
mod tests;

pub(crate) use document::JsonDocument;
pub(crate) use edit::{FieldEdit, RawEdit, splice, string_edits};
pub(crate) use error::{JsonError, MAX_DEPTH};
pub(crate) use merge::{merge, removals, without_member};
pub(crate) use partial::{BufferedText, JsonToken, PartialJson};
#[cfg(test)]
pub(crate) use schema_check::schema_accepts;
pub(crate) use tape::{NodeKind, reserve_by_share};
