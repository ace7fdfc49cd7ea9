//! Runs every rule over ordinary text, in which few rules should match.

use std::collections::HashMap;

use banister::{Guardrail, RuleKind, Source};

use super::warning::{Warning, some};

/// Ordinary strings, one per line.
const ORDINARY: &str = include_str!("ordinary.txt");

/// A rule that matches one of this many strings gets a warning.
const RARE: usize = 100;

/// The ordinary strings that each rule matches.
#[derive(Debug)]
pub(super) struct OrdinaryMatches {
    /// The number of strings.
    pub(super) strings: usize,
    rules: HashMap<(RuleKind, String), RuleMatches>,
}

#[derive(Debug, Default)]
struct RuleMatches {
    /// The numbers of the strings, in order.
    strings: Vec<usize>,
    /// Matched text in lower case, with the number of its matches.
    matched: HashMap<String, usize>,
}

impl OrdinaryMatches {
    /// Evaluates the strings in both directions.
    pub(super) fn of(guardrail: &Guardrail) -> Self {
        let strings: Vec<&str> = strings().collect();
        let mut rules: HashMap<(RuleKind, String), RuleMatches> = HashMap::new();
        for (number, string) in strings.iter().enumerate() {
            for source in [Source::Input, Source::Output] {
                for finding in guardrail.assess(source, string).findings() {
                    let rule = rules.entry((finding.kind(), finding.rule().to_owned())).or_default();
                    if rule.strings.last() != Some(&number) {
                        rule.strings.push(number);
                        let matched = string.get(finding.span().range()).unwrap_or_default().to_lowercase();
                        *rule.matched.entry(matched).or_default() += 1;
                    }
                }
            }
        }
        Self { strings: strings.len(), rules }
    }

    /// Returns the number of strings that a rule matches.
    pub(super) fn of_rule(&self, kind: RuleKind, name: &str) -> usize {
        self.rules.get(&(kind, name.to_owned())).map_or(0, |rule| rule.strings.len())
    }

    /// Finds rules that match often.
    pub(super) fn check(&self, guardrail: &Guardrail, warnings: &mut Vec<Warning>) {
        for rule in guardrail.policy().rules() {
            let Some(found) = self.rules.get(&(rule.kind(), rule.name().to_owned())) else { continue };
            if found.strings.len() * RARE < self.strings {
                continue;
            }
            let example = found.strings.first().and_then(|&number| strings().nth(number)).unwrap_or_default();
            let mut matched: Vec<(&String, &usize)> = found.matched.iter().collect();
            matched.sort_by_key(|&(text, count)| (std::cmp::Reverse(*count), text));
            let matched: Vec<&str> = matched.into_iter().map(|(text, _)| text.as_str()).collect();
            let message = format!(
                "`{}` matches {} of {} strings of ordinary text, such as {example:?}; it finds {}",
                rule.name(),
                found.strings.len(),
                self.strings,
                some(&matched)
            );
            warnings.push(Warning::of_rule("matches-ordinary-text", &rule, message).help(help(rule.kind())));
        }
    }
}

fn strings() -> impl Iterator<Item = &'static str> {
    ORDINARY.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn help(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Topic => "make phrases and patterns more specific, add `counter_examples`, or raise `threshold`",
        RuleKind::Word => "remove common words, or write phrases that include the words around them",
        RuleKind::Pii => "if such values are ordinary in your text, use `action: detect`, or list them under `allow`",
        RuleKind::Content => "use a lower `strength`, or `action: detect`",
        _ => "make the pattern longer, and set its ends with `\\b`",
    }
}
