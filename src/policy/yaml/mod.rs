//! YAML with locations, read within limits.

pub(super) mod located;
pub(super) mod node;
pub(super) mod path;
pub(super) mod read;
mod scan;
pub(super) mod source;
