//! The settings of guarded calls.

use std::path::PathBuf;

use banister::{AuditLog, DecisionCaller, GuardrailLayer, JsonlFile};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use crate::contain::detached;
use crate::guardrail::{Conversation, Guardrail};

/// A guardrail with the settings of guarded calls.
#[pyclass(frozen, module = "banister")]
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) inner: GuardrailLayer,
    log: Option<AuditLog>,
}

#[pymethods]
impl Layer {
    #[new]
    #[pyo3(signature = (
        guardrail, *, error_on_block, traces, tag_requests, identifier, caller, max_body_bytes, conversation, decision_log,
        dangerous_inspect_unknown_content, dangerous_forward_unknown_operations
    ))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments")]
    fn new(
        py: Python<'_>,
        guardrail: &Guardrail,
        error_on_block: bool,
        traces: bool,
        tag_requests: bool,
        identifier: Option<String>,
        caller: Option<&str>,
        max_body_bytes: Option<usize>,
        conversation: Option<&Conversation>,
        decision_log: Option<PathBuf>,
        dangerous_inspect_unknown_content: bool,
        dangerous_forward_unknown_operations: bool,
    ) -> PyResult<Self> {
        let mut layer = GuardrailLayer::new(guardrail.inner.clone());
        for (is_set, set) in [
            (error_on_block, GuardrailLayer::error_on_block as fn(GuardrailLayer) -> GuardrailLayer),
            (!traces, GuardrailLayer::without_traces),
            (tag_requests, GuardrailLayer::tag_requests),
            (dangerous_inspect_unknown_content, GuardrailLayer::dangerous_inspect_unknown_content),
            (dangerous_forward_unknown_operations, GuardrailLayer::dangerous_forward_unknown_operations),
        ] {
            if is_set {
                layer = set(layer);
            }
        }
        if let Some(identifier) = identifier {
            layer = layer.guardrail_identifier(identifier);
        }
        if let Some(caller) = caller {
            layer = layer.caller(DecisionCaller::new(caller));
        }
        if let Some(bytes) = max_body_bytes {
            layer = layer.max_body_bytes(bytes);
        }
        if let Some(conversation) = conversation {
            layer = layer.with_conversation(&conversation.inner);
        }
        let log = decision_log.map(|path| {
            detached(py, || AuditLog::builder(JsonlFile::new(&path)).open())?
                .map_err(|error| PyOSError::new_err(format!("{}: {error}", path.display())))
        });
        let log = log.transpose()?;
        if let Some(log) = &log {
            layer = layer.audit(log.clone());
        }
        Ok(Self { inner: layer, log })
    }

    /// Closes the decision log: later calls fail.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let Some(log) = &self.log else { return Ok(()) };
        detached(py, || log.close())?.map(drop).map_err(|error| PyOSError::new_err(error.to_string()))
    }
}
