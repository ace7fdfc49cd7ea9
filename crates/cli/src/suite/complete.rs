//! From the entries of a test suite to its cases: checks what types cannot express.

use std::collections::HashMap;

use banister::{Action, Policy, Source};
use banister_evasion::{TECHNIQUES, Technique};

use super::entry::{CaseEntry, FindingEntry, OneOrMore, SampleEntry};
use super::read::Notes;
use super::{Case, CaseInput, Expected, ExpectedFinding, ExpectedOutcome, Sample};
use crate::response::action;

/// Checks the entries of a suite.
pub(super) struct Completer<'n> {
    /// `None` if it has problems, which are noted.
    policy: Option<&'n Policy>,
    notes: &'n mut Notes,
    /// The names so far, with their paths.
    names: HashMap<String, String>,
}

/// What a case needs of a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Exists,
    Detects,
    Blocks,
}

/// The keys of a case that state an outcome.
struct StatedOutcome {
    passes: Option<bool>,
    masked: Option<String>,
    blocked_by: Option<OneOrMore>,
}

impl<'n> Completer<'n> {
    pub(super) fn new(policy: Option<&'n Policy>, notes: &'n mut Notes) -> Self {
        Self { policy, notes, names: HashMap::new() }
    }

    /// Returns a case. It counts only if no problem was noted.
    pub(super) fn case(&mut self, entry: CaseEntry, path: &str) -> Option<Case> {
        let CaseEntry { name, source, text, body, passes, masked, blocked_by, detects, not, findings, evasions } =
            entry;
        let source = source.into();
        self.name(&name, path);
        let input = match (text, body) {
            (Some(text), None) => Some(CaseInput::Text(text)),
            (None, Some(body)) => Some(CaseInput::Body(body)),
            _ => {
                self.problem(path, format!("{name:?} needs exactly one of `text` and `body`"), "");
                None
            }
        };
        let outcome = self.outcome(StatedOutcome { passes, masked, blocked_by }, source, path);
        let expected = Expected {
            outcome,
            detects: self.rules(detects, Need::Detects, source, path, "detects"),
            not: self.rules(not, Need::Exists, source, path, "not"),
            findings: findings.map(|findings| self.findings(findings, source, path)),
        };
        if let Some(rule) = expected.detects.iter().find(|rule| expected.not.contains(rule)) {
            self.problem(
                &format!("{path}.not"),
                format!("`{rule}` is in `detects`, too"),
                "remove it from one of them",
            );
        }
        if expected.outcome.is_none()
            && expected.detects.is_empty()
            && expected.not.is_empty()
            && expected.findings.is_none()
        {
            let help = "add at least one of `passes: true`, `masked`, `blocked_by`, `detects`, `not` and `findings`";
            self.problem(path, format!("{name:?} expects nothing"), help);
        }
        let evasions = match evasions {
            None => Vec::new(),
            Some(_) if matches!(input, Some(CaseInput::Body(_))) || !expected.needs_findings() => {
                self.problem(&format!("{path}.evasions"), "`evasions` need `text`, and an expected finding", "");
                Vec::new()
            }
            Some(names) => self.techniques(names, path),
        };
        Some(Case { name, source, input: input?, expected, evasions })
    }

    /// Returns a sample. It counts only if no problem was noted.
    pub(super) fn sample(&mut self, entry: SampleEntry, path: &str) -> Option<Sample> {
        let SampleEntry { name, source, texts, passes, blocked_by, detects, not, allowed } = entry;
        let source = source.into();
        self.name(&name, path);
        let stated = [passes.is_some(), blocked_by.is_some(), detects.is_some(), not.is_some()];
        if stated.iter().filter(|is_stated| **is_stated).count() != 1 {
            let message = format!("{name:?} needs exactly one of `passes: true`, `blocked_by`, `detects` and `not`");
            self.problem(path, message, "");
        }
        let expected = Expected {
            outcome: self.outcome(StatedOutcome { passes, masked: None, blocked_by }, source, path),
            detects: self.rules(detects, Need::Detects, source, path, "detects"),
            not: self.rules(not, Need::Exists, source, path, "not"),
            findings: None,
        };
        if texts.is_empty() {
            self.problem(&format!("{path}.texts"), format!("{name:?} has no `texts`"), "");
        } else if allowed >= texts.len() {
            self.problem(&format!("{path}.allowed"), format!("{name:?} allows all of its `texts` to go wrong"), "");
        }
        Some(Sample { name, source, texts, expected, allowed })
    }

    fn problem(&mut self, path: &str, message: impl Into<String>, help: &str) {
        self.notes.problem(path, message, (!help.is_empty()).then(|| help.to_owned()));
    }

    /// Checks that no other case has this name: reports list failed cases by name.
    fn name(&mut self, name: &str, path: &str) {
        let path = format!("{path}.name");
        if let Some(first) = self.names.get(name) {
            let line = self.notes.line(first).map_or(String::new(), |line| format!(" in line {line}"));
            self.problem(&path, format!("the name {name:?} is used twice"), &format!("first used{line}"));
        } else {
            self.names.insert(name.to_owned(), path);
        }
    }

    fn outcome(&mut self, stated: StatedOutcome, source: Source, path: &str) -> Option<ExpectedOutcome> {
        let StatedOutcome { passes, masked, blocked_by } = stated;
        if passes == Some(false) {
            self.problem(
                &format!("{path}.passes"),
                "`passes: false` is not supported",
                "use `masked` or `blocked_by` instead",
            );
            return None;
        }
        if [passes.is_some(), masked.is_some(), blocked_by.is_some()].iter().filter(|is_stated| **is_stated).count() > 1
        {
            self.problem(
                path,
                "only one of `passes: true`, `masked` and `blocked_by` is possible",
                "keep the one that is meant",
            );
        }
        if let Some(rules) = blocked_by {
            return Some(ExpectedOutcome::BlockedBy(self.rules(Some(rules), Need::Blocks, source, path, "blocked_by")));
        }
        masked.map(ExpectedOutcome::Masked).or(passes.map(|_| ExpectedOutcome::Passes))
    }

    /// Returns the names of rules under a key.
    fn rules(&mut self, names: Option<OneOrMore>, need: Need, source: Source, path: &str, key: &str) -> Vec<String> {
        let Some(names) = names.map(OneOrMore::names) else { return Vec::new() };
        let path = format!("{path}.{key}");
        if names.is_empty() {
            self.problem(&path, format!("`{key}` names no rule"), "name a rule, or remove the key");
        }
        for name in &names {
            self.rule(name, need, source, &path);
        }
        names
    }

    /// Checks that the policy has a rule that can do what the case expects of it.
    fn rule(&mut self, name: &str, need: Need, source: Source, path: &str) {
        let Some(policy) = self.policy else { return };
        let actions: Vec<Action> =
            policy.rules().filter(|rule| rule.name() == name).map(|rule| action(&rule, source)).collect();
        let Some(strongest) = actions.iter().max() else {
            let help = match policy.rule_spelled_like(name) {
                Some(rule) => format!("did you mean `{}`?", rule.name()),
                None => "`banister lint` lists the rules of a policy".to_owned(),
            };
            return self.problem(path, format!("`{name}` is not a rule of the policy"), &help);
        };
        let text = match source {
            Source::Input => "prompts",
            Source::Output => "completions",
        };
        match (need, strongest) {
            (Need::Blocks, Action::Block) | (Need::Exists, _) => {}
            (_, Action::Off) => {
                let message = format!("`{name}` is disabled in {text}");
                self.problem(path, message, "set `source`, or the action of the rule");
            }
            (Need::Blocks, _) => {
                let message = format!("`{name}` never blocks {text}: its action is `{strongest}`");
                self.problem(
                    path,
                    message,
                    "use `detects` or `masked`, set `source`, or change the action of the rule",
                );
            }
            (Need::Detects, _) => {}
        }
    }

    fn findings(&mut self, entries: Vec<FindingEntry>, source: Source, path: &str) -> Vec<ExpectedFinding> {
        let entries = entries.into_iter().enumerate();
        let findings = entries.map(|(number, entry)| {
            let FindingEntry { rule, text, start, end, action, pointer } = entry;
            let path = format!("{path}.findings[{number}]");
            self.rule(&rule, Need::Detects, source, &format!("{path}.rule"));
            let action = action.and_then(|action| {
                let known = action.parse().ok();
                if known.is_none() {
                    let message = format!("`{action}` is not a known action of a finding");
                    self.problem(&format!("{path}.action"), message, "write BLOCKED, ANONYMIZED, REPLACED or NONE");
                }
                known
            });
            ExpectedFinding { rule, text, start, end, action, pointer }
        });
        findings.collect()
    }

    /// Returns the techniques of these names.
    fn techniques(&mut self, names: OneOrMore, path: &str) -> Vec<&'static Technique> {
        let mut techniques = Vec::new();
        for name in names.names() {
            match Technique::from_name(&name) {
                Some(technique) => techniques.push(technique),
                None => {
                    let all = TECHNIQUES.iter().map(Technique::name).collect::<Vec<_>>().join(", ");
                    let message = format!("`{name}` is not a known evasion");
                    self.problem(&format!("{path}.evasions"), message, &format!("write one of {all}"));
                }
            }
        }
        techniques
    }
}
