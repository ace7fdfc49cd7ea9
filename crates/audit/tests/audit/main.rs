//! Audits of archives in Bedrock's layout.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a wrong index is to fail its test")]

mod archive;
mod bad_input;
mod chains;
mod cloudwatch;
mod decisions;
mod fingerprints;
mod integrity;
mod parquet_input;
mod results;
mod scan;
mod support;
mod workspace;
