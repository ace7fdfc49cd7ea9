//! Bodies of Bedrock calls.

use std::collections::HashMap;

use banister::bedrock::{BodyError, BodyFinding, BodyGuard, GuardedBody, Operation, SkipReason};
use banister::{Conversation, Guardrail, Source};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::response::{Characters, Images, Part, Response};

/// Evaluates a body: a request when the text goes to the model, a response otherwise.
///
/// # Errors
///
/// When the body cannot be examined.
pub(crate) fn examine(guardrail: &Guardrail, source: Source, body: &[u8]) -> Result<GuardedBody, BodyError> {
    let examine = |operation: Operation| {
        let guard = BodyGuard::new(guardrail, &Conversation::new());
        match source {
            Source::Input => guard.request(operation, body),
            Source::Output => guard.response(operation, body),
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
        None => guarded.body().map(|body| String::from_utf8_lossy(body).into_owned()),
    }
}

/// The response for a body.
pub(crate) fn response(guardrail: &Guardrail, body: &[u8], guarded: &GuardedBody, show_matches: bool) -> Response {
    let assessment = guarded.assessment();
    let document: Option<Value> = if show_matches { serde_json::from_slice(body).ok() } else { None };
    let part = |found| Part::of_body(found, document.as_ref().and_then(|document| matched(document, found)));
    let parts = assessment.findings().iter().map(part);
    // Bytes, for the number of characters is not kept; the same for ASCII, more otherwise.
    let examined = assessment.examined_bytes();
    let images = assessment.skipped().iter().filter(|skipped| skipped.reason() == SkipReason::Image).count();
    Response::of(
        guardrail.policy(),
        assessment.source(),
        assessment.outcome(),
        output(guarded),
        Characters { guarded: examined, total: examined },
        (images > 0).then_some(Images { guarded: 0, total: images }),
        parts,
    )
}

/// The text that was found; nothing where it is the name of a member, or in a form that is encoded once more.
fn matched(document: &Value, found: &BodyFinding) -> Option<String> {
    let text = document.pointer(found.pointer())?.as_str()?;
    let range = found.finding().span().range();
    if found.is_key() {
        return None;
    }
    match found.inner_pointer() {
        None => text.get(range).map(str::to_owned),
        Some(inner) => {
            let document: Value = serde_json::from_str(text).ok()?;
            document.pointer(inner)?.as_str()?.get(range).map(str::to_owned)
        }
    }
}
