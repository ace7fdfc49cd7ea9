use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower::{BoxError, Layer, Service};

use super::layer::GuardrailLayer;

/// A service with a guardrail around it, made by [`GuardrailLayer`](crate::GuardrailLayer).
///
/// Errors are boxed, like those of Tower's timeout and load-shed layers, so that the service fits anywhere in a stack. Use
/// [`GuardrailError::find_in`](crate::GuardrailError::find_in) to find a guardrail's error.
#[derive(Clone, Debug)]
pub struct GuardrailService<S> {
    inner: S,
    layer: GuardrailLayer,
}

/// The future of a guarded call.
pub(crate) type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// An operation that a guardrail can inspect: the SDK inputs that carry text, and `http::Request`.
///
/// `S` is the inner service. The trait is sealed, because an implementation that misses a text field protects nothing.
pub trait GuardedOperation<S>: sealed::Sealed<S> {}

impl<S, I: sealed::Sealed<S>> GuardedOperation<S> for I {}

pub(super) mod sealed {

    use super::{CallFuture, GuardrailLayer};
    /// Keeps [`GuardedOperation`](super::GuardedOperation) to this crate.
    #[allow(unnameable_types, reason = "that is what seals it")]
    pub trait Sealed<S> {
        /// What the caller receives.
        type Response;

        /// Carries the operation out with `inner`, which is ready.
        fn guard(self, layer: GuardrailLayer, inner: S) -> CallFuture<Self::Response>;
    }
}

impl<S> Layer<S> for GuardrailLayer {
    type Service = GuardrailService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardrailService { inner, layer: self.clone() }
    }
}

impl<S, I> Service<I> for GuardrailService<S>
where
    I: GuardedOperation<S>,
    S: Service<I> + Clone,
    S::Error: Into<BoxError>,
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
