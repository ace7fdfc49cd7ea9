//! Floor 2. A YAML document becomes an immutable policy.

pub(crate) mod rule;

pub use rule::{Action, RuleKind};
