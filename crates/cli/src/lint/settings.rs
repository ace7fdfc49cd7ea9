//! Finds settings of a policy that concern none of its rules. They are no errors: a policy that extends this one may have such rules.

use std::fs;

use banister::{Action, Policy, RuleKind, RuleSummary};
use serde::Deserialize;

use super::warning::Warning;

/// The settings of a policy file.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    mode: Option<String>,
    history: Option<String>,
    operator_text: Option<String>,
    messages: Messages,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Messages {
    blocked_input: Option<String>,
    blocked_output: Option<String>,
}

/// Finds the settings in `file` without effect. A rule that detects counts as one that blocks: it may be in its trial run.
pub(super) fn check(policy: &Policy, file: &str, warnings: &mut Vec<Warning>) {
    // A pack has no file, and its settings are tested.
    let Ok(text) = fs::read_to_string(file) else { return };
    let Settings { mode, history, operator_text, messages } = serde_yaml::from_str(&text).unwrap_or_default();
    let is_set = |value: &Option<String>, default| value.as_deref().is_some_and(|value| value != default);
    let blocks_input = |rule: &RuleSummary<'_>| blocks(rule.input());
    let uses_message = |rule: &RuleSummary<'_>| !rule.has_message();
    let of_operator =
        |rule: &RuleSummary<'_>| matches!(rule.kind(), RuleKind::Topic | RuleKind::Word | RuleKind::Content);
    let any = |concerns: &dyn Fn(&RuleSummary<'_>) -> bool| policy.rules().any(|rule| concerns(&rule));
    let settings = [
        ("mode", is_set(&mode, "sync"), any(&|rule| rule.output() != Action::Off), "no rule is about completions"),
        ("history", is_set(&history, "replace"), any(&blocks_input), "no rule blocks prompts"),
        (
            "operator_text",
            is_set(&operator_text, "detect"),
            any(&|rule| blocks_input(rule) && of_operator(rule)),
            "no topic, word filter or content filter blocks prompts",
        ),
        (
            "messages.blocked_input",
            messages.blocked_input.is_some(),
            any(&|rule| blocks_input(rule) && uses_message(rule)),
            "no rule blocks prompts without a message of its own",
        ),
        (
            "messages.blocked_output",
            messages.blocked_output.is_some(),
            any(&|rule| blocks(rule.output()) && uses_message(rule)),
            "no rule blocks completions without a message of its own",
        ),
    ];
    for (setting, is_set, has_effect, reason) in settings {
        if is_set && !has_effect {
            let message = format!("`{setting}` has no effect in this policy: {reason}");
            let help = "remove it, unless policies that extend this one have such rules";
            warnings
                .push(Warning::new("unused-setting", Vec::new(), message).at(file, line_of(&text, setting)).help(help));
        }
    }
}

fn blocks(action: Action) -> bool {
    matches!(action, Action::Block | Action::Detect)
}

/// Returns the line of a setting, or the first if it is in a mapping within braces.
fn line_of(text: &str, setting: &str) -> usize {
    let key = setting.rsplit('.').next().unwrap_or(setting);
    let is_of_key = |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    let section = setting.split('.').next().unwrap_or(setting);
    let is_of_section = |line: &str| line.strip_prefix(section).is_some_and(|rest| rest.starts_with(':'));
    text.lines().position(is_of_key).or_else(|| text.lines().position(is_of_section)).map_or(1, |line| line + 1)
}
