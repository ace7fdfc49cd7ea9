//! Why an audit stops.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How much of the plan an audit covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AuditStatus {
    /// All of it.
    Complete,
    /// A part of it.
    Partial,
    /// Nothing.
    Failed,
}

impl fmt::Display for AuditStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
        })
    }
}

/// The error that stops an audit. Its message quotes no content.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuditError {
    /// The arguments do not fit.
    Usage(String),
    /// A file of the audit cannot be read or written. The scan can be resumed.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The audit is not complete. The scan can be resumed.
    Incomplete(String),
    /// The files of the audit do not agree: they were changed, or the scan was not deterministic.
    Integrity(Vec<String>),
}

impl AuditError {
    pub(super) fn io(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io { path: path.as_ref().to_owned(), error }
    }

    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub(super) fn integrity(problem: impl Into<String>) -> Self {
        Self::Integrity(vec![problem.into()])
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Incomplete(message) => f.write_str(message),
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Integrity(problems) => f.write_str(&problems.join("\n")),
        }
    }
}

impl std::error::Error for AuditError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}
