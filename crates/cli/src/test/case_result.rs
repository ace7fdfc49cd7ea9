//! The result of a case.

use std::fmt;

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct CaseResult {
    pub(crate) name: String,
    pub(crate) status: CaseStatus,
    /// The difference between expected and actual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CaseStatus {
    /// As expected.
    Passed,
    /// Otherwise.
    Failed,
}

#[derive(Debug, Serialize)]
pub(crate) struct SampleResult {
    pub(crate) name: String,
    pub(crate) status: CaseStatus,
    pub(crate) measure: Measure,
    /// Number of strings.
    pub(crate) texts: usize,
    /// Number of strings that may go wrong.
    pub(crate) allowed: usize,
    pub(crate) wrong: Vec<WrongText>,
    /// A difference between splits of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
}

impl SampleResult {
    /// Returns the problems, in lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        let Self { measure, allowed, wrong, problem, .. } = self;
        let mut lines = vec![format!("{measure}: {}, {allowed} allowed", Rate::of(self))];
        for WrongText { text, problem } in wrong {
            lines.push(format!("{text:?}"));
            lines.extend(problem.lines().map(|line| format!("  {line}")));
        }
        lines.extend(problem.iter().flat_map(|problem| problem.lines()).map(str::to_owned));
        lines
    }
}

/// A string of a sample that went wrong.
#[derive(Debug, Serialize)]
pub(crate) struct WrongText {
    pub(crate) text: String,
    pub(crate) problem: String,
}

/// What a sample measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Measure {
    /// Strings that should pass.
    FalseRefusals,
    /// Strings that should be blocked.
    Misses,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FalseRefusals => "false refusals",
            Self::Misses => "misses",
        })
    }
}

/// A number of strings, and how many of them went wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
    wrong: usize,
    of: usize,
}

impl Rate {
    /// Returns the rate of a sample.
    pub(crate) fn of(sample: &SampleResult) -> Self {
        Self { wrong: sample.wrong.len(), of: sample.texts }
    }
}

impl std::iter::Sum for Rate {
    fn sum<I: Iterator<Item = Self>>(rates: I) -> Self {
        rates.fold(Self::default(), |sum, rate| Self { wrong: sum.wrong + rate.wrong, of: sum.of + rate.of })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wrong, of } = *self;
        let percent = 100.0 * wrong as f64 / of.max(1) as f64;
        write!(f, "{wrong} of {of} ({percent:.1} %)")
    }
}
