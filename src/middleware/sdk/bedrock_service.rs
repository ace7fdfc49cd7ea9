use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::error::SdkError;
use aws_sdk_bedrockruntime::operation::{
    apply_guardrail, converse, converse_stream, count_tokens, invoke_model, invoke_model_with_response_stream,
    start_async_invoke,
};
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tower::Service;

/// The inner service of a guarded stack: sends operations with an SDK client. It is always ready, and the client does its own retries.
#[derive(Clone, Debug)]
pub struct BedrockService {
    client: Client,
}

impl BedrockService {
    /// Creates a service over `client`.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

/// Replaces the input that a fluent builder made. The whole struct is moved, so a field that a newer SDK adds is not lost.
struct InputInterceptor<I>(Mutex<Option<I>>);

impl<I> InputInterceptor<I> {
    fn new(input: I) -> Self {
        Self(Mutex::new(Some(input)))
    }
}

impl<I> fmt::Debug for InputInterceptor<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputInterceptor").finish_non_exhaustive()
    }
}

impl<I: Any + Send + Sync + fmt::Debug> Intercept for InputInterceptor<I> {
    fn name(&self) -> &'static str {
        "BanisterInput"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), aws_smithy_runtime_api::box_error::BoxError> {
        let input = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (context.input_mut().downcast_mut::<I>(), input) {
            (Some(place), Some(input)) => *place = input,
            _ => return Err("the input of the operation could not be put in place".into()),
        }
        Ok(())
    }
}

macro_rules! operation {
    ($module:ident, $input:ident, $output:ident, $error:ident) => {
        impl Service<$module::$input> for BedrockService {
            type Response = $module::$output;
            type Error = SdkError<$module::$error>;
            type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, input: $module::$input) -> Self::Future {
                let call = self.client.$module().customize().interceptor(InputInterceptor::new(input));
                Box::pin(call.send())
            }
        }
    };
}

operation!(apply_guardrail, ApplyGuardrailInput, ApplyGuardrailOutput, ApplyGuardrailError);
operation!(converse, ConverseInput, ConverseOutput, ConverseError);
operation!(converse_stream, ConverseStreamInput, ConverseStreamOutput, ConverseStreamError);
operation!(count_tokens, CountTokensInput, CountTokensOutput, CountTokensError);
operation!(invoke_model, InvokeModelInput, InvokeModelOutput, InvokeModelError);
operation!(
    invoke_model_with_response_stream,
    InvokeModelWithResponseStreamInput,
    InvokeModelWithResponseStreamOutput,
    InvokeModelWithResponseStreamError
);
operation!(start_async_invoke, StartAsyncInvokeInput, StartAsyncInvokeOutput, StartAsyncInvokeError);
