//! The chain of decision records in a unit, which may be a part of a log.

use banister::{ChainProblemKind, ChainReport, ChainVerifier};
use serde::{Deserialize, Serialize};

use super::labels::{Labels, digest};
use super::lines::Line;

/// The maximum number of chains that a unit may hold, and a receipt describes.
const MAX_CHAINS: usize = 1000;

/// The maximum number of problems that a receipt locates. All are counted.
const MAX_PROBLEMS: usize = 20;

/// A chain of decision records, or the part of it that is in a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainReceipt {
    /// The last writer.
    pub writer: String,
    /// The number of the line of the first record.
    pub line: u64,
    /// The number of the first record.
    pub first: u64,
    /// The hash that the first record names as that of the record before.
    pub before: String,
    /// The number of the last record.
    pub last: u64,
    /// The hash of the last record.
    pub hash: String,
    /// The last writer ended in an orderly way.
    pub closed: bool,
}

/// A problem of a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainFault {
    /// The number of the line.
    pub line: u64,
    /// The problem: `changed`, `replaced`, `missing`, `out_of_order`, `not_a_record`, `too_long` or `too_many_chains`.
    pub problem: String,
}

/// What a unit holds of chains.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chains {
    /// The number of records.
    pub records: u64,
    /// The chains, by their last writer.
    pub chains: Vec<ChainReceipt>,
    /// The number of problems.
    pub problems: u64,
    /// The first problems.
    pub located: Vec<ChainFault>,
}

/// Verifies the chain of a unit, from its first decision record on.
pub(super) struct ChainScan {
    verifier: ChainVerifier,
    /// The number of lines before the first decision record.
    skipped: u64,
}

impl ChainScan {
    /// Begins with this line.
    pub(super) fn new(first: Line) -> Self {
        let mut verifier = ChainVerifier::new();
        // Other units may precede this one: rotated files of a log. The receipts are linked when the audit is finalized.
        verifier.expect_any_beginning();
        verifier.limit_chains(MAX_CHAINS);
        Self { verifier, skipped: first.number.saturating_sub(1) }
    }

    /// Verifies the next line.
    pub(super) fn line(&mut self, line: Line, bytes: &[u8]) {
        match (line.is_long, line.is_terminated) {
            (true, _) => self.verifier.long_line(),
            (false, true) => self.verifier.line(bytes),
            (false, false) => self.verifier.unfinished_line(bytes),
        }
    }

    /// Ends the unit.
    pub(super) fn finish(self, labels: &mut Labels<'_>) -> Chains {
        let report = self.verifier.finish();
        // An incomplete last line is in the quarantine.
        let torn = report.problems().iter().filter(|problem| *problem.kind() == ChainProblemKind::Torn).count() as u64;
        let faults = report.problems().iter().filter(|problem| *problem.kind() != ChainProblemKind::Torn);
        let fault =
            |line: u64, kind| ChainFault { line: line.saturating_add(self.skipped), problem: code(kind).to_owned() };
        Chains {
            records: report.records(),
            chains: receipts(&report, self.skipped, labels),
            problems: report.problem_count().saturating_sub(torn),
            located: faults.map(|problem| fault(problem.line(), problem.kind())).take(MAX_PROBLEMS).collect(),
        }
    }
}

fn receipts(report: &ChainReport, skipped: u64, labels: &mut Labels<'_>) -> Vec<ChainReceipt> {
    let chains = report.chains().iter();
    chains
        .map(|chain| ChainReceipt {
            writer: labels.writer(chain.writer()),
            line: chain.first_line().saturating_add(skipped),
            first: chain.first_seq(),
            before: digest(chain.before().hash()),
            last: chain.head().seq(),
            hash: digest(chain.head().hash()),
            closed: chain.is_closed(),
        })
        .collect()
}

fn code(kind: &ChainProblemKind) -> &'static str {
    match kind {
        ChainProblemKind::Changed => "changed",
        ChainProblemKind::Replaced => "replaced",
        ChainProblemKind::Missing { .. } => "missing",
        ChainProblemKind::OutOfOrder { .. } => "out_of_order",
        ChainProblemKind::TooLong => "too_long",
        ChainProblemKind::TooManyChains { .. } => "too_many_chains",
        // The others need settings that an audit does not use.
        _ => "not_a_record",
    }
}
