//! `banister test`.

mod case;
mod case_result;
mod junit;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use banister::Guardrail;
use serde::Serialize;

use self::case::Runner;
use self::case_result::{CaseResult, CaseStatus, Measure, Rate, SampleResult};
use crate::args::{TestArgs, TestFormat};
use crate::check::splits::SplitTester;
use crate::discovery;
use crate::failure::{Exit, Failure};
use crate::policy::PolicyRef;
use crate::progress;
use crate::report::{Out, Tone, count};
use crate::suite::{self, Policies, Suite};

/// The default directory.
const DIRECTORY: &str = "policies";

/// Fewer cases need no progress bar.
const MANY_CASES: usize = 500;

/// The result of all test suites.
#[derive(Debug, Serialize)]
pub(crate) struct TestReport {
    passed: usize,
    failed: usize,
    seed: u64,
    suites: Vec<SuiteResult>,
    coverage: Vec<RuleCoverage>,
}

/// The result of a test suite.
#[derive(Debug, Serialize)]
pub(crate) struct SuiteResult {
    file: String,
    policy: String,
    cases: Vec<CaseResult>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    samples: Vec<SampleResult>,
}

impl SuiteResult {
    /// Returns the status of each case and sample.
    fn statuses(&self) -> impl Iterator<Item = CaseStatus> {
        self.cases.iter().map(|case| case.status).chain(self.samples.iter().map(|sample| sample.status))
    }

    /// Writes the rates of the samples.
    fn write_rates(&self, out: &mut Out) -> Result<(), Failure> {
        for measure in [Measure::FalseRefusals, Measure::Misses] {
            let samples = || self.samples.iter().filter(|sample| sample.measure == measure);
            if samples().next().is_none() {
                continue;
            }
            out.paragraph("", 2, &format!("{}: {measure} {}", self.file, samples().map(Rate::of).sum::<Rate>()))?;
            for sample in samples() {
                out.paragraph("  ", 4, &format!("{}: {}, {} allowed", sample.name, Rate::of(sample), sample.allowed))?;
            }
        }
        Ok(())
    }
}

/// The rules of a policy that the cases reach.
#[derive(Debug, Serialize)]
struct RuleCoverage {
    policy: String,
    digest: String,
    rules: usize,
    reached: usize,
    unreached: Vec<String>,
}

/// Runs the command.
///
/// # Errors
///
/// If there are no test suites, one cannot be read, or a policy has errors.
pub(crate) fn run(args: &TestArgs, out: &mut Out) -> Result<Exit, Failure> {
    let suites = read(&args.paths)?;
    let split_tester = SplitTester::new(args.seed);
    let mut runners: HashMap<PolicyRef, Runner> = HashMap::new();
    let cases = suites.iter().map(|suite| suite.cases.len() + suite.samples.len()).sum();
    let bar = progress::count(cases, MANY_CASES);
    let mut results = Vec::new();
    for suite in &suites {
        let new = || Runner::new(Guardrail::new(suite.policy.clone()).dangerous_include_matches());
        let runner = runners.entry(suite.policy_ref.clone()).or_insert_with(new);
        let cases = suite.cases.iter().map(|case| {
            bar.inc(1);
            runner.run(case, &split_tester)
        });
        let cases = cases.collect();
        let samples = suite.samples.iter().map(|sample| {
            bar.inc(1);
            runner.sample(sample, &split_tester)
        });
        let samples = samples.collect();
        let (file, policy) = (suite.file.display().to_string(), suite.policy_ref.to_string());
        results.push(SuiteResult { file, policy, cases, samples });
    }
    bar.finish_and_clear();
    let report = TestReport::new(results, coverage(&runners), split_tester.seed());
    match args.format {
        TestFormat::Text => report.write(out)?,
        TestFormat::Json => out.json_pretty(&report)?,
        TestFormat::Junit => junit::write(&report, out)?,
    }
    Ok(if report.failed > 0 { Exit::Found } else { Exit::Passed })
}

/// Reads the test suites in these paths.
fn read(paths: &[PathBuf]) -> Result<Vec<Suite>, Failure> {
    let default = if Path::new(DIRECTORY).is_dir() { DIRECTORY } else { "." };
    let default = [PathBuf::from(default)];
    let paths = if paths.is_empty() { &default } else { paths };
    let files = discovery::files(paths, discovery::is_suite)?;
    if files.is_empty() {
        let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::new(format!("no test suite (*.test.yaml) in {}", paths.join(", "))));
    }
    let mut policies = Policies::default();
    let (mut suites, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match suite::read(file, &mut policies) {
            Ok(suite) => suites.push(suite),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        return Ok(suites);
    }
    Err(Failure::new(format!("the test suites have errors\n{}", suite::joined(&problems))))
}

/// Returns the rule coverage by policy, in the order of their names; all suites of a policy count together.
fn coverage(runners: &HashMap<PolicyRef, Runner>) -> Vec<RuleCoverage> {
    let sorted: BTreeMap<String, &Runner> = runners.iter().map(|(place, runner)| (place.to_string(), runner)).collect();
    let coverage = sorted.into_iter().map(|(place, runner)| {
        let unreached = runner.unreached();
        let policy = runner.policy();
        let rules = policy.rules().len();
        RuleCoverage {
            policy: place,
            digest: policy.digest().to_owned(),
            rules,
            reached: rules - unreached.len(),
            unreached,
        }
    });
    coverage.collect()
}

impl TestReport {
    fn new(suites: Vec<SuiteResult>, coverage: Vec<RuleCoverage>, seed: u64) -> Self {
        let count =
            |wanted: CaseStatus| suites.iter().flat_map(SuiteResult::statuses).filter(|&one| one == wanted).count();
        let (passed, failed) = (count(CaseStatus::Passed), count(CaseStatus::Failed));
        Self { passed, failed, seed, suites, coverage }
    }

    /// Writes failed cases, rule coverage, and the totals.
    fn write(&self, out: &mut Out) -> Result<(), Failure> {
        for suite in &self.suites {
            for case in suite.cases.iter().filter(|case| case.status == CaseStatus::Failed) {
                out.paragraph(&out.paint(Tone::Bad, "failed"), 2, &format!("  {}: {}", suite.file, case.name))?;
                for line in case.problem.iter().flat_map(|problem| problem.lines()) {
                    out.line(format_args!("  {line}"))?;
                }
            }
        }
        for suite in &self.suites {
            for sample in suite.samples.iter().filter(|sample| sample.status == CaseStatus::Failed) {
                out.paragraph(&out.paint(Tone::Bad, "failed"), 2, &format!("  {}: {}", suite.file, sample.name))?;
                for line in sample.lines() {
                    out.line(format_args!("  {line}"))?;
                }
            }
            suite.write_rates(out)?;
        }
        for coverage in &self.coverage {
            let RuleCoverage { policy, rules, reached, unreached, .. } = coverage;
            out.paragraph("", 2, &format!("{policy}: {reached} of {} reached", count(*rules, "rule")))?;
            if !unreached.is_empty() {
                out.paragraph("  no case for ", 4, &unreached.join(", "))?;
            }
        }
        let Self { passed, failed, seed, .. } = self;
        let tone = if *failed > 0 { Tone::Bad } else { Tone::Good };
        let sum = out.paint(tone, format!("{passed} passed, {failed} failed"));
        out.line(format_args!("{sum}  {}", out.paint(Tone::Quiet, format!("(seed {seed})"))))
    }
}
