//! Compiles content filters.

use super::compiler::{Compiler, KnownNames};
use super::effect::StatedEffect;
use crate::detect::spec::ContentSpec;
use crate::detect::{ContentCategory, FilterStrength};
use crate::policy::document::FilterEntry;
use crate::policy::rule::{Action, ContentFilter, Rule, RuleKind};
use crate::policy::yaml::located::Located;

impl Compiler<'_> {
    /// Compiles an element of `content_filters`.
    pub(super) fn content_filter(&mut self, entry: FilterEntry, at: Located<'_>, known: &mut KnownNames) {
        let (input_strength, output_strength) = self.strengths(&entry, at);
        let FilterEntry { category, action, input, output, message, .. } = entry;
        if let Some(field) = at.get("category").filter(|field| !self.notes.has_problem(*field)) {
            self.unique(known, category.name(), field, "content filter");
        }
        let stated = StatedEffect { action, input, output, replacement: None, message };
        let rule = self.rule(category.name(), RuleKind::Content, stated, at);
        let accepts_false_positives = entry.accept_false_positives.unwrap_or_default();
        let filter =
            ContentFilter { category, input: input_strength, output: output_strength, accepts_false_positives };
        let rule = Rule { filter: Some(filter), ..rule };
        let rule = Rule {
            input: filter.action(filter.input, rule.input),
            output: filter.action(filter.output, rule.output),
            ..rule
        };
        self.consent(&rule, filter, at);
        self.rules.content.push((rule, ContentSpec { rule: 0, category, input: filter.input, output: filter.output }));
    }

    /// Returns the strengths for prompts and completions.
    fn strengths(&self, entry: &FilterEntry, at: Located<'_>) -> (FilterStrength, FilterStrength) {
        let both = entry.strength.unwrap_or_default();
        let input = entry.input_strength.unwrap_or(both);
        let mut output = entry.output_strength.unwrap_or(both);
        if entry.category == ContentCategory::PromptAttack {
            for key in ["output_strength", "output"] {
                if let Some(field) = at.get(key).filter(|_| key == "output" || output != FilterStrength::None) {
                    let message = format!("`{key}` has no effect: `prompt_attack` filters prompts only");
                    self.notes.problem(field.at_key(), message, format!("remove `{key}`"));
                }
            }
            output = FilterStrength::None;
        }
        let keys = ["strength", "input_strength", "output_strength"];
        if keys.iter().filter_map(|key| at.get(key)).any(|field| self.notes.has_problem(field)) {
            return (input, output);
        }
        let [has_both, has_input, has_output] = keys.map(|key| at.has(key));
        if !has_both && !has_input && !has_output {
            let help = "add `strength: low`, `medium` or `high`, or `input_strength` and `output_strength`";
            self.notes.problem(at, "the content filter has no strength", help);
        } else if (input, output) == (FilterStrength::None, FilterStrength::None) {
            let message = "the content filter has no effect: it is off in both directions";
            self.notes.problem(at, message, "remove the filter, or give it a strength");
        }
        self.default_counts(keys, at);
        for (key, strength, text) in [("input", input, "prompts"), ("output", output, "completions")] {
            let is_prompt_attack = entry.category == ContentCategory::PromptAttack && key == "output";
            if let (Some(field), FilterStrength::None, false) = (at.get(key), strength, is_prompt_attack) {
                let message = format!("`{key}` has no effect: the strength for {text} is `none`");
                self.notes.problem(field.at_key(), message, format!("remove `{key}`, or set `{key}_strength`"));
            }
        }
        (input, output)
    }

    /// Checks that false positives are accepted where a filter blocks too much to do so unasked.
    fn consent(&self, rule: &Rule, filter: ContentFilter, at: Located<'_>) {
        let field = at.get("accept_false_positives");
        match (filter.needs_consent([rule.input, rule.output]), filter.accepts_false_positives) {
            (Some(reason), false) => {
                let help = "use `action: detect` to report a score, or set `accept_false_positives: true` to block ordinary text with it";
                self.notes.problem(at.get("category").unwrap_or(at), reason, help);
            }
            (None, true) => {
                if let Some(field) = field {
                    let message = "`accept_false_positives` has no effect: the filter may block without it";
                    self.notes.problem(field.at_key(), message, "remove `accept_false_positives`");
                }
            }
            _ => {}
        }
    }
}

impl ContentFilter {
    /// Returns the action in a direction in which the filter has this strength.
    fn action(self, strength: FilterStrength, action: Action) -> Action {
        if strength == FilterStrength::None { Action::Off } else { action }
    }

    /// Returns why the filter must not have these actions for prompts and completions unless false positives are accepted.
    pub(in crate::policy) fn needs_consent(self, [input, output]: [Action; 2]) -> Option<String> {
        let strongest = self.category.strongest_block();
        let is_beyond = |action, strength| action == Action::Block && strength > strongest;
        let strength = match (is_beyond(input, self.input), is_beyond(output, self.output)) {
            (true, true) => self.input.max(self.output),
            (true, false) => self.input,
            (false, true) => self.output,
            (false, false) => return None,
        };
        Some(format!(
            "`{}` at strength `{strength}` would block ordinary text: words alone do not show what is meant",
            self.category
        ))
    }
}
