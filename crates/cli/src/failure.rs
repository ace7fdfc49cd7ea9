//! How a command ends.

use std::io::{self, Write as _};

/// The exit codes. The greater one stands when there are several reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// All is well.
    Passed = 0,
    /// The command found what it looks for.
    Found = 1,
    /// It could not be done, or not all of it.
    Failed = 2,
}

/// Why a command stops.
#[derive(Debug)]
pub(crate) enum Failure {
    /// To be told on standard error.
    Message(String),
    /// Nobody reads standard output any more. Nothing to be told.
    ClosedPipe,
}

impl Failure {
    /// A failure with this message.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// A failure to write to standard output.
    pub(crate) fn writing(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Message(format!("cannot write to standard output: {error}")),
        }
    }
}

/// Tells the user on standard error what could not be done.
pub(crate) fn complain(message: &str) {
    // There is no one to tell that standard error is closed.
    let _ = writeln!(io::stderr(), "banister: {message}");
}
