//! A YAML document becomes an immutable policy.
//!
//! What was written (`document`, `values`) and what it means (`resolved`, `rule`) are apart. In between,
//! `yaml` reads the text within limits and remembers where everything stands, and `check` notes every problem
//! at once; only a document without problems is then read by `serde_yaml`, completed (`load`) and compiled
//! (`compile`).
//!
//! # Defaults
//!
//! | what | default |
//! |---|---|
//! | action of a denied topic or a word filter | `block` |
//! | action of an entity type or a regex | `mask` |
//! | replacement | `label` |
//! | match of a word filter | `{whole_word: true, case_sensitive: false, evasion: standard}` |
//!
//! # Limits
//!
//! All limits are constants of one file, `limits`, each with its reason. What exceeds one is an error.

mod check;
mod compile;
mod compiled;
mod digest;
mod document;
mod files;
mod limits;
mod load;
mod packs;
mod pattern_check;
mod pattern_warning;
mod problem;
mod render;
mod resolved;
pub(crate) mod rule;
mod schema;
mod suggest;
mod values;
mod word_file;
mod yaml;

#[cfg(test)]
mod tests;

pub use compiled::{Policy, RuleSummary};
pub use pattern_warning::PatternWarning;
pub use problem::{PolicyError, Problem};
pub use rule::{Action, RuleKind};
