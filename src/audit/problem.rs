//! What is wrong with a decision log.

use std::fmt;
use std::sync::Arc;

/// Something wrong with a decision log, and the line where it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainProblem {
    pub(super) file: Option<Arc<str>>,
    pub(super) line: u64,
    pub(super) kind: ChainProblemKind,
}

/// The kind of a [`ChainProblem`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainProblemKind {
    /// The line is not a decision record.
    NotARecord,
    /// The line is longer than any record.
    TooLong,
    /// The record does not have the hash that it states: it was changed.
    Changed,
    /// The record names another hash than the record before has: that one was replaced.
    Replaced,
    /// Another number was expected: records were removed or reordered.
    Missing {
        /// The number that was expected.
        expected: u64,
        /// The number of the record.
        found: u64,
    },
    /// The number already occurred: the record was repeated or moved.
    OutOfOrder {
        /// The number that was expected.
        expected: u64,
        /// The number of the record.
        found: u64,
    },
    /// The chain does not begin here: the records before it are not in the input.
    Beginning {
        /// The number of the record.
        found: u64,
    },
    /// The record belongs to a chain beyond the limit, and was not linked.
    TooManyChains {
        /// The limit.
        limit: usize,
    },
    /// The last line is not complete: its writer is still writing, or crashed.
    Torn,
    /// The log does not contain an expected record: its end was removed, or it was written anew.
    HeadMissing {
        /// The number of the expected record.
        expected: u64,
        /// The number of the last record.
        last: u64,
    },
}

impl ChainProblem {
    /// Returns the file, if the input has a name.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// Returns the number of the line in its file; the first is 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn kind(&self) -> &ChainProblemKind {
        &self.kind
    }
}

impl fmt::Display for ChainProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}, ", file.escape_debug())?;
        }
        write!(f, "line {}: {}", self.line, self.kind)
    }
}

impl fmt::Display for ChainProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARecord => f.write_str("the line is not a decision record"),
            Self::TooLong => f.write_str("the line is too long for a decision record"),
            Self::Changed => f.write_str("the record was changed: its hash differs"),
            Self::Replaced => f.write_str("the record does not follow the one before it, which was replaced"),
            Self::Missing { expected, found } => {
                write!(f, "the record has number {found} instead of {expected}: records were removed or moved")
            }
            Self::OutOfOrder { expected, found } => {
                write!(f, "the record has number {found} instead of {expected}: it was repeated or moved")
            }
            Self::Beginning { found } => {
                write!(f, "the chain begins with number {found}: the records before it are missing")
            }
            Self::TooManyChains { limit } => {
                write!(
                    f,
                    "the log has more than {limit} chains: the record was not verified; verify fewer files at once"
                )
            }
            Self::Torn => f.write_str("the last line is incomplete: its writer is still writing, or crashed"),
            Self::HeadMissing { expected, last } if last < expected => {
                write!(f, "the log ends with number {last}, before the expected record {expected}: its end was removed")
            }
            Self::HeadMissing { expected, .. } => {
                write!(f, "the log has another record {expected} than expected: it was written anew")
            }
        }
    }
}
