//! Policies: YAML files that are checked and compiled once, and then never change.
//!
//! A policy file is read in three steps:
//!
//! 1. `yaml` reads values with `serde_yaml`, and the location of each with a scan that enforces the limits first.
//! 2. `reader` turns these values into the types of `document`, through `serde`. It notes each problem and continues, so that all
//!    problems are reported at once.
//! 3. `compile` checks what types cannot express, and makes each rule together with what its detector looks for. It parses each pattern
//!    once.
//!
//! `load` does so for a file and for each policy it extends, and `rule_set` joins their rules. `compiled` builds the detectors.
//! A rule therefore has two forms: its entry in `document`, and a `Rule` with what its detector looks for.
//!
//! # Defaults
//!
//! | setting | default |
//! |---|---|
//! | action of a denied topic or a word filter | `block` |
//! | action of an entity type or a regex | `mask` |
//! | replacement | `label` |
//! | match of a word filter | `{whole_word: true, case_sensitive: false, evasion: standard}` |
//!
//! # Limits
//!
//! All limits are constants in `limits`, each with its reason. A policy that exceeds one fails to load.

mod compile;
mod compiled;
mod digest;
mod document;
mod excerpt;
mod files;
mod limits;
mod load;
mod loader;
mod packs;
mod pattern_warning;
mod problem;
mod reader;
pub(crate) mod rule;
mod rule_set;
mod schema;
mod suggest;
mod values;
mod word_file;
mod yaml;

#[cfg(test)]
mod tests;

pub use compiled::{Policy, RuleSummary};
pub use loader::PolicyLoader;
pub use pattern_warning::PatternWarning;
pub use problem::{PolicyError, Problem};
pub use rule::{Action, RuleKind};
