//! Errors as exceptions, with the messages of the library.

use banister::PolicyError as LibraryError;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyList;

pyo3::create_exception!(banister, BanisterError, PyException, "The base of all errors of this package.");
pyo3::create_exception!(
    banister,
    PolicyError,
    BanisterError,
    "A policy that cannot be compiled. `problems` lists every problem."
);
pyo3::create_exception!(
    banister,
    GuardError,
    BanisterError,
    "A call that the guardrail could not inspect, because something changed it or its response on the way."
);
pyo3::create_exception!(banister, AuditError, BanisterError, "The error that stops an audit.");

/// A problem of a policy file: what is wrong, at which path and line, and what helps.
#[pyclass(frozen, get_all, module = "banister")]
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    message: String,
    path: String,
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    help: Option<String>,
}

#[pymethods]
impl Problem {
    fn __repr__(&self) -> String {
        let line = self.line.map_or("None".to_owned(), |line| line.to_string());
        format!("Problem(message={:?}, path={:?}, line={line})", self.message, self.path)
    }
}

/// Returns the exception of a policy error.
pub(crate) fn policy(py: Python<'_>, error: &LibraryError) -> PyErr {
    let exception = PolicyError::new_err(error.to_string());
    let problems = error.problems().map(|problem| Problem {
        message: problem.message().to_owned(),
        path: problem.path().to_owned(),
        file: problem.file().to_owned(),
        line: problem.line(),
        column: problem.column(),
        help: problem.help().map(str::to_owned),
    });
    let set = PyList::new(py, problems.collect::<Vec<_>>())
        .and_then(|problems| exception.value(py).setattr("problems", problems));
    set.err().unwrap_or(exception)
}

/// Returns the exception of an audit error.
pub(crate) fn audit(error: &banister_audit::AuditError) -> PyErr {
    AuditError::new_err(error.to_string())
}
