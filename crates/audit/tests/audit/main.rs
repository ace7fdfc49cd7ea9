//! Audits of archives in Bedrock's layout.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a wrong index is to fail its test")]

mod archive;
mod decisions;
mod runs;
mod scan;
mod support;
