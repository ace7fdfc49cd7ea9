//! Bodies of Bedrock calls.

use std::collections::HashMap;

use banister::{BodyError, BodyGuard, GuardedBody, Operation};
use banister::{Conversation, Guardrail, Source};
use serde::de::IgnoredAny;

/// What to do with content that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownContent {
    /// Reject the body.
    Reject,
    /// Evaluate every string.
    Inspect,
}

impl UnknownContent {
    /// Returns what the flag says.
    pub(crate) fn allowed(is_allowed: bool) -> Self {
        if is_allowed { Self::Inspect } else { Self::Reject }
    }
}

/// Returns the message of an error, with the flag that helps.
pub(crate) fn problem(error: &BodyError) -> String {
    if error.is_unknown() { format!("{error} with `--dangerous-inspect-unknown-content`") } else { error.to_string() }
}

/// Evaluates a body: a request for direction input, a response for output.
///
/// # Errors
///
/// If the body cannot be inspected.
pub(crate) fn inspect(
    guardrail: &Guardrail,
    source: Source,
    body: &[u8],
    unknown: UnknownContent,
) -> Result<GuardedBody, BodyError> {
    let inspect = |operation: Operation| {
        let mut guard = BodyGuard::new(guardrail, &Conversation::new());
        if unknown == UnknownContent::Inspect {
            guard = guard.dangerous_inspect_unknown_content();
        }
        match source {
            Source::Input => guard.inspect_request(operation, body),
            Source::Output => guard.inspect_response(operation, body),
        }
    };
    match (inspect(Operation::InvokeModel), operation(body)) {
        (Err(error), Some(operation)) if error.is_unknown() => inspect(operation),
        (known, _) => known,
    }
}

/// Returns the operation of a body that is not one of InvokeModel, by fields that only its bodies have.
fn operation(body: &[u8]) -> Option<Operation> {
    let fields: HashMap<String, IgnoredAny> = serde_json::from_slice(body).ok()?;
    let has = |name: &str| fields.contains_key(name);
    if has("modelInput") {
        Some(Operation::StartAsyncInvoke)
    } else if has("source") && has("content") || has("assessments") {
        Some(Operation::ApplyGuardrail)
    } else if has("messages") || has("output") {
        Some(Operation::Converse)
    } else {
        has("input").then_some(Operation::CountTokens)
    }
}

/// Returns what the caller would receive instead of the body: the masked body, or the blocked message.
pub(crate) fn output(guarded: &GuardedBody) -> Option<String> {
    match guarded.assessment().message() {
        Some(message) => Some(message.to_owned()),
        None => guarded.masked_body().map(|body| String::from_utf8_lossy(body).into_owned()),
    }
}
