//! Converse, and the operations whose responses have no message: CountTokens, StartAsyncInvoke, ApplyGuardrail.

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

use super::errors::call;
use super::tag::{add_tag, note_requested, plan_tag};
use crate::bedrock::sdk::{
    blocked_apply_guardrail, blocked_converse, visit_apply_guardrail_request, visit_apply_guardrail_response,
    visit_async_request, visit_converse_request, visit_converse_response, visit_count_tokens_request,
};
use crate::bedrock::{BodyError, InspectionSummary, Operation};
use crate::exchange::sdk::{apply_guardrail_output, apply_guardrail_request, put_trace};
use crate::exchange::{BodyAssessment, Exchange, GuardrailError};
use crate::guardrail::Source;
use crate::middleware::layer::GuardrailLayer;
use crate::middleware::service::{CallFuture, sealed::Sealed};

impl<S> Sealed<S> for ConverseInput
where
    S: Service<Self, Response = ConverseOutput, Error: Into<BoxError>, Future: Send> + Send + 'static,
{
    type Response = ConverseOutput;

    fn guard(mut self, layer: GuardrailLayer, inner: S) -> CallFuture<ConverseOutput> {
        let mut exchange = Exchange::new(layer.config, Operation::Converse, self.model_id.clone());
        Box::pin(async move {
            note_requested!(exchange, self.guardrail_config);
            plan_tag(&mut exchange, self.request_metadata.as_ref());
            let assessment = exchange.value(Source::Input, |f| visit_converse_request(&mut self, f))?;
            if assessment.is_blocked() {
                return blocked(&exchange, assessment).map_err(Into::into);
            }
            add_tag(&exchange, &mut self.request_metadata);
            let mut output = call::<_, _, ConverseError>(&mut exchange, inner, self).await?;
            let assessment = exchange.value(Source::Output, |f| visit_converse_response(&mut output, f))?;
            if assessment.is_blocked() {
                return blocked(&exchange, assessment).map_err(Into::into);
            }
            if let Some(trace) = exchange.trace() {
                put_trace(trace, &mut output, Some(&assessment)).map_err(|_| unsupported_output(&exchange))?;
            }
            Ok(output)
        })
    }
}

/// The response to a blocked call, with the trace if the caller requested one.
fn blocked(exchange: &Exchange, assessment: BodyAssessment) -> Result<ConverseOutput, GuardrailError> {
    blocked_by(exchange, assessment, |assessment| {
        let mut response = blocked_converse(assessment.message().unwrap_or_default())?;
        if let Some(trace) = exchange.trace() {
            let found = Some(assessment).filter(|assessment| assessment.source() == Source::Output);
            put_trace(trace, &mut response, found)?;
        }
        Ok(response)
    })
}

/// The error for a response that the SDK does not accept, because it requires a field that this version does not set.
fn unsupported_output(exchange: &Exchange) -> GuardrailError {
    exchange.unreadable(Source::Output, BodyError::unknown_event())
}

/// The response to a blocked call, which `response` makes, or an error if it cannot or the layer is set to fail.
fn blocked_by<O>(
    exchange: &Exchange,
    assessment: BodyAssessment,
    response: impl FnOnce(&BodyAssessment) -> Result<O, BuildError>,
) -> Result<O, GuardrailError> {
    let response = if exchange.errors_on_block() { None } else { response(&assessment).ok() };
    response.ok_or_else(|| GuardrailError::blocked(exchange.operation(), assessment))
}

/// An operation whose response is a number or a name, and has no field for a message.
macro_rules! without_message {
    ($operation:ident, $input:ident, $output:ident, $error:ident, $visit:ident) => {
        impl<S> Sealed<S> for $input
        where
            S: Service<Self, Response = $output, Error: Into<BoxError>, Future: Send> + Send + 'static,
        {
            type Response = $output;

            fn guard(mut self, layer: GuardrailLayer, inner: S) -> CallFuture<$output> {
                let mut exchange = Exchange::new(layer.config, Operation::$operation, self.model_id.clone());
                Box::pin(async move {
                    let unknown = exchange.unknown();
                    let assessment = exchange.value(Source::Input, |f| $visit(&mut self, unknown, f))?;
                    if assessment.is_blocked() {
                        return Err(GuardrailError::blocked(exchange.operation(), assessment).into());
                    }
                    let output = call::<_, _, $error>(&mut exchange, inner, self).await?;
                    // The response is recorded like any other.
                    exchange.value(Source::Output, |_| Ok(InspectionSummary::default()))?;
                    Ok(output)
                })
            }
        }
    };
}

without_message!(CountTokens, CountTokensInput, CountTokensOutput, CountTokensError, visit_count_tokens_request);
without_message!(
    StartAsyncInvoke,
    StartAsyncInvokeInput,
    StartAsyncInvokeOutput,
    StartAsyncInvokeError,
    visit_async_request
);

impl<S> Sealed<S> for ApplyGuardrailInput
where
    S: Service<Self, Response = ApplyGuardrailOutput, Error: Into<BoxError>, Future: Send> + Send + 'static,
{
    type Response = ApplyGuardrailOutput;

    /// A request that names this guardrail is answered locally. The text of any other leaves the process like that of any call, and
    /// returns in the response.
    fn guard(mut self, layer: GuardrailLayer, inner: S) -> CallFuture<ApplyGuardrailOutput> {
        let mut exchange = Exchange::new(layer.config, Operation::ApplyGuardrail, self.guardrail_identifier.clone());
        Box::pin(async move {
            if exchange.is_named() {
                let applied = exchange.apply(apply_guardrail_request(&self))?;
                return apply_guardrail_output(&applied.response).map_err(|_| unsupported_output(&exchange).into());
            }
            let message =
                |assessment: &BodyAssessment| blocked_apply_guardrail(assessment.message().unwrap_or_default());
            let assessment = exchange.value(Source::Input, |f| visit_apply_guardrail_request(&mut self, f))?;
            if assessment.is_blocked() {
                return blocked_by(&exchange, assessment, message).map_err(Into::into);
            }
            let mut output = call::<_, _, ApplyGuardrailError>(&mut exchange, inner, self).await?;
            let assessment = exchange.value(Source::Output, |f| visit_apply_guardrail_response(&mut output, f))?;
            if assessment.is_blocked() {
                return blocked_by(&exchange, assessment, message).map_err(Into::into);
            }
            Ok(output)
        })
    }
}
