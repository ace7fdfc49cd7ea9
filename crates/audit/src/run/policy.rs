//! The policy of an audit, as its report shows it.

use banister::{Guardrail, Policy, RuleSummary};
use serde::{Deserialize, Serialize};

/// A rule of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// The name.
    pub name: String,
    /// The kind.
    pub kind: String,
    /// The entity type, or an empty string.
    #[serde(rename = "type")]
    pub entity_type: String,
    /// The action for input.
    pub input: String,
    /// The action for output.
    pub output: String,
}

impl RuleEntry {
    fn of(rule: RuleSummary<'_>) -> Self {
        Self {
            name: rule.name().to_owned(),
            kind: rule.kind().name().to_owned(),
            entity_type: rule.entity_type().map_or("", banister::EntityType::name).to_owned(),
            input: rule.input().name().to_owned(),
            output: rule.output().name().to_owned(),
        }
    }
}

/// The policy of an audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicySource {
    /// The name.
    pub name: String,
    /// The digest.
    pub digest: String,
    /// The pack or file that it was loaded from.
    pub reference: String,
    /// The rules.
    pub rules: Vec<RuleEntry>,
}

impl PolicySource {
    /// Describes a policy that was loaded from `reference`.
    #[must_use]
    pub fn new(guardrail: &Guardrail, reference: &str) -> Self {
        let policy: &Policy = guardrail.policy();
        Self {
            name: policy.name().to_owned(),
            digest: policy.digest().to_owned(),
            reference: reference.to_owned(),
            rules: policy.rules().map(RuleEntry::of).collect(),
        }
    }
}
