//! Runs one case.

use std::collections::HashSet;
use std::fmt;

use banister::{Finding, Guardrail, Outcome, Policy, RuleKind, Source};
use banister_evasion::{Level, Technique};

use super::outcome::{CaseResult, Measure, SampleResult, Status, WrongText};
use super::suite::{Case, Expected, Given, Sample};
use crate::check::body;
use crate::check::cuts::Cuts;
use crate::response::blocks;

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

    /// Runs a case: a text at once and in pieces, a body as it is.
    pub(super) fn run(&mut self, case: &Case, cuts: &Cuts) -> CaseResult {
        let problem = match &case.given {
            Given::Text(text) => self
                .text(case.source, &case.expected, text)
                .or_else(|| cuts.compare(&self.guardrail, case.source, text).err())
                .or_else(|| self.evasion(case, text, cuts)),
            Given::Body(body) => self.body(case, body),
        };
        let status = if problem.is_none() { Status::Passed } else { Status::Failed };
        CaseResult { name: case.name.clone(), status, problem }
    }

    /// Runs a sample. What differs between ways to cut the text is a failure, whatever is allowed.
    pub(super) fn sample(&mut self, sample: &Sample, cuts: &Cuts) -> SampleResult {
        let Sample { name, source, texts, expected, allowed } = sample;
        let mut wrong = Vec::new();
        let mut differs = None;
        for text in texts {
            let problem = self.text(*source, expected, text);
            wrong.extend(problem.map(|problem| WrongText { text: text.clone(), problem }));
            differs = differs.or_else(|| cuts.compare(&self.guardrail, *source, text).err());
        }
        let measure = if matches!(expected, Expected::Passes) { Measure::FalseRefusals } else { Measure::Misses };
        let is_right = wrong.len() <= *allowed && differs.is_none();
        let status = if is_right { Status::Passed } else { Status::Failed };
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
        let got = Got {
            outcome: assessment.outcome(),
            masked: assessment.masked_text(),
            findings: assessment.findings().iter().map(|finding| (finding, &text[finding.span().range()])).collect(),
        };
        self.problem(expected, &got)
    }

    /// Writes what is found in the text in each way that the case asks for. Returns the first way in which something is no longer found.
    fn evasion(&self, case: &Case, text: &str, cuts: &Cuts) -> Option<String> {
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
                if let Err(problem) = cuts.compare(&self.guardrail, case.source, &evasion) {
                    return Some(format!("evasion {}: {problem}", technique.name()));
                }
            }
        }
        None
    }

    fn body(&mut self, case: &Case, text: &str) -> Option<String> {
        let guarded = match body::examine(&self.guardrail, case.source, text.as_bytes()) {
            Ok(guarded) => guarded,
            Err(error) => return Some(error.to_string()),
        };
        let assessment = guarded.assessment();
        let masked = guarded.masked_body().map(|body| String::from_utf8_lossy(body).into_owned());
        let got = Got {
            outcome: assessment.outcome(),
            masked: masked.as_deref(),
            findings: assessment.findings().iter().map(|found| (found.finding(), found.pointer())).collect(),
        };
        self.problem(&case.expected, &got)
    }

    fn problem(&mut self, expected: &Expected, got: &Got<'_>) -> Option<String> {
        for (finding, _) in &got.findings {
            self.reached.insert((finding.kind(), finding.rule().to_owned()));
        }
        let as_expected = match expected {
            Expected::Passes => got.outcome == Outcome::Passed,
            Expected::Masked(text) => got.outcome == Outcome::Masked && got.masked == Some(text),
            Expected::BlockedBy(rules) => {
                let is_blocker =
                    |rule: &String| got.findings.iter().any(|(found, _)| blocks(found) && found.rule() == rule);
                got.outcome == Outcome::Blocked && rules.iter().all(is_blocker)
            }
        };
        (!as_expected).then(|| format!("expected: {expected}\n     got: {got}"))
    }
}

/// Returns what a rule of this kind found as a technique writes it; `None` if no level sees through that.
fn disguise(technique: &Technique, kind: RuleKind, found: &str) -> Option<String> {
    match kind {
        RuleKind::Pii => technique.apply_to_value(found),
        RuleKind::Topic if technique.topics() == Level::Never => None,
        RuleKind::Topic | RuleKind::Word if technique.words() != Level::Never => technique.apply(found),
        _ => None,
    }
}

/// What came of a case; with each finding the text or the place of it.
struct Got<'a> {
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

impl fmt::Display for Got<'_> {
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
