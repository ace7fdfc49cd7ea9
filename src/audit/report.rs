//! The result of verifying a decision log.

use super::chain::ChainHead;
use super::problem::ChainProblem;

/// The result of verifying a decision log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainReport {
    pub(super) records: u64,
    pub(super) lost: u64,
    pub(super) torn: u64,
    pub(super) chains: Vec<ChainSummary>,
    pub(super) problems: Vec<ChainProblem>,
    pub(super) problem_count: u64,
}

/// One chain of a decision log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainSummary {
    pub(super) writer: String,
    pub(super) before: ChainHead,
    pub(super) first_line: u64,
    pub(super) head: ChainHead,
    pub(super) is_closed: bool,
}

impl ChainReport {
    /// Returns `true` if nothing is wrong. Records may have been lost all the same: see [`lost`](Self::lost).
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.problem_count == 0
    }

    /// Returns the number of records.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Returns the number of records that writers lost and counted, because the log was full or too slow.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Returns the number of lines that a crashed writer left incomplete, and that the next writer recorded.
    #[must_use]
    pub fn torn(&self) -> u64 {
        self.torn
    }

    /// Returns the chains, by their last writer.
    #[must_use]
    pub fn chains(&self) -> &[ChainSummary] {
        &self.chains
    }

    /// Returns the first thousand problems.
    #[must_use]
    pub fn problems(&self) -> &[ChainProblem] {
        &self.problems
    }

    /// Returns the number of problems.
    #[must_use]
    pub fn problem_count(&self) -> u64 {
        self.problem_count
    }
}

impl ChainSummary {
    /// Returns the writer of the last record.
    #[must_use]
    pub fn writer(&self) -> &str {
        &self.writer
    }

    /// Returns the number of the first record.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.before.seq().saturating_add(1)
    }

    /// Returns the number of the line of the first record in its file.
    #[must_use]
    pub fn first_line(&self) -> u64 {
        self.first_line
    }

    /// Returns the record that the first one names as the one before it: in a whole log, that of [`ChainHead::default`].
    #[must_use]
    pub fn before(&self) -> &ChainHead {
        &self.before
    }

    /// Returns the last record. Keep it where the writer cannot change it, to see later that no record was removed from the end.
    #[must_use]
    pub fn head(&self) -> &ChainHead {
        &self.head
    }

    /// Returns `true` if the writer ended in an orderly way. Otherwise it is still running or crashed, or the end of the chain was removed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }
}
