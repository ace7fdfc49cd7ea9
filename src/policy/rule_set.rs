//! The rules of a policy file, before they are numbered.

use std::collections::HashSet;
use std::sync::Arc;

use crate::detect::spec::{ContentSpec, DetectorSpec, EntitySpec, PatternSpec, RuleId, TopicSpec, WordSpec};

use super::rule::{Action, Rule};
use super::values::{EncodingWord, History, Mode, OperatorText};

/// The rules of a policy file, each with what its detector looks for, and the settings of the policy.
#[derive(Clone, Default)]
pub(super) struct RuleSet {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) blocked_input: Option<String>,
    pub(super) blocked_output: Option<String>,
    /// Not inherited.
    pub(super) mode: Mode,
    /// With those of inherited policies.
    pub(super) decode: Vec<EncodingWord>,
    pub(super) history: Option<History>,
    pub(super) operator_text: Option<OperatorText>,
    pub(super) topics: Vec<(Rule, TopicSpec)>,
    pub(super) words: Vec<(Rule, WordSpec)>,
    pub(super) entities: Vec<(Rule, EntitySpec)>,
    pub(super) patterns: Vec<(Rule, PatternSpec)>,
    pub(super) content: Vec<(Rule, ContentSpec)>,
}

impl RuleSet {
    /// Inherits the rules of another policy, ahead of its own, except those whose name its own have; and the settings it does not set.
    pub(super) fn inherit(&mut self, base: &Self) {
        inherit(&mut self.topics, &base.topics);
        inherit(&mut self.words, &base.words);
        inherit(&mut self.entities, &base.entities);
        inherit(&mut self.patterns, &base.patterns);
        inherit(&mut self.content, &base.content);
        self.decode.extend(&base.decode);
        self.decode.sort_unstable();
        self.decode.dedup();
        self.blocked_input = self.blocked_input.take().or_else(|| base.blocked_input.clone());
        self.blocked_output = self.blocked_output.take().or_else(|| base.blocked_output.clone());
        self.history = self.history.or(base.history);
        self.operator_text = self.operator_text.or(base.operator_text);
    }

    /// Returns the names of all rules.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let (topics, words) = (self.topics.iter().map(|(rule, _)| rule), self.words.iter().map(|(rule, _)| rule));
        let (entities, patterns) =
            (self.entities.iter().map(|(rule, _)| rule), self.patterns.iter().map(|(rule, _)| rule));
        let content = self.content.iter().map(|(rule, _)| rule);
        topics.chain(words).chain(entities).chain(patterns).chain(content).map(|rule| &*rule.name)
    }

    /// Changes the actions of the rules of this name, and removes those without any.
    pub(super) fn set_actions(&mut self, name: &str, input: Option<Action>, output: Option<Action>) {
        set_actions(&mut self.topics, name, input, output);
        set_actions(&mut self.words, name, input, output);
        set_actions(&mut self.entities, name, input, output);
        set_actions(&mut self.patterns, name, input, output);
        set_actions(&mut self.content, name, input, output);
    }

    pub(super) fn len(&self) -> usize {
        self.topics.len() + self.words.len() + self.entities.len() + self.patterns.len() + self.content.len()
    }

    /// Numbers the rules, and separates them from what their detectors look for.
    pub(super) fn into_rules(self) -> (Vec<Rule>, DetectorSpec) {
        let mut rules = Vec::with_capacity(self.len());
        let spec = DetectorSpec {
            topics: number(&mut rules, self.topics, |spec| &mut spec.rule),
            words: number(&mut rules, self.words, |spec| &mut spec.rule),
            entities: number(&mut rules, self.entities, |spec| &mut spec.rule),
            patterns: number(&mut rules, self.patterns, |spec| &mut spec.rule),
            content: number(&mut rules, self.content, |spec| &mut spec.rule),
            decode: self.decode.into_iter().map(Into::into).collect(),
        };
        (rules, spec)
    }
}

fn inherit<S: Clone>(own: &mut Vec<(Rule, S)>, base: &[(Rule, S)]) {
    let names: HashSet<Arc<str>> = own.iter().map(|(rule, _)| Arc::clone(&rule.name)).collect();
    let inherited = base.iter().filter(|(rule, _)| !names.contains(&rule.name)).cloned();
    own.splice(0..0, inherited.collect::<Vec<_>>());
}

fn set_actions<S>(rules: &mut Vec<(Rule, S)>, name: &str, input: Option<Action>, output: Option<Action>) {
    for (rule, _) in rules.iter_mut().filter(|(rule, _)| *rule.name == *name) {
        (rule.input, rule.output) = (input.unwrap_or(rule.input), output.unwrap_or(rule.output));
    }
    rules.retain(|(rule, _)| *rule.name != *name || rule.input != Action::Off || rule.output != Action::Off);
}

fn number<S>(rules: &mut Vec<Rule>, list: Vec<(Rule, S)>, number_of: fn(&mut S) -> &mut RuleId) -> Vec<S> {
    let numbered = list.into_iter().map(|(rule, mut spec)| {
        // The number of rules is limited far below what a rule's number can hold.
        *number_of(&mut spec) = RuleId::try_from(rules.len()).unwrap_or(RuleId::MAX);
        rules.push(rule);
        spec
    });
    numbered.collect()
}
