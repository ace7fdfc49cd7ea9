use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower::{BoxError, Service};

use super::layer::Settings;

/// A service with a guardrail around it; made by [`GuardrailLayer`](super::GuardrailLayer).
///
/// Errors are boxed, as those of Tower's own timeout and load-shed layers are, so that it stands anywhere in a stack. A
/// [`GuardrailError`](super::GuardrailError) is found by `downcast_ref`.
#[derive(Clone, Debug)]
pub struct GuardrailService<S> {
    inner: S,
    settings: Arc<Settings>,
}

/// What a call comes to.
pub(crate) type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// An operation that a guardrail can stand around: the SDK inputs that carry text, and `http::Request`. `S` is the service that
/// carries it out.
///
/// Sealed: a guard that forgets a text guards nothing.
pub trait GuardedOperation<S>: sealed::Sealed {
    /// What the caller gets.
    type Response;

    /// Carries the operation out with `inner`, which is ready.
    #[doc(hidden)]
    #[allow(private_interfaces, reason = "nobody outside can call it")]
    fn guard(self, settings: Arc<Settings>, inner: S) -> CallFuture<Self::Response>;
}

pub(super) mod sealed {
    /// Keeps [`GuardedOperation`](super::GuardedOperation) to this crate.
    #[allow(unnameable_types, reason = "that is what seals it")]
    pub trait Sealed {}
}

impl<S> GuardrailService<S> {
    pub(super) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
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
        input.guard(Arc::clone(&self.settings), ready)
    }
}
