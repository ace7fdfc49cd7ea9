//! One call in its JSON form: the request, then the answer. HTTP and the interceptor share it.

use std::sync::Arc;

use serde::Deserialize;

use super::frames::{FrameGuard, Refusal};
use super::replies::{HIDDEN, Reply, error_body};
use crate::bedrock::{BodyAssessment, EventGuard, Operation, Shape, StreamKind, blocked_reply, request_shape};
use crate::guardrail::Source;
use crate::middleware::GuardrailError;
use crate::middleware::layer::{CallGuard, Settings};

/// One call.
#[derive(Clone, Debug)]
pub(in crate::middleware) struct Exchange {
    guard: CallGuard,
    /// The shape of the request: an answer in the model's place has the one that belongs to it.
    shape: Shape,
}

/// A body that names its model.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "modelId")]
    model_id: String,
}

/// What a body came to.
#[derive(Debug)]
pub(in crate::middleware) enum Examined {
    /// It goes on as it is.
    Same,
    /// It goes on as this.
    Changed(Vec<u8>),
    /// It does not go on, and the caller gets this. What was found tells why.
    Instead(Reply, Box<BodyAssessment>),
}

impl Exchange {
    pub(in crate::middleware) fn new(settings: Arc<Settings>, operation: Operation, model_id: String) -> Self {
        // StartAsyncInvoke names its model in the body, and what ApplyGuardrail names is none.
        let model_id = Some(model_id).filter(|id| !id.is_empty() && operation != Operation::ApplyGuardrail);
        Self { guard: CallGuard::new(settings, operation, model_id), shape: Shape::Unknown }
    }

    pub(in crate::middleware) fn operation(&self) -> Operation {
        self.guard.operation
    }

    pub(in crate::middleware) fn max_body_bytes(&self) -> usize {
        self.guard.settings.max_body_bytes()
    }

    /// Examines the body of the request.
    pub(in crate::middleware) fn request(&mut self, body: &[u8]) -> Result<Examined, GuardrailError> {
        if self.operation() == Operation::StartAsyncInvoke {
            self.guard.model_id = serde_json::from_slice::<Named>(body).ok().map(|named| named.model_id);
        }
        let guarded = self.guard.request(body)?;
        self.shape = match self.operation() {
            // It is examined already, so what has no shape here is content that was opened: it gets no answer in its form.
            Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
                request_shape(body).unwrap_or(Shape::Unknown)
            }
            _ => Shape::Converse,
        };
        if guarded.assessment.is_blocked() {
            return self.instead(guarded.assessment);
        }
        Ok(guarded.body.map_or(Examined::Same, Examined::Changed))
    }

    /// Examines the metadata in the header of a request, after its body.
    pub(in crate::middleware) fn metadata(&self, value: &[u8]) -> Result<Examined, GuardrailError> {
        let guarded = self.guard.metadata(value)?;
        if guarded.assessment.is_blocked() {
            return self.instead(guarded.assessment);
        }
        Ok(guarded.body.map_or(Examined::Same, Examined::Changed))
    }

    /// Examines the body of a good answer that is not a stream.
    pub(in crate::middleware) fn answer(&self, body: &[u8]) -> Result<Examined, GuardrailError> {
        let guarded = self.guard.response(body)?;
        if guarded.assessment.is_blocked() {
            return self.instead(guarded.assessment);
        }
        Ok(guarded.body.map_or(Examined::Same, Examined::Changed))
    }

    /// Examines the body of an error; gives what is to stand in its place, if anything is.
    pub(in crate::middleware) fn error(&self, body: &[u8]) -> Option<Vec<u8>> {
        examined_error(&self.guard, body)
    }

    /// The guard of the events of the answer.
    pub(in crate::middleware) fn frames(&self, refusal: Refusal) -> FrameGuard {
        let kind = stream_kind(self.operation());
        let events = EventGuard::new(self.guard.bodies.clone(), kind, self.shape, self.guard.model_id());
        FrameGuard::new(self.clone(), kind, events, refusal)
    }

    pub(super) fn guard(&self) -> &CallGuard {
        &self.guard
    }

    pub(in crate::middleware) fn too_large(&self, source: Source, bytes: usize) -> GuardrailError {
        GuardrailError::too_large(self.operation(), source, bytes, self.max_body_bytes())
    }

    pub(in crate::middleware) fn encoded(&self, source: Source) -> GuardrailError {
        GuardrailError::encoded(self.operation(), source)
    }

    /// What the caller of a blocked call gets: an answer that holds the message, unless the layer is set to answer with errors or no
    /// answer of the operation has a place for it.
    fn instead(&self, assessment: BodyAssessment) -> Result<Examined, GuardrailError> {
        if self.guard.settings.block_with_error {
            return Err(GuardrailError::blocked(self.operation(), assessment));
        }
        let message = assessment.message().unwrap_or_default();
        let (operation, model_id) = (self.operation(), self.guard.model_id());
        let body = if operation.is_stream() {
            refusal_frames(stream_kind(operation), self.shape, model_id, message)
        } else {
            blocked_reply(operation, self.shape, model_id, message)
        };
        match body {
            Some(body) => Ok(Examined::Instead(Reply::new(operation, body), Box::new(assessment))),
            None => Err(GuardrailError::blocked(operation, assessment)),
        }
    }
}

/// What is to stand in place of the body of an error, if anything is.
pub(in crate::middleware) fn examined_error(guard: &CallGuard, body: &[u8]) -> Option<Vec<u8>> {
    if body.is_empty() {
        return None;
    }
    let Ok(guarded) = guard.bodies.response(guard.operation, body) else {
        return Some(hidden_error());
    };
    let assessment = &guarded.assessment;
    // An error is no answer of the model: it is told of only when there is something to tell.
    if !assessment.findings().is_empty() {
        guard.observe(assessment);
    }
    if assessment.is_blocked() {
        return Some(error_body(assessment.message().unwrap_or(HIDDEN)));
    }
    guarded.body
}

/// In place of the body of an error that is too large, or compressed.
pub(in crate::middleware) fn hidden_error() -> Vec<u8> {
    error_body(HIDDEN)
}

fn stream_kind(operation: Operation) -> StreamKind {
    match operation {
        Operation::ConverseStream => StreamKind::Converse,
        _ => StreamKind::Invoke,
    }
}

/// A whole stream that holds the message.
fn refusal_frames(kind: StreamKind, shape: Shape, model_id: &str, message: &str) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    for event in EventGuard::refusal(kind, shape, model_id, message)? {
        body.extend_from_slice(&event.to_frame().ok()?.encode());
    }
    Some(body)
}
