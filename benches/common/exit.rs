//! The end of a bench that counts.

use std::fmt::Display;
use std::process::ExitCode;

/// Prints the error, if there is one, and returns the exit code.
pub(crate) fn exit_code(result: Result<(), impl Display>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
