//! Bodies of Bedrock calls.

use std::collections::HashMap;

use banister::{BodyError, BodyGuard, GuardedBody, Operation};
use banister::{Conversation, Guardrail, Source};
use serde::de::IgnoredAny;

/// Evaluates a body: a request when the text goes to the model, a response otherwise.
///
/// # Errors
///
/// When the body cannot be examined.
pub(crate) fn examine(guardrail: &Guardrail, source: Source, body: &[u8]) -> Result<GuardedBody, BodyError> {
    let examine = |operation: Operation| {
        let guard = BodyGuard::new(guardrail, &Conversation::new());
        match source {
            Source::Input => guard.inspect_request(operation, body),
            Source::Output => guard.inspect_response(operation, body),
        }
    };
    match (examine(Operation::InvokeModel), operation(body)) {
        (Err(error), Some(operation)) if error.is_unknown() => examine(operation),
        (known, _) => known,
    }
}

/// The operation of a body that is none of InvokeModel's, by a member that only its bodies have.
fn operation(body: &[u8]) -> Option<Operation> {
    let members: HashMap<String, IgnoredAny> = serde_json::from_slice(body).ok()?;
    let has = |name: &str| members.contains_key(name);
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

/// What the caller would see instead of the body: the masked body, or the message.
pub(crate) fn output(guarded: &GuardedBody) -> Option<String> {
    match guarded.assessment().message() {
        Some(message) => Some(message.to_owned()),
        None => guarded.masked_body().map(|body| String::from_utf8_lossy(body).into_owned()),
    }
}
