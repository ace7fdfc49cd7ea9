//! What `lint` reports about a policy without errors.

use banister::{Action, FilterStrength, Guardrail, Policy, RuleKind};
use serde::Serialize;

use super::ordinary::OrdinaryMatches;
use super::warning::Warning;
use super::{document, warnings};
use crate::failure::Failure;
use crate::policy::PolicyRef;
use crate::report::{Out, Table, Tone, count};

/// A summary of a policy without errors.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PolicySummary {
    name: String,
    digest: String,
    /// The maximum number of bytes a stream can buffer.
    buffer_limit: usize,
    /// The rule that determines it.
    buffer_limit_rule: Option<String>,
    /// The number of strings of ordinary text that each rule was run over.
    ordinary_strings: usize,
    rules: Vec<RuleRow>,
    warnings: Vec<Warning>,
}

/// A row of the table of rules.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleRow {
    name: String,
    kind: RuleKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed: Option<&'static str>,
    /// The strengths of a content filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    input_strength: Option<FilterStrength>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_strength: Option<FilterStrength>,
    input: Action,
    output: Action,
    /// The number of strings of ordinary text that it matches.
    ordinary_matches: usize,
    /// The policy file or the pack that defines it.
    file: String,
    line: usize,
}

impl PolicySummary {
    pub(super) fn new(policy_ref: &PolicyRef, policy: &Policy) -> Self {
        let guardrail = Guardrail::new(policy.clone());
        let ordinary = OrdinaryMatches::of(&guardrail);
        let rules = policy.rules().map(|rule| RuleRow {
            name: rule.name().to_owned(),
            kind: rule.kind(),
            managed: rule.managed_list(),
            input_strength: rule.strengths().map(|(input, _)| input),
            output_strength: rule.strengths().map(|(_, output)| output),
            input: rule.input(),
            output: rule.output(),
            ordinary_matches: ordinary.of_rule(rule.kind(), rule.name()),
            file: rule.file().to_owned(),
            line: rule.line(),
        });
        let file = match policy_ref {
            PolicyRef::File(path) => path.display().to_string(),
            PolicyRef::Pack(name) => format!("<pack {name}>"),
        };
        Self {
            name: policy.name().to_owned(),
            digest: policy.digest().to_owned(),
            buffer_limit: guardrail.buffer_limit().bytes(),
            buffer_limit_rule: guardrail.buffer_limit().rule().map(str::to_owned),
            ordinary_strings: ordinary.strings,
            rules: rules.collect(),
            warnings: warnings::all(&document::entries(policy), &file, &guardrail, &ordinary),
        }
    }

    pub(super) fn write(&self, policy_ref: &PolicyRef, out: &mut Out) -> Result<(), Failure> {
        out.paragraph("", 2, &format!("{policy_ref}: {} {}", self.name, out.paint(Tone::Quiet, &self.digest)))?;
        let rule = self.buffer_limit_rule.as_deref().map_or(String::new(), |rule| format!(", set by {rule}"));
        let (rules, bytes) = (count(self.rules.len(), "rule"), count(self.buffer_limit, "byte"));
        out.paragraph("", 2, &format!("{rules}; a stream buffers at most {bytes}{rule}"))?;
        // Files in the order in which their rules appear.
        let mut files: Vec<&str> = Vec::new();
        for rule in &self.rules {
            if !files.contains(&rule.file.as_str()) {
                files.push(&rule.file);
            }
        }
        let mut table = Table::default();
        table.row(["rule", "kind", "input", "output", "ordinary text"].map(str::to_owned));
        for file in files {
            table.heading(format!("from {file}"));
            for rule in self.rules.iter().filter(|rule| rule.file == file) {
                let ordinary = match rule.ordinary_matches {
                    0 => "0".to_owned(),
                    matches => format!("{matches} of {}", self.ordinary_strings),
                };
                table.row([rule.name.clone(), rule.kind.to_string(), shown(rule.input), shown(rule.output), ordinary]);
            }
        }
        table.write(out)?;
        self.warnings.iter().try_for_each(|warning| warning.write(out))
    }
}

/// Returns an action as a policy file should write it.
fn shown(action: Action) -> String {
    if action == Action::Off { "disabled".to_owned() } else { action.to_string() }
}
