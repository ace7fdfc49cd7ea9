//! Test suites of policies.

mod complete;
mod entry;
mod lines;
mod read;

use std::fmt;
use std::path::PathBuf;

use banister::{ActionTaken, Policy, Source};
use banister_evasion::Technique;

pub(crate) use self::entry::json_schema;
pub(crate) use self::read::{Policies, read};
use crate::policy::PolicyRef;
use crate::problem::Problem;
use crate::report::count;

/// A test suite.
#[derive(Debug)]
pub(crate) struct Suite {
    pub(crate) file: PathBuf,
    pub(crate) policy_ref: PolicyRef,
    pub(crate) policy: Policy,
    pub(crate) cases: Vec<Case>,
    pub(crate) samples: Vec<Sample>,
}

/// A test case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) input: CaseInput,
    pub(crate) expected: Expected,
    /// Techniques that must not change the result when they disguise the findings.
    pub(crate) evasions: Vec<&'static Technique>,
}

/// Many strings of text with the same expected result. Some may go wrong.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) texts: Vec<String>,
    pub(crate) expected: Expected,
    /// Number of strings that may go wrong.
    pub(crate) allowed: usize,
}

#[derive(Debug)]
pub(crate) enum CaseInput {
    /// Text.
    Text(String),
    /// A Bedrock request or response body.
    Body(String),
}

/// The expected result. What is not stated is not compared.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    pub(crate) outcome: Option<ExpectedOutcome>,
    /// Rules with a finding.
    pub(crate) detects: Vec<String>,
    /// Rules without one.
    pub(crate) not: Vec<String>,
    /// All findings, except those within another one.
    pub(crate) findings: Option<Vec<ExpectedFinding>>,
}

#[derive(Debug)]
pub(crate) enum ExpectedOutcome {
    /// The text passes unchanged.
    Passes,
    /// The text is masked to this.
    Masked(String),
    /// The text is blocked by each of these rules.
    BlockedBy(Vec<String>),
}

/// An expected finding. What is not stated is not compared.
#[derive(Debug)]
pub(crate) struct ExpectedFinding {
    pub(crate) rule: String,
    pub(crate) text: Option<String>,
    pub(crate) start: Option<usize>,
    pub(crate) end: Option<usize>,
    pub(crate) action: Option<ActionTaken>,
    pub(crate) pointer: Option<String>,
}

impl Suite {
    /// Returns the number of cases and samples.
    pub(crate) fn size(&self) -> String {
        match (self.cases.len(), self.samples.len()) {
            (cases, 0) => count(cases, "case"),
            (0, samples) => count(samples, "sample"),
            (cases, samples) => format!("{} and {}", count(cases, "case"), count(samples, "sample")),
        }
    }
}

impl Expected {
    /// Returns `true` if the case needs a finding.
    pub(crate) fn needs_findings(&self) -> bool {
        let by_outcome = matches!(self.outcome, Some(ExpectedOutcome::Masked(_) | ExpectedOutcome::BlockedBy(_)));
        by_outcome || !self.detects.is_empty() || self.findings.as_ref().is_some_and(|findings| !findings.is_empty())
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match &self.outcome {
            Some(ExpectedOutcome::Passes) => parts.push("passed".to_owned()),
            Some(ExpectedOutcome::Masked(text)) => parts.push(format!("masked {text:?}")),
            Some(ExpectedOutcome::BlockedBy(rules)) => parts.push(format!("blocked by {}", rules.join(", "))),
            None => {}
        }
        for (what, rules) in [("detected by", &self.detects), ("not detected by", &self.not)] {
            if !rules.is_empty() {
                parts.push(format!("{what} {}", rules.join(", ")));
            }
        }
        f.write_str(&parts.join("; "))?;
        let Some(findings) = &self.findings else { return Ok(()) };
        f.write_str(if parts.is_empty() { "these findings" } else { "; these findings" })?;
        findings.iter().try_for_each(|finding| write!(f, "\n          {finding}"))
    }
}

impl fmt::Display for ExpectedFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)?;
        if let Some(action) = self.action {
            write!(f, " {action}")?;
        }
        match (self.start, self.end) {
            (None, None) => {}
            (Some(start), Some(end)) => write!(f, " at {start}..{end}")?,
            (Some(start), None) => write!(f, " from {start}")?,
            (None, Some(end)) => write!(f, " to {end}")?,
        }
        if let Some(pointer) = &self.pointer {
            write!(f, " {pointer}")?;
        }
        self.text.as_ref().map_or(Ok(()), |text| write!(f, " {text:?}"))
    }
}

/// Returns problems as one message.
pub(crate) fn joined(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n\n")
}
