//! Runs the cases of a test suite.

use std::collections::HashSet;
use std::fmt;

use banister::{ActionTaken, Finding, Guardrail, Outcome, Policy, RuleKind, Source};
use banister_evasion::{Level, Technique};

use super::case_result::{CaseResult, CaseStatus, Measure, SampleResult, WrongText};
use crate::check::body::{self, UnknownContent};
use crate::check::splits::SplitTester;
use crate::response::blocks;
use crate::suite::{Case, CaseInput, Expected, ExpectedFinding, ExpectedOutcome, Sample};

/// Runs cases under one policy, and records the rules that they reach: those whose findings a case asserts.
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

    /// Returns the names of the rules of which no case asserts a finding.
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
        let measure = if expected.needs_findings() { Measure::Misses } else { Measure::FalseRefusals };
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
            is_body: false,
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
        let guarded = match body::inspect(&self.guardrail, case.source, text.as_bytes(), UnknownContent::Reject) {
            Ok(guarded) => guarded,
            Err(error) => return Some(error.to_string()),
        };
        let assessment = guarded.assessment();
        let masked = guarded.masked_body().map(|body| String::from_utf8_lossy(body).into_owned());
        let actual = ActualResult {
            outcome: assessment.outcome(),
            masked: masked.as_deref(),
            findings: assessment.findings().iter().map(|found| (found.finding(), found.pointer())).collect(),
            is_body: true,
        };
        self.problem(&case.expected, &actual)
    }

    fn problem(&mut self, expected: &Expected, actual: &ActualResult<'_>) -> Option<String> {
        for (finding, _) in actual.findings.iter().filter(|(finding, _)| asserts(expected, finding)) {
            self.reached.insert((finding.kind(), finding.rule().to_owned()));
        }
        let has_finding = |rule: &String| actual.findings.iter().any(|(found, _)| found.rule() == rule);
        let as_expected = expected.outcome.as_ref().is_none_or(|outcome| actual.has_outcome(outcome))
            && expected.detects.iter().all(has_finding)
            && !expected.not.iter().any(has_finding)
            && expected.findings.as_ref().is_none_or(|findings| actual.has_findings(findings));
        (!as_expected).then(|| format!("expected: {expected}\n  actual: {actual}"))
    }
}

/// Returns `true` if a case fails without this finding.
fn asserts(expected: &Expected, finding: &Finding) -> bool {
    let is_shown = finding.within().is_none();
    let by_outcome = match &expected.outcome {
        Some(ExpectedOutcome::Masked(_)) => {
            is_shown && matches!(finding.action(), ActionTaken::Anonymized | ActionTaken::Replaced)
        }
        Some(ExpectedOutcome::BlockedBy(rules)) => blocks(finding) && rules.iter().any(|rule| rule == finding.rule()),
        Some(ExpectedOutcome::Passes) | None => false,
    };
    by_outcome
        || (is_shown && expected.findings.is_some())
        || expected.detects.iter().any(|rule| rule == finding.rule())
}

/// Returns matched text as a technique writes it, or `None` if no setting detects that for this kind of rule.
fn disguise(technique: &Technique, kind: RuleKind, found: &str) -> Option<String> {
    match kind {
        RuleKind::Pii => technique.apply_to_value(found),
        RuleKind::Topic if technique.topics() == Level::Never => None,
        RuleKind::Topic | RuleKind::Word if technique.words() != Level::Never => technique.apply(found),
        RuleKind::Content if technique.words() == Level::Standard => technique.apply(found),
        _ => None,
    }
}

/// The actual result of a case; each finding with its text or pointer.
struct ActualResult<'a> {
    outcome: Outcome,
    masked: Option<&'a str>,
    findings: Vec<(&'a Finding, &'a str)>,
    /// The findings have pointers, not text.
    is_body: bool,
}

impl ActualResult<'_> {
    fn has_outcome(&self, expected: &ExpectedOutcome) -> bool {
        match expected {
            ExpectedOutcome::Passes => self.outcome == Outcome::Passed,
            ExpectedOutcome::Masked(text) => self.outcome == Outcome::Masked && self.masked == Some(text),
            ExpectedOutcome::BlockedBy(rules) => {
                let is_blocker =
                    |rule: &String| self.findings.iter().any(|(found, _)| blocks(found) && found.rule() == rule);
                self.outcome == Outcome::Blocked && rules.iter().all(is_blocker)
            }
        }
    }

    /// Compares all findings that are not within another one, in order.
    fn has_findings(&self, expected: &[ExpectedFinding]) -> bool {
        let shown: Vec<_> = self.findings.iter().filter(|(finding, _)| finding.within().is_none()).collect();
        shown.len() == expected.len()
            && shown.iter().zip(expected).all(|((finding, what), one)| self.is(finding, what, one))
    }

    fn is(&self, finding: &Finding, what: &str, expected: &ExpectedFinding) -> bool {
        let ExpectedFinding { rule, text, start, end, action, pointer } = expected;
        let (found_text, found_pointer) =
            if self.is_body { (finding.matched_text(), Some(what)) } else { (Some(what), None) };
        finding.rule() == rule
            && start.is_none_or(|start| start == finding.span().start())
            && end.is_none_or(|end| end == finding.span().end())
            && action.is_none_or(|action| action == finding.action())
            && text.as_deref().is_none_or(|text| found_text == Some(text))
            && pointer.as_deref().is_none_or(|pointer| found_pointer == Some(pointer))
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
