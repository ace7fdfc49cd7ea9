//! InvokeModelWithResponseStream.

use std::sync::Arc;

use aws_sdk_bedrockruntime::operation::invoke_model_with_response_stream::{
    InvokeModelWithResponseStreamError, InvokeModelWithResponseStreamInput, InvokeModelWithResponseStreamOutput,
};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::ResponseStream;
use aws_sdk_bedrockruntime::types::error::ResponseStreamError;
use tower::{BoxError, Service};

use super::error::GuardrailError;
use super::guarded_stream::{Examine, GuardedStream};
use super::layer::{CallGuard, Settings};
use super::sdk_error::examined;
use super::service::{CallFuture, GuardedOperation, sealed::Sealed};
use crate::bedrock::typed::{chunk_json, json_chunk};
use crate::bedrock::{AnswerForm, BodyAssessment, BodyError, EventGuard, Operation, OutEvent, StreamKind};

/// The answer of a guarded InvokeModelWithResponseStream: as the SDK's, with guarded events.
#[derive(Debug)]
pub struct GuardedInvokeModelStream {
    content_type: String,
    body: GuardedStream<ResponseStream, ResponseStreamError>,
}

impl GuardedInvokeModelStream {
    /// The content type of the chunks.
    #[must_use]
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The events.
    pub fn body(&mut self) -> &mut GuardedStream<ResponseStream, ResponseStreamError> {
        &mut self.body
    }

    /// The events, without the rest.
    #[must_use]
    pub fn into_body(self) -> GuardedStream<ResponseStream, ResponseStreamError> {
        self.body
    }
}

impl Sealed for InvokeModelWithResponseStreamInput {}

impl<S> GuardedOperation<S> for InvokeModelWithResponseStreamInput
where
    S: Service<Self, Response = InvokeModelWithResponseStreamOutput> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = GuardedInvokeModelStream;

    #[allow(private_interfaces, reason = "sealed")]
    fn guard(mut self, settings: Arc<Settings>, mut inner: S) -> CallFuture<GuardedInvokeModelStream> {
        let mut guard = CallGuard::new(settings, Operation::InvokeModelWithResponseStream, self.model_id.clone());
        Box::pin(async move {
            let body = self.body.take().unwrap_or_default().into_inner();
            let (identifier, version) = (&mut self.guardrail_identifier, &mut self.guardrail_version);
            let body = guard.asked_with(identifier, version, &mut self.trace, body);
            let guarded = guard.request(&body)?;
            if guarded.assessment.is_blocked() {
                return blocked(guard, &body, guarded.assessment).map_err(Into::into);
            }
            if let Some(assessment) = guard.input_metadata(&mut self.request_metadata)? {
                return blocked(guard, &body, assessment).map_err(Into::into);
            }
            let shape = AnswerForm::of(&body).shape;
            self.body = Some(Blob::new(guarded.body.unwrap_or(body)));
            let output = inner
                .call(self)
                .await
                .map_err(|error| examined::<InvokeModelWithResponseStreamError>(&guard, error))?;
            let events = EventGuard::new(
                guard.bodies.clone(),
                StreamKind::Invoke,
                shape,
                guard.model_id(),
                guard.trace().cloned(),
            );
            Ok(GuardedInvokeModelStream {
                content_type: output.content_type,
                body: GuardedStream::new(output.body, Box::new(Chunks(events)), guard),
            })
        })
    }
}

/// The answer to a blocked request: a stream that holds the message.
fn blocked(
    guard: CallGuard,
    request: &[u8],
    assessment: BodyAssessment,
) -> Result<GuardedInvokeModelStream, GuardrailError> {
    if guard.settings.error_on_block {
        return Err(GuardrailError::blocked(guard.operation, assessment));
    }
    let form = AnswerForm::of(request);
    let message = assessment.message().unwrap_or_default();
    match EventGuard::refusal(StreamKind::Invoke, form, guard.model_id(), message, guard.trace()) {
        None => Err(GuardrailError::blocked(guard.operation, assessment)),
        Some(events) => Ok(GuardedInvokeModelStream {
            content_type: "application/json".to_owned(),
            body: GuardedStream::of(events.iter().map(|event| json_chunk(event.json())), guard),
        }),
    }
}

/// Examines the JSON in chunks.
#[derive(Debug)]
struct Chunks(EventGuard);

impl Examine<ResponseStream> for Chunks {
    fn push(&mut self, event: ResponseStream) -> Result<Vec<ResponseStream>, BodyError> {
        let json = chunk_json(&event)?;
        let out = self.0.push("chunk", json)?;
        Ok(out.into_iter().map(|out| send(out, Some(&event))).collect())
    }

    fn finish(&mut self) -> Result<Vec<ResponseStream>, BodyError> {
        Ok(self.0.finish()?.into_iter().map(|out| send(out, None)).collect())
    }

    fn buffered_bytes(&self) -> usize {
        self.0.buffered_bytes()
    }

    fn is_blocked(&self) -> bool {
        self.0.is_blocked()
    }

    fn is_silent(&self) -> bool {
        self.0.is_silent()
    }

    fn into_assessment(self: Box<Self>) -> BodyAssessment {
        self.0.into_assessment()
    }
}

fn send(out: OutEvent, event: Option<&ResponseStream>) -> ResponseStream {
    match (out, event) {
        (OutEvent::Same, Some(event)) => event.clone(),
        (OutEvent::Same, None) => json_chunk(*b"{}"),
        (OutEvent::Changed(json), _) => json_chunk(json),
        (OutEvent::New(event), _) => json_chunk(event.json()),
    }
}
