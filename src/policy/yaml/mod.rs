//! YAML with places: what stands where, read within limits before any other parser sees the text.

mod agree;
mod node;
mod path;
mod read;
mod source;

pub(crate) use agree::agrees;
pub(crate) use node::{Entry, Kind, Node, Scalar};
pub(crate) use path::Path;
pub(crate) use read::read;
pub(crate) use source::{Place, Source};
