//! Runs one case.

use std::collections::HashSet;

use banister::{Assessment, Guardrail, Outcome, Policy, RuleKind};

use super::outcome::{CaseResult, Status};
use super::suite::{Case, Expected, Given};
use crate::check::cuts::Cuts;
use crate::response::{blocks, kind_name, outcome_name};

/// Runs cases under one policy, and remembers which rules they reached.
pub(super) struct Runner {
    guardrail: Guardrail,
    reached: HashSet<(RuleKind, String)>,
}

impl Runner {
    pub(super) fn new(guardrail: Guardrail) -> Self {
        Self { guardrail, reached: HashSet::new() }
    }

    pub(super) fn policy(&self) -> &Policy {
        self.guardrail.policy()
    }

    /// Names of the rules that had no finding in any case.
    pub(super) fn unreached(&self) -> Vec<String> {
        let rules = self.policy().rules().map(|rule| (rule.kind(), rule.name().to_owned()));
        rules.filter(|rule| !self.reached.contains(rule)).map(|(_, name)| name).collect()
    }

    /// Runs a case, at once and in pieces.
    pub(super) fn run(&mut self, case: &Case, cuts: &Cuts) -> CaseResult {
        let (status, problem) = match &case.given {
            Given::Text(text) => match self.problem(case, text, cuts) {
                None => (Status::Passed, None),
                Some(problem) => (Status::Failed, Some(problem)),
            },
            Given::Body(_) => (Status::Skipped, Some("this version does not examine bodies".to_owned())),
        };
        CaseResult { name: case.name.clone(), status, problem }
    }

    fn problem(&mut self, case: &Case, text: &str, cuts: &Cuts) -> Option<String> {
        let assessment = self.guardrail.assess(case.source, text);
        for finding in assessment.findings() {
            self.reached.insert((finding.kind(), finding.rule().to_owned()));
        }
        let got = (assessment.outcome(), assessment.apply(text));
        let as_expected = match &case.expected {
            Expected::Passes => assessment.outcome() == Outcome::Passed,
            Expected::Masked(masked) => got == (Outcome::Masked, masked),
            Expected::BlockedBy(rules) => {
                let blockers: HashSet<&str> =
                    assessment.findings().iter().filter(|finding| blocks(finding)).map(banister::Finding::rule).collect();
                assessment.is_blocked() && rules.iter().all(|rule| blockers.contains(rule.as_str()))
            }
        };
        if !as_expected {
            return Some(format!("expected: {}\n     got: {}", expected(&case.expected), found(&assessment, text)));
        }
        cuts.compare(&self.guardrail, case.source, text).err()
    }
}

fn expected(expected: &Expected) -> String {
    match expected {
        Expected::Passes => "passed".to_owned(),
        Expected::Masked(text) => format!("masked {text:?}"),
        Expected::BlockedBy(rules) => format!("blocked by {}", rules.join(", ")),
    }
}

fn found(assessment: &Assessment, text: &str) -> String {
    let mut found = outcome_name(assessment.outcome()).to_owned();
    if let Some(masked) = assessment.masked_text() {
        found.push_str(&format!(" {masked:?}"));
    }
    for finding in assessment.findings() {
        let span = finding.span();
        found.push_str(&format!(
            "\n          {} ({}) {} at {}..{} {:?}",
            finding.rule(),
            kind_name(finding.kind()),
            finding.action(),
            span.start(),
            span.end(),
            &text[span.range()],
        ));
    }
    found
}
