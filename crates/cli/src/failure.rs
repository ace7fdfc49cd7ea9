//! How a command ends: exit codes and errors.

use std::io::{self, Write as _};

use console::Term;

use crate::wrap::{terminal_width, wrap_message};

/// The exit codes. With several results, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Success.
    Passed = 0,
    /// Text was blocked, a test failed, or a policy has errors.
    Found = 1,
    /// The command could not complete.
    Failed = 2,
    /// An audit is not complete.
    Incomplete = 3,
    /// The files of an audit do not agree.
    Integrity = 4,
}

/// The error that stops a command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A message for standard error.
    Message(String),
    /// The reader has closed standard output. There is no message.
    ClosedPipe,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// Creates a failure to write to standard output.
    pub(crate) fn writing(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Message(format!("cannot write to standard output: {error}")),
        }
    }
}

/// Prints an error message on standard error.
pub(crate) fn print_error(message: &str) {
    // If standard error is closed, there is nowhere to print it.
    let width = terminal_width(&Term::stderr()).unwrap_or(usize::MAX);
    let message = format!("banister: {message}");
    for line in message.split('\n') {
        for line in wrap_message(line, width) {
            let _ = writeln!(io::stderr(), "{line}");
        }
    }
}
