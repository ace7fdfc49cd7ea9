//! InvokeModel.

use std::sync::Arc;

use aws_sdk_bedrockruntime::operation::invoke_model::{InvokeModelError, InvokeModelInput, InvokeModelOutput};
use aws_sdk_bedrockruntime::primitives::Blob;
use tower::{BoxError, Service};

use super::error::GuardrailError;
use super::layer::{CallGuard, Settings};
use super::sdk_error::examined;
use super::service::{CallFuture, GuardedOperation, sealed::Sealed};
use crate::bedrock::typed::blocked_invoke;
use crate::bedrock::{AnswerForm, BodyAssessment, Operation, Shape, StreamKind};
use crate::guardrail::Source;

impl Sealed for InvokeModelInput {}

impl<S> GuardedOperation<S> for InvokeModelInput
where
    S: Service<Self, Response = InvokeModelOutput> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = InvokeModelOutput;

    #[allow(private_interfaces, reason = "sealed")]
    fn guard(mut self, settings: Arc<Settings>, mut inner: S) -> CallFuture<InvokeModelOutput> {
        let mut guard = CallGuard::new(settings, Operation::InvokeModel, self.model_id.clone());
        Box::pin(async move {
            let body = self.body.take().unwrap_or_default().into_inner();
            let (identifier, version) = (&mut self.guardrail_identifier, &mut self.guardrail_version);
            let body = guard.asked_with(identifier, version, &mut self.trace, body);
            let guarded = guard.request(&body)?;
            if guarded.assessment.is_blocked() {
                return blocked(&guard, AnswerForm::of(&body).shape, guarded.assessment).map_err(Into::into);
            }
            if let Some(assessment) = guard.input_metadata(&mut self.request_metadata)? {
                return blocked(&guard, AnswerForm::of(&body).shape, assessment).map_err(Into::into);
            }
            self.body = Some(Blob::new(guarded.body.unwrap_or(body)));
            let mut output = inner.call(self).await.map_err(|error| examined::<InvokeModelError>(&guard, error))?;
            let guarded = guard.response(output.body.as_ref())?;
            if guarded.assessment.is_blocked() {
                return blocked(&guard, guarded.shape, guarded.assessment).map_err(Into::into);
            }
            if let Some(body) = guarded.body {
                output.body = Blob::new(body);
            }
            tell(&guard, &mut output, Some(&guarded.assessment));
            Ok(output)
        })
    }
}

/// The answer to a blocked call; an error where the layer is set so, or where the model's answer has no place for a message.
fn blocked(guard: &CallGuard, shape: Shape, assessment: BodyAssessment) -> Result<InvokeModelOutput, GuardrailError> {
    if guard.settings.error_on_block {
        return Err(GuardrailError::blocked(guard.operation, assessment));
    }
    let message = assessment.message().unwrap_or_default();
    match blocked_invoke(shape, guard.model_id(), message) {
        Some(mut output) => {
            tell(guard, &mut output, Some(&assessment).filter(|assessment| assessment.source() == Source::Output));
            Ok(output)
        }
        None => Err(GuardrailError::blocked(guard.operation, assessment)),
    }
}

/// Puts the trace into the body of an answer, if the caller asked.
fn tell(guard: &CallGuard, output: &mut InvokeModelOutput, found: Option<&BodyAssessment>) {
    if let Some(trace) = guard.trace() {
        let body = std::mem::take(&mut output.body).into_inner();
        output.body = Blob::new(trace.write(StreamKind::Invoke, body, found));
    }
}
