//! What the guardrail adds to SDK types: its trace, and its response to ApplyGuardrail.

mod apply;
mod write_trace;

pub(crate) use apply::{apply_guardrail_output, apply_guardrail_request};
pub(crate) use write_trace::{put_trace, put_trace_in_event};
