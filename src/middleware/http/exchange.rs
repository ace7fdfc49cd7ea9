//! One call in its JSON form: the request, then the answer. HTTP and the interceptor share it.

use std::sync::Arc;

use serde::Deserialize;

use super::frames::{FrameGuard, Refusal};
use super::replies::{HIDDEN, Reply, error_body};
use crate::bedrock::{
    AnswerForm, BodyAssessment, EventGuard, Operation, RequestedGuardrail, Shape, StreamKind, Trace, blocked_reply,
    requested_guardrail, without_guardrail,
};
use crate::guardrail::Source;
use crate::middleware::GuardrailError;
use crate::middleware::layer::{CallGuard, Settings};

/// One call.
#[derive(Clone, Debug)]
pub(in crate::middleware) struct Exchange {
    guard: CallGuard,
    /// The shape of the request: an answer in the model's place has the one that belongs to it.
    form: AnswerForm,
    /// The caller named this guardrail: nothing of that may go on.
    is_named: bool,
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
    /// It does not go on, and the caller gets this. What was found tells why, unless this is what the caller asked for.
    Instead(Reply, Box<BodyAssessment>),
}

impl Exchange {
    pub(in crate::middleware) fn new(settings: Arc<Settings>, operation: Operation, model_id: String) -> Self {
        let mut guard = CallGuard::new(settings, operation, None);
        let mut is_named = false;
        match operation {
            // What it names is no model.
            Operation::ApplyGuardrail => is_named = guard.asked(&RequestedGuardrail::new(Some(&model_id), None)),
            // It names its model in the body.
            Operation::StartAsyncInvoke => {}
            _ => guard.model_id = Some(model_id).filter(|id| !id.is_empty()),
        }
        Self { guard, form: Shape::Unknown.into(), is_named }
    }

    pub(in crate::middleware) fn operation(&self) -> Operation {
        self.guard.operation
    }

    pub(in crate::middleware) fn max_body_bytes(&self) -> usize {
        self.guard.settings.max_body_bytes()
    }

    /// Takes note of the guardrail that the headers name, before the request is examined. Only invoke operations name one there.
    pub(in crate::middleware) fn asked(&mut self, asked: &RequestedGuardrail) {
        if matches!(self.operation(), Operation::InvokeModel | Operation::InvokeModelWithResponseStream) {
            self.is_named |= self.guard.asked(asked);
        }
    }

    /// Takes over what an earlier examination of the same call knows and the request no longer tells.
    pub(in crate::middleware) fn take_over(&mut self, earlier: &Self) {
        self.is_named |= earlier.is_named;
        self.guard.take_over(&earlier.guard);
    }

    /// Whether the caller named this guardrail, so that its headers must not go on. Known once the body was examined.
    pub(in crate::middleware) fn is_named(&self) -> bool {
        self.is_named
    }

    /// Examines the body of the request.
    pub(in crate::middleware) fn request(&mut self, body: &[u8]) -> Result<Examined, GuardrailError> {
        match self.operation() {
            Operation::ApplyGuardrail if self.is_named => return self.apply(body),
            Operation::StartAsyncInvoke => {
                self.guard.model_id = serde_json::from_slice::<Named>(body).ok().map(|named| named.model_id);
            }
            operation => self.is_named |= self.guard.asked(&requested_guardrail(operation, body)),
        }
        let guarded = self.guard.request(body)?;
        self.form = match self.operation() {
            Operation::InvokeModel | Operation::InvokeModelWithResponseStream => AnswerForm::of(body),
            _ => Shape::Converse.into(),
        };
        if guarded.assessment.is_blocked() {
            return self.instead(self.form, guarded.assessment);
        }
        let changed = match guarded.body {
            body if !self.is_named => body,
            Some(body) => without_guardrail(self.operation(), &body).or(Some(body)),
            None => without_guardrail(self.operation(), body),
        };
        Ok(changed.map_or(Examined::Same, Examined::Changed))
    }

    /// The answer of ApplyGuardrail, where it asks this guardrail: nothing goes on to Bedrock, which does not know it.
    fn apply(&self, body: &[u8]) -> Result<Examined, GuardrailError> {
        self.guard.check_size(Source::Input, body.len())?;
        let (report, found) = self.guard.apply(|bodies| bodies.apply_guardrail(body))?;
        Ok(Examined::Instead(Reply::new(self.operation(), report.to_json()), Box::new(found)))
    }

    /// Examines the metadata in the header of a request, after its body.
    pub(in crate::middleware) fn metadata(&mut self, value: &[u8]) -> Result<Examined, GuardrailError> {
        let guarded = self.guard.metadata(value)?;
        if guarded.assessment.is_blocked() {
            return self.instead(self.form, guarded.assessment);
        }
        Ok(guarded.body.map_or(Examined::Same, Examined::Changed))
    }

    /// Examines the body of a good answer that is not a stream.
    pub(in crate::middleware) fn answer(&self, body: &[u8]) -> Result<Examined, GuardrailError> {
        let guarded = self.guard.response(body)?;
        if guarded.assessment.is_blocked() {
            // The answer tells its form itself.
            return self.instead(guarded.shape.into(), guarded.assessment);
        }
        let Some(trace) = self.trace() else { return Ok(guarded.body.map_or(Examined::Same, Examined::Changed)) };
        let answer = guarded.body.unwrap_or_else(|| body.to_vec());
        Ok(Examined::Changed(trace.write(stream_kind(self.operation()), answer, Some(&guarded.assessment))))
    }

    /// The trace, if the caller asked and the answers of the operation have a place for it.
    fn trace(&self) -> Option<&Trace> {
        let has_place = !matches!(
            self.operation(),
            Operation::ApplyGuardrail | Operation::CountTokens | Operation::StartAsyncInvoke
        );
        self.guard.trace().filter(|_| has_place)
    }

    /// Examines the body of an error; gives what is to stand in its place, if anything is.
    pub(in crate::middleware) fn error(&self, body: &[u8]) -> Option<Vec<u8>> {
        examined_error(&self.guard, body)
    }

    /// The guard of the events of the answer.
    pub(in crate::middleware) fn frames(&self, refusal: Refusal) -> FrameGuard {
        let kind = stream_kind(self.operation());
        let events = EventGuard::new(
            self.guard.bodies.clone(),
            kind,
            self.form.shape,
            self.guard.model_id(),
            self.trace().cloned(),
        );
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
    fn instead(&self, form: AnswerForm, assessment: BodyAssessment) -> Result<Examined, GuardrailError> {
        if self.guard.settings.error_on_block {
            return Err(GuardrailError::blocked(self.operation(), assessment));
        }
        let message = assessment.message().unwrap_or_default();
        let (operation, model_id) = (self.operation(), self.guard.model_id());
        let kind = stream_kind(operation);
        let body = if operation.is_stream() {
            refusal_frames(kind, form, model_id, message, self.trace())
        } else {
            let reply = blocked_reply(operation, form.shape, model_id, message);
            let answer = Some(&assessment).filter(|assessment| assessment.source() == Source::Output);
            match self.trace() {
                Some(trace) => reply.map(|reply| trace.write(kind, reply, answer)),
                None => reply,
            }
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
    let Ok(guarded) = guard.bodies.inspect_response(guard.operation, body) else {
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

/// The form of the operation's answers.
fn stream_kind(operation: Operation) -> StreamKind {
    match operation {
        Operation::Converse | Operation::ConverseStream => StreamKind::Converse,
        _ => StreamKind::Invoke,
    }
}

/// A whole stream that holds the message.
fn refusal_frames(
    kind: StreamKind,
    form: AnswerForm,
    model_id: &str,
    message: &str,
    trace: Option<&Trace>,
) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    for event in EventGuard::refusal(kind, form, model_id, message, trace)? {
        body.extend_from_slice(&event.to_frame().ok()?.encode());
    }
    Some(body)
}
