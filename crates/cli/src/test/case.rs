//! Runs the cases of a test suite.

use std::collections::HashSet;
use std::fmt;

use banister::{Finding, Guardrail, Outcome, Policy, RuleKind, Source};
use banister_evasion::{Level, Technique};

use super::case_result::{CaseResult, CaseStatus, Measure, SampleResult, WrongText};
use super::suite::{Case, CaseInput, Expected, Sample};
use crate::check::body;
use crate::check::splits::SplitTester;
use crate::response::blocks;

/// Runs cases under one policy, and records the rules that they reach.
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

    /// Returns the names of the rules without a finding in any case.
    pub(super) fn unreached(&self) -> Vec<String> {
        let rules = self.policy().rules().map(|rule| (rule.kind(), rule.name().to_owned()));
        rules.filter(|rule| !self.reached.contains(rule)).map(|(_, name)| name).collect()
    }

    /// Runs a case: text whole and as a stream, a body as it is.
    pub(super) fn run(&mut self, case: &Case, split_tester: &SplitTester) -> CaseResult {
        let problem = match &case.input {
            CaseInput::Text(text) => self
                .text(case.source, &case.expected, text)
                .or_else(|| split_tester.compare(&self.guardrail, case.source, text).err())
                .or_else(|| self.evasion(case, text, split_tester)),
            CaseInput::Body(body) => self.body(case, body),
        };
        let status = if problem.is_none() { CaseStatus::Passed } else { CaseStatus::Failed };
        CaseResult { name: case.name.clone(), status, problem }
    }

    /// Runs a sample. A difference between splits of the text is a failure, whatever the sample allows.
    pub(super) fn sample(&mut self, sample: &Sample, split_tester: &SplitTester) -> SampleResult {
        let Sample { name, source, texts, expected, allowed } = sample;
        let mut wrong = Vec::new();
        let mut differs = None;
        for text in texts {
            let problem = self.text(*source, expected, text);
            wrong.extend(problem.map(|problem| WrongText { text: text.clone(), problem }));
            differs = differs.or_else(|| split_tester.compare(&self.guardrail, *source, text).err());
        }
        let measure = if matches!(expected, Expected::Passes) { Measure::FalseRefusals } else { Measure::Misses };
        let is_right = wrong.len() <= *allowed && differs.is_none();
        let status = if is_right { CaseStatus::Passed } else { CaseStatus::Failed };
        SampleResult {
            name: name.clone(),
            status,
            measure,
            texts: texts.len(),
            allowed: *allowed,
            wrong,
            problem: differs,
        }
    }

    fn text(&mut self, source: Source, expected: &Expected, text: &str) -> Option<String> {
        let assessment = self.guardrail.assess(source, text);
        let actual = ActualResult {
            outcome: assessment.outcome(),
            masked: assessment.masked_text(),
            findings: assessment.findings().iter().map(|finding| (finding, &text[finding.span().range()])).collect(),
        };
        self.problem(expected, &actual)
    }

    /// Disguises the findings in the text by each technique of the case. Returns the first technique by which one is no longer found.
    fn evasion(&self, case: &Case, text: &str, split_tester: &SplitTester) -> Option<String> {
        let assessment = self.guardrail.assess(case.source, text);
        for technique in &case.evasions {
            for finding in assessment.findings() {
                let span = finding.span().range();
                let found = text.get(span.clone()).unwrap_or_default();
                let Some(written) = disguise(technique, finding.kind(), found) else { continue };
                let evasion = [&text[..span.start], &written, &text[span.end..]].concat();
                let again = self.guardrail.assess(case.source, &evasion);
                let is_found = again.findings().iter().any(|other| other.rule() == finding.rule());
                if !is_found || again.outcome() != assessment.outcome() {
                    let (name, rule) = (technique.name(), finding.rule());
                    return Some(format!("evasion {name}: {rule} does not find {written:?} in {evasion:?}"));
                }
                if let Err(problem) = split_tester.compare(&self.guardrail, case.source, &evasion) {
                    return Some(format!("evasion {}: {problem}", technique.name()));
                }
            }
        }
        None
    }

    fn body(&mut self, case: &Case, text: &str) -> Option<String> {
        let guarded = match body::inspect(&self.guardrail, case.source, text.as_bytes()) {
            Ok(guarded) => guarded,
            Err(error) => return Some(error.to_string()),
        };
        let assessment = guarded.assessment();
        let masked = guarded.masked_body().map(|body| String::from_utf8_lossy(body).into_owned());
        let actual = ActualResult {
            outcome: assessment.outcome(),
            masked: masked.as_deref(),
            findings: assessment.findings().iter().map(|found| (found.finding(), found.pointer())).collect(),
        };
        self.problem(&case.expected, &actual)
    }

    fn problem(&mut self, expected: &Expected, actual: &ActualResult<'_>) -> Option<String> {
        for (finding, _) in &actual.findings {
            self.reached.insert((finding.kind(), finding.rule().to_owned()));
        }
        let as_expected = match expected {
            Expected::Passes => actual.outcome == Outcome::Passed,
            Expected::Masked(text) => actual.outcome == Outcome::Masked && actual.masked == Some(text),
            Expected::BlockedBy(rules) => {
                let is_blocker =
                    |rule: &String| actual.findings.iter().any(|(found, _)| blocks(found) && found.rule() == rule);
                actual.outcome == Outcome::Blocked && rules.iter().all(is_blocker)
            }
        };
        (!as_expected).then(|| format!("expected: {expected}\n  actual: {actual}"))
    }
}

/// Returns matched text as a technique writes it, or `None` if no setting detects that for this kind of rule.
fn disguise(technique: &Technique, kind: RuleKind, found: &str) -> Option<String> {
    match kind {
        RuleKind::Pii => technique.apply_to_value(found),
        RuleKind::Topic if technique.topics() == Level::Never => None,
        RuleKind::Topic | RuleKind::Word if technique.words() != Level::Never => technique.apply(found),
        _ => None,
    }
}

/// The actual result of a case; each finding with its text or pointer.
struct ActualResult<'a> {
    outcome: Outcome,
    masked: Option<&'a str>,
    findings: Vec<(&'a Finding, &'a str)>,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passes => f.write_str("passed"),
            Self::Masked(text) => write!(f, "masked {text:?}"),
            Self::BlockedBy(rules) => write!(f, "blocked by {}", rules.join(", ")),
        }
    }
}

impl fmt::Display for ActualResult<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.outcome)?;
        if let Some(masked) = self.masked {
            write!(f, " {masked:?}")?;
        }
        for (finding, what) in &self.findings {
            let (rule, kind, span) = (finding.rule(), finding.kind(), finding.span());
            let (start, end) = (span.start(), span.end());
            write!(f, "\n          {rule} ({kind}) {} at {start}..{end} {what:?}", finding.action())?;
        }
        Ok(())
    }
}
