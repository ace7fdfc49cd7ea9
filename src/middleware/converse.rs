//! Converse, and the operations without a message in their answers: CountTokens, StartAsyncInvoke, ApplyGuardrail.

use std::sync::Arc;

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::apply_guardrail::{
    ApplyGuardrailError, ApplyGuardrailInput, ApplyGuardrailOutput,
};
use aws_sdk_bedrockruntime::operation::converse::{ConverseError, ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::operation::count_tokens::{CountTokensError, CountTokensInput, CountTokensOutput};
use aws_sdk_bedrockruntime::operation::start_async_invoke::{
    StartAsyncInvokeError, StartAsyncInvokeInput, StartAsyncInvokeOutput,
};
use tower::{BoxError, Service};

use super::error::GuardrailError;
use super::layer::{CallGuard, Settings};
use super::sdk_error::examined;
use super::service::{CallFuture, GuardedOperation, sealed::Sealed};
use crate::bedrock::typed::{
    applied, asked_evaluation, blocked_apply_guardrail, blocked_converse, put_trace, visit_apply_guardrail_request,
    visit_apply_guardrail_response, visit_async_request, visit_converse_request, visit_converse_response,
    visit_count_tokens_request,
};
use crate::bedrock::{BodyAssessment, BodyError, Coverage, Operation, RequestedGuardrail};
use crate::guardrail::Source;

impl Sealed for ConverseInput {}

impl<S> GuardedOperation<S> for ConverseInput
where
    S: Service<Self, Response = ConverseOutput> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = ConverseOutput;

    #[allow(private_interfaces, reason = "sealed")]
    fn guard(mut self, settings: Arc<Settings>, mut inner: S) -> CallFuture<ConverseOutput> {
        let mut guard = CallGuard::new(settings, Operation::Converse, self.model_id.clone());
        Box::pin(async move {
            if let Some(config) = &self.guardrail_config {
                let asked = RequestedGuardrail::new(Some(&config.guardrail_identifier), Some(config.trace.as_str()));
                if guard.asked(&asked) {
                    self.guardrail_config = None;
                }
            }
            let assessment = guard.typed(Source::Input, |f| visit_converse_request(&mut self, f))?;
            if assessment.is_blocked() {
                return blocked(&guard, assessment).map_err(Into::into);
            }
            let mut output = inner.call(self).await.map_err(|error| examined::<ConverseError>(&guard, error))?;
            let assessment = guard.typed(Source::Output, |f| visit_converse_response(&mut output, f))?;
            if assessment.is_blocked() {
                return blocked(&guard, assessment).map_err(Into::into);
            }
            if let Some(trace) = guard.trace() {
                put_trace(trace, &mut output, Some(&assessment)).map_err(|_| untold(&guard))?;
            }
            Ok(output)
        })
    }
}

/// The answer to a blocked call, with the trace if the caller asked.
fn blocked(guard: &CallGuard, assessment: BodyAssessment) -> Result<ConverseOutput, GuardrailError> {
    let found = (assessment.source() == Source::Output && guard.trace().is_some()).then(|| assessment.clone());
    blocked_by(guard, assessment, |message| {
        let mut answer = blocked_converse(message)?;
        if let Some(trace) = guard.trace() {
            put_trace(trace, &mut answer, found.as_ref())?;
        }
        Ok(answer)
    })
}

/// The error of an answer that the SDK does not take: it wants a member that this version does not set.
pub(super) fn untold(guard: &CallGuard) -> GuardrailError {
    guard.unreadable(Source::Output, BodyError::unknown_event())
}

/// The answer to a blocked call, which `answer` makes of the message.
fn blocked_by<O>(
    guard: &CallGuard,
    assessment: BodyAssessment,
    answer: impl FnOnce(&str) -> Result<O, BuildError>,
) -> Result<O, GuardrailError> {
    if guard.settings.error_on_block {
        return Err(GuardrailError::blocked(guard.operation, assessment));
    }
    answer(assessment.message().unwrap_or_default()).map_err(|_| GuardrailError::blocked(guard.operation, assessment))
}

impl Sealed for CountTokensInput {}

impl<S> GuardedOperation<S> for CountTokensInput
where
    S: Service<Self, Response = CountTokensOutput> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = CountTokensOutput;

    #[allow(private_interfaces, reason = "sealed")]
    fn guard(mut self, settings: Arc<Settings>, mut inner: S) -> CallFuture<CountTokensOutput> {
        let mut guard = CallGuard::new(settings, Operation::CountTokens, self.model_id.clone());
        Box::pin(async move {
            let unknown = guard.bodies.unknown();
            let assessment = guard.typed(Source::Input, |f| visit_count_tokens_request(&mut self, unknown, f))?;
            refuse_blocked(&guard, assessment)?;
            let output = inner.call(self).await.map_err(|error| examined::<CountTokensError>(&guard, error))?;
            no_text(&mut guard)?;
            Ok(output)
        })
    }
}

impl Sealed for StartAsyncInvokeInput {}

impl<S> GuardedOperation<S> for StartAsyncInvokeInput
where
    S: Service<Self, Response = StartAsyncInvokeOutput> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = StartAsyncInvokeOutput;

    #[allow(private_interfaces, reason = "sealed")]
    fn guard(mut self, settings: Arc<Settings>, mut inner: S) -> CallFuture<StartAsyncInvokeOutput> {
        let mut guard = CallGuard::new(settings, Operation::StartAsyncInvoke, self.model_id.clone());
        Box::pin(async move {
            let unknown = guard.bodies.unknown();
            let assessment = guard.typed(Source::Input, |f| visit_async_request(&mut self, unknown, f))?;
            refuse_blocked(&guard, assessment)?;
            let output = inner.call(self).await.map_err(|error| examined::<StartAsyncInvokeError>(&guard, error))?;
            no_text(&mut guard)?;
            Ok(output)
        })
    }
}

impl Sealed for ApplyGuardrailInput {}

impl<S> GuardedOperation<S> for ApplyGuardrailInput
where
    S: Service<Self, Response = ApplyGuardrailOutput> + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
{
    type Response = ApplyGuardrailOutput;

    /// One that asks this guardrail is answered by it. The text of any other leaves the process like that of any call, and comes back in
    /// the answer.
    #[allow(private_interfaces, reason = "sealed")]
    fn guard(mut self, settings: Arc<Settings>, mut inner: S) -> CallFuture<ApplyGuardrailOutput> {
        let mut guard = CallGuard::new(settings, Operation::ApplyGuardrail, None);
        Box::pin(async move {
            if guard.asked(&RequestedGuardrail::new(self.guardrail_identifier.as_deref(), None)) {
                let (report, _) = guard.apply(|bodies| Ok(bodies.apply(&asked_evaluation(&self)?)))?;
                return applied(&report).map_err(|_| untold(&guard).into());
            }
            let assessment = guard.typed(Source::Input, |f| visit_apply_guardrail_request(&mut self, f))?;
            if assessment.is_blocked() {
                return blocked_by(&guard, assessment, blocked_apply_guardrail).map_err(Into::into);
            }
            let mut output = inner.call(self).await.map_err(|error| examined::<ApplyGuardrailError>(&guard, error))?;
            let assessment = guard.typed(Source::Output, |f| visit_apply_guardrail_response(&mut output, f))?;
            if assessment.is_blocked() {
                return blocked_by(&guard, assessment, blocked_apply_guardrail).map_err(Into::into);
            }
            Ok(output)
        })
    }
}

/// Tells of an answer that is a number or a name, as of any other.
fn no_text(guard: &mut CallGuard) -> Result<(), GuardrailError> {
    guard.typed(Source::Output, |_| Ok(Coverage::default())).map(drop)
}

/// Their answers have no place for a message, so a block is an error.
fn refuse_blocked(guard: &CallGuard, assessment: BodyAssessment) -> Result<(), GuardrailError> {
    if assessment.is_blocked() { Err(GuardrailError::blocked(guard.operation, assessment)) } else { Ok(()) }
}
