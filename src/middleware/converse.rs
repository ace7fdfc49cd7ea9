//! Converse, and the operations without a message in their answers: CountTokens, StartAsyncInvoke, ApplyGuardrail.

use std::sync::Arc;

use aws_sdk_bedrockruntime::operation::apply_guardrail::{ApplyGuardrailInput, ApplyGuardrailOutput};
use aws_sdk_bedrockruntime::operation::converse::{ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::operation::count_tokens::{CountTokensInput, CountTokensOutput};
use aws_sdk_bedrockruntime::operation::start_async_invoke::{StartAsyncInvokeInput, StartAsyncInvokeOutput};
use tower::{BoxError, Service};

use super::error::GuardrailError;
use super::layer::{CallGuard, Settings};
use super::service::{CallFuture, GuardedOperation, sealed::Sealed};
use crate::bedrock::typed::{
    applied, asked_evaluation, blocked_converse, put_trace, visit_apply_guardrail_request,
    visit_apply_guardrail_response, visit_async_request, visit_converse_request, visit_converse_response,
    visit_count_tokens_request,
};
use crate::bedrock::{AskedGuardrail, BodyAssessment, BodyError, Operation};
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
                let asked = AskedGuardrail::new(Some(&config.guardrail_identifier), Some(config.trace.as_str()));
                if guard.asked(&asked) {
                    self.guardrail_config = None;
                }
            }
            let assessment = guard.typed(Source::Input, |f| visit_converse_request(&mut self, f))?;
            if assessment.is_blocked() {
                return blocked(&guard, assessment).map_err(Into::into);
            }
            let mut output = inner.call(self).await.map_err(Into::into)?;
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

fn blocked(guard: &CallGuard, assessment: BodyAssessment) -> Result<ConverseOutput, GuardrailError> {
    if guard.settings.block_with_error {
        return Err(GuardrailError::blocked(guard.operation, assessment));
    }
    let mut output = blocked_converse(assessment.message().unwrap_or_default());
    if let (Some(trace), Ok(answer)) = (guard.trace(), &mut output) {
        let found = Some(&assessment).filter(|assessment| assessment.source() == Source::Output);
        put_trace(trace, answer, found).map_err(|_| untold(guard))?;
    }
    output.map_err(|_| GuardrailError::blocked(guard.operation, assessment))
}

/// The error of a trace that the SDK does not take: it wants a member that this version does not set.
pub(super) fn untold(guard: &CallGuard) -> GuardrailError {
    guard.unreadable(Source::Output, BodyError::unknown_event())
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
            let assessment = guard.typed(Source::Input, |f| visit_count_tokens_request(&mut self, f))?;
            refuse_blocked(&guard, assessment)?;
            inner.call(self).await.map_err(Into::into)
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
            let assessment = guard.typed(Source::Input, |f| visit_async_request(&mut self, f))?;
            refuse_blocked(&guard, assessment)?;
            inner.call(self).await.map_err(Into::into)
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
        let id = self.guardrail_identifier.clone();
        let mut guard = CallGuard::new(settings, Operation::ApplyGuardrail, id);
        Box::pin(async move {
            if guard.is_asked() {
                let (report, _) = guard.apply(|bodies| Ok(bodies.apply(&asked_evaluation(&self)?)))?;
                return applied(&report).map_err(|_| untold(&guard).into());
            }
            let assessment = guard.typed(Source::Input, |f| visit_apply_guardrail_request(&mut self, f))?;
            refuse_blocked(&guard, assessment)?;
            let mut output = inner.call(self).await.map_err(Into::into)?;
            let assessment = guard.typed(Source::Output, |f| visit_apply_guardrail_response(&mut output, f))?;
            refuse_blocked(&guard, assessment)?;
            Ok(output)
        })
    }
}

/// Their answers have no place for a message, so a block is an error.
fn refuse_blocked(guard: &CallGuard, assessment: BodyAssessment) -> Result<(), GuardrailError> {
    if assessment.is_blocked() { Err(GuardrailError::blocked(guard.operation, assessment)) } else { Ok(()) }
}
