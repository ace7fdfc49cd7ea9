//! Detectors: words, patterns, entity types and topics. They report candidates; rules and actions are applied in `guardrail`.

// Offsets come from the text under evaluation. What indexes with them must not be able to fail.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::string_slice))]

mod best_scores;
pub(crate) mod canonical;
mod compiler;
pub(crate) mod content;
pub(crate) mod context;
mod detector;
pub(crate) mod detectors;
pub(crate) mod entity;
mod kinds;
pub(crate) mod output;
pub(crate) mod pattern;
pub(crate) mod recognizers;
pub(crate) mod scanner;
pub(crate) mod spec;
mod tagger;
pub(crate) mod topic;
mod words;

pub use content::{ContentCategory, FilterStrength};
pub(crate) use detector::LOOKAHEAD_BYTES;
pub use entity::EntityType;
pub(crate) use kinds::MAX_TOPIC_PATTERN_BYTES;
pub(crate) use tagger::signs::Signs;
pub use topic::Embedder;
