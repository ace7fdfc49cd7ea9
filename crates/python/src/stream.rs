//! Text that arrives in chunks.

use std::sync::{Mutex, MutexGuard};

use banister::{Policy, StreamGuard as LibraryGuard};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;

use crate::assessment::Assessment;
use crate::contain::detached;
use crate::direction::source;
use crate::error::GuardError;
use crate::guardrail::{Conversation, Guardrail};
use crate::offsets::Offsets;

/// Evaluates text that arrives in chunks.
///
/// What `push` and `finish` return, joined, is the text with replacements in place of masked spans, however it was split. Text is
/// buffered only while it may still be part of a finding. If the source of the text fails, drop the guard without calling `finish`.
#[pyclass(frozen, module = "banister")]
#[derive(Debug)]
pub(crate) struct StreamGuard {
    policy: Policy,
    /// Locked without the GIL, so that threads that share a guard wait for each other and not for Python.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    guard: LibraryGuard,
    offsets: Offsets,
    is_finished: bool,
}

impl StreamGuard {
    fn with<T: Send>(&self, py: Python<'_>, with: impl FnOnce(MutexGuard<'_, State>) -> T + Send) -> PyResult<T> {
        let result = detached(py, || self.state.lock().ok().map(with))?;
        result.ok_or_else(|| GuardError::new_err("an internal error ended the stream"))
    }

    /// Reads on, unless the stream is finished.
    fn open(&self, py: Python<'_>, with: impl FnOnce(&mut State) -> String + Send) -> PyResult<String> {
        let released = self.with(py, |mut state| (!state.is_finished).then(|| with(&mut state)))?;
        released.ok_or_else(|| PyValueError::new_err("the stream is finished; create a StreamGuard for each stream"))
    }
}

#[pymethods]
impl StreamGuard {
    #[new]
    #[pyo3(signature = (guardrail, direction, *, conversation=None))]
    fn new(guardrail: &Guardrail, direction: &str, conversation: Option<&Conversation>) -> PyResult<Self> {
        let source = source(direction)?;
        let conversation = conversation.map(|conversation| conversation.inner.clone()).unwrap_or_default();
        let guard = LibraryGuard::with_conversation(&guardrail.inner, source, &conversation);
        let state = State { guard, offsets: Offsets::default(), is_finished: false };
        Ok(Self { policy: guardrail.inner.policy().clone(), state: Mutex::new(state) })
    }

    /// Evaluates the next chunk, and returns the text that is safe to release. After a block that is nothing.
    ///
    /// Raises `ValueError` after `finish`, and `UnicodeEncodeError` for a surrogate.
    fn push(&self, py: Python<'_>, chunk: PyBackedStr) -> PyResult<String> {
        self.open(py, |state| {
            state.offsets.push(&chunk);
            state.guard.push(&chunk).to_owned()
        })
    }

    /// Ends the text, and returns the rest that is safe to release.
    ///
    /// Raises `ValueError` if the stream is finished already.
    fn finish(&self, py: Python<'_>) -> PyResult<String> {
        self.open(py, |state| {
            state.is_finished = true;
            state.guard.finish().to_owned()
        })
    }

    /// Whether the text is blocked. The message for the caller is `assessment.message`.
    #[getter]
    fn is_blocked(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |state| state.guard.is_blocked())
    }

    /// Whether `finish` was called.
    #[getter]
    fn is_finished(&self, py: Python<'_>) -> PyResult<bool> {
        self.with(py, |state| state.is_finished)
    }

    /// The number of bytes of text currently buffered.
    #[getter]
    fn buffered_bytes(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |state| state.guard.buffered_bytes())
    }

    /// The assessment so far.
    #[getter]
    fn assessment(&self, py: Python<'_>) -> PyResult<Assessment> {
        self.with(py, |state| Assessment::of_stream(&self.policy, &state.offsets, state.guard.assessment()))
    }
}
