//! Keeps panics out of Python. Their message may quote text, and would be in an exception and on standard error.

use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe};

use pyo3::prelude::*;

use crate::error::BanisterError;

/// Sets what this library, and nothing else in the process, does about a panic: it prints the location alone.
pub(crate) fn print_locations() {
    panic::set_hook(Box::new(|panic| {
        let location = panic.location().map_or(String::new(), |location| format!(" at {location}"));
        // Without standard error there is nowhere to print.
        let _ = writeln!(std::io::stderr(), "banister: internal error{location}, please report it");
    }));
}

/// Runs work that reads text. A panic becomes an exception without its message.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> PyResult<T> {
    // What the work left in between is behind a lock that is poisoned, or is dropped.
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        BanisterError::new_err("an internal error of Banister ended the call; its location is on standard error")
    })
}

/// Runs work that reads text, while other threads use Python.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| contained(work))
}

/// Adds a function that panics with a message, for the test of what becomes of it. A release has none.
pub(crate) fn add_test_panic(module: &Bound<'_, PyModule>) -> PyResult<()> {
    #[pyfunction]
    fn _panic(py: Python<'_>, message: String) -> PyResult<()> {
        detached(py, || panic!("{message}"))
    }

    if cfg!(debug_assertions) && std::env::var_os("BANISTER_TEST_PANIC").is_some() {
        module.add_function(wrap_pyfunction!(_panic, module)?)?;
    }
    Ok(())
}
