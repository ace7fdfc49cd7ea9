//! Guardrails and conversations.

use std::path::PathBuf;

use banister::{Guardrail as LibraryGuardrail, Policy};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyType;

use crate::assessment::Assessment;
use crate::contain::detached;
use crate::direction::source;
use crate::error;

/// Where a policy came from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    Pack(String),
    File(PathBuf),
    Text(String),
}

/// A compiled policy, ready to evaluate text. Threads may share it.
#[pyclass(frozen, module = "banister")]
#[derive(Debug)]
pub(crate) struct Guardrail {
    pub(crate) inner: LibraryGuardrail,
    pub(crate) origin: Origin,
}

/// A conversation, in which `replacement: numbered` gives equal values equal numbers.
#[pyclass(frozen, module = "banister")]
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) inner: banister::Conversation,
}

#[pymethods]
impl Conversation {
    #[new]
    fn new() -> Self {
        Self::default()
    }
}

/// A policy file, or its text.
#[derive(FromPyObject)]
enum PolicySource {
    Text(String),
    Path(PathBuf),
}

impl Guardrail {
    /// Compiles a policy.
    pub(crate) fn load(py: Python<'_>, origin: Origin, hash_key: Option<Vec<u8>>) -> PyResult<Self> {
        let loaded = detached(py, || {
            let loader = Policy::loader().hash_key(hash_key);
            match &origin {
                Origin::Pack(name) => loader.from_pack(name),
                Origin::File(path) => loader.from_file(path),
                Origin::Text(text) => loader.from_yaml(text),
            }
        })?;
        let policy = loaded.map_err(|error| error::policy(py, &error))?;
        Ok(Self { inner: LibraryGuardrail::new(policy), origin })
    }

    fn with(&self, change: impl FnOnce(LibraryGuardrail) -> LibraryGuardrail) -> Self {
        Self { inner: change(self.inner.clone()), origin: self.origin.clone() }
    }
}

/// Text of one line that ends like the name of a policy file.
fn is_path(text: &str) -> bool {
    !text.contains(['\n', '\r']) && [".yaml", ".yml"].iter().any(|end| text.ends_with(end))
}

#[pymethods]
impl Guardrail {
    /// Compiles a policy.
    ///
    /// `policy` is the text of a policy file, or its path: any `os.PathLike`, or a `str` of one line that ends in `.yaml` or `.yml`.
    /// `hash_key` is the key of `replacement: hash`.
    ///
    /// Raises `PolicyError`, with all problems, if the policy has errors or cannot be read.
    #[classmethod]
    #[pyo3(signature = (policy, *, hash_key=None))]
    fn from_yaml(
        _: &Bound<'_, PyType>,
        py: Python<'_>,
        policy: PolicySource,
        hash_key: Option<Vec<u8>>,
    ) -> PyResult<Self> {
        let origin = match policy {
            PolicySource::Text(text) if is_path(&text) => Origin::File(text.into()),
            PolicySource::Text(text) => Origin::Text(text),
            PolicySource::Path(path) => Origin::File(path),
        };
        Self::load(py, origin, hash_key)
    }

    /// Compiles a policy file.
    ///
    /// Raises `PolicyError`, with all problems, if the policy has errors or cannot be read.
    #[classmethod]
    #[pyo3(signature = (path, *, hash_key=None))]
    fn from_file(_: &Bound<'_, PyType>, py: Python<'_>, path: PathBuf, hash_key: Option<Vec<u8>>) -> PyResult<Self> {
        Self::load(py, Origin::File(path), hash_key)
    }

    /// Compiles a policy pack.
    ///
    /// Raises `PolicyError` if there is no pack of this name.
    #[classmethod]
    #[pyo3(signature = (name="default", *, hash_key=None))]
    fn from_pack(_: &Bound<'_, PyType>, py: Python<'_>, name: &str, hash_key: Option<Vec<u8>>) -> PyResult<Self> {
        Self::load(py, Origin::Pack(name.to_owned()), hash_key)
    }

    /// Returns the names of the policy packs.
    #[staticmethod]
    fn pack_names() -> Vec<&'static str> {
        Policy::pack_names().to_vec()
    }

    /// The name of the policy.
    #[getter]
    fn name(&self) -> &str {
        self.inner.policy().name()
    }

    /// The description of the policy.
    #[getter]
    fn description(&self) -> Option<&str> {
        self.inner.policy().description()
    }

    /// The SHA-256 of the policy's meaning, in hexadecimal.
    #[getter]
    fn digest(&self) -> &str {
        self.inner.policy().digest()
    }

    /// The number of bytes of text that a stream buffers at most.
    #[getter]
    fn buffer_limit(&self) -> usize {
        self.inner.buffer_limit().bytes()
    }

    /// Returns a guardrail whose findings and responses contain the text that was matched.
    fn dangerous_include_matches(&self) -> Self {
        self.with(LibraryGuardrail::dangerous_include_matches)
    }

    /// Returns a guardrail whose findings contain the HMAC-SHA-256 of the text that was matched.
    fn with_fingerprints(&self, key: Vec<u8>) -> PyResult<Self> {
        if key.is_empty() {
            return Err(PyValueError::new_err("key: is empty, so that anybody could compute the fingerprints"));
        }
        Ok(self.with(|guardrail| guardrail.with_fingerprints(key)))
    }

    /// Returns a guardrail whose assessments contain the best score of each topic.
    fn with_topic_scores(&self) -> Self {
        self.with(LibraryGuardrail::with_topic_scores)
    }

    /// Evaluates some text, which goes to the model (`"input"`) or comes from it (`"output"`).
    ///
    /// Other threads run meanwhile. With `conversation`, `replacement: numbered` gives equal values equal numbers in all its text.
    #[pyo3(signature = (text, direction, *, conversation=None))]
    fn assess(
        &self,
        py: Python<'_>,
        text: PyBackedStr,
        direction: &str,
        conversation: Option<&Conversation>,
    ) -> PyResult<Assessment> {
        let source = source(direction)?;
        let conversation = conversation.map(|conversation| conversation.inner.clone()).unwrap_or_default();
        detached(py, || {
            let assessment = self.inner.assess_with(source, &text, &conversation);
            Assessment::of_text(self.inner.policy(), &text, assessment)
        })
    }

    fn __repr__(&self) -> String {
        format!("Guardrail(name={:?}, digest={:?})", self.name(), self.digest())
    }
}
