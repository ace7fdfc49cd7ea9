//! The structure of the library, read from its sources: which module imports which, and what is public.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a wrong index is to fail its test")]

mod module_dependencies;
mod public_api;
mod source;
