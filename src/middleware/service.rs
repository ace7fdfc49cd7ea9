use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower::{BoxError, Layer, Service};

use super::layer::GuardrailLayer;
use crate::exchange::GuardrailHandle;
use crate::guardrail::Conversation;

/// A service with a guardrail around it, made by [`GuardrailLayer`](crate::GuardrailLayer).
///
/// Errors are boxed, like those of Tower's timeout and load-shed layers, so that the service fits anywhere in a stack. Use
/// [`GuardrailError::find_in`](crate::GuardrailError::find_in) to find a guardrail's error.
#[derive(Clone, Debug)]
pub struct GuardrailService<S> {
    inner: S,
    layer: GuardrailLayer,
}

impl<S> GuardrailService<S> {
    /// Applies another guardrail, such as that of a tenant, with the settings of the layer. Clone the service first to keep it.
    ///
    /// ```no_run
    /// # use aws_sdk_bedrockruntime::operation::converse::ConverseInput;
    /// use banister::{BedrockService, Conversation, Guardrail, GuardrailService};
    /// use tower::ServiceExt as _;
    ///
    /// # async fn call(
    /// #     bedrock: GuardrailService<BedrockService>, tenant: Guardrail, conversation: Conversation, input: ConverseInput,
    /// # ) -> Result<(), tower::BoxError> {
    /// let output = bedrock.clone().with_guardrail(tenant).with_conversation(&conversation).oneshot(input).await?;
    /// # drop(output);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// For HTTP, insert the [`Guardrail`](crate::Guardrail) or the [`Conversation`] into the extensions of the request.
    #[must_use]
    pub fn with_guardrail(self, guardrail: impl Into<GuardrailHandle>) -> Self {
        Self { layer: self.layer.with_guardrail(guardrail), ..self }
    }

    /// Makes the calls of this service part of a conversation, in which `replacement: numbered` gives equal values equal numbers.
    #[must_use]
    pub fn with_conversation(self, conversation: &Conversation) -> Self {
        Self { layer: self.layer.with_conversation(conversation), ..self }
    }
}

/// The future of a guarded call.
pub(crate) type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// An operation that a guardrail can inspect: the SDK inputs that carry text, and `http::Request`.
///
/// `S` is the inner service. The trait is sealed, because an implementation that misses a text field protects nothing.
#[diagnostic::on_unimplemented(
    message = "a guardrail around `{S}` cannot inspect `{Self}`",
    label = "not an operation that this service performs",
    note = "for inputs of the SDK, the inner service is `BedrockService::new(client)`, or a service whose response is the operation's output",
    note = "for `http::Request<B>`, the bodies are `http_body::Body<Data = Bytes>`, and `B: From<Bytes>`",
    note = "the inner service must be `Clone + Send + 'static`, and its future `Send`"
)]
pub trait GuardedOperation<S>: sealed::Sealed<S> {}

impl<S, I: sealed::Sealed<S>> GuardedOperation<S> for I {}

pub(super) mod sealed {

    use super::{CallFuture, GuardrailLayer};
    /// Keeps [`GuardedOperation`](super::GuardedOperation) to this crate.
    #[diagnostic::on_unimplemented(
        message = "a guardrail around `{S}` cannot inspect `{Self}`",
        label = "not an operation that this service performs",
        note = "for inputs of the SDK, the inner service is `BedrockService::new(client)`, or a service whose response is the operation's output",
        note = "for `http::Request<B>`, the bodies are `http_body::Body<Data = Bytes>`, and `B: From<Bytes>`",
        note = "the inner service must be `Clone + Send + 'static`, and its future `Send`"
    )]
    #[allow(unnameable_types, reason = "that is what seals it")]
    pub trait Sealed<S> {
        /// What the caller receives.
        type Response;

        /// Carries the operation out with `inner`, which is ready.
        fn guard(self, layer: GuardrailLayer, inner: S) -> CallFuture<Self::Response>;
    }
}

/// A service must be `Clone` to be guarded, because each call takes it along. The bound is here so that the error is here, too.
impl<S: Clone> Layer<S> for GuardrailLayer {
    type Service = GuardrailService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardrailService { inner, layer: self.clone() }
    }
}

impl<S, I> Service<I> for GuardrailService<S>
where
    I: GuardedOperation<S>,
    S: Service<I, Error: Into<BoxError>> + Clone,
{
    type Response = I::Response;
    type Error = BoxError;
    type Future = CallFuture<I::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, input: I) -> Self::Future {
        // The clone has not been polled ready; the call takes the one that has.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        input.guard(self.layer.clone(), ready)
    }
}
