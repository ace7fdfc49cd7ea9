use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use aws_sdk_bedrockruntime::error::SdkError;
use aws_sdk_bedrockruntime::primitives::event_stream::EventReceiver;
use aws_smithy_types::event_stream::RawMessage;
use futures_core::Stream;

use super::errors::{InspectableError, inspect_stream_error};
use crate::bedrock::BodyError;
use crate::exchange::{BodyAssessment, Exchange, GuardrailError};
use crate::guardrail::Source;

/// The error of a guarded stream. The stream ends with it, and buffered text is not released.
#[non_exhaustive]
pub enum GuardedStreamError<E> {
    /// The model's stream failed: an exception event, whose message is inspected, a closed connection, a corrupt frame.
    Upstream(SdkError<E, RawMessage>),
    /// The guardrail rejected the stream: an event could not be inspected, or a rule blocked it and the layer is set to fail.
    Guardrail(GuardrailError),
}

impl<E: fmt::Debug> fmt::Debug for GuardedStreamError<E> {
    // Without the raw message: an event that the SDK could not read holds text that was not evaluated.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upstream(SdkError::ServiceError(error)) => f.debug_tuple("Upstream").field(error.err()).finish(),
            Self::Upstream(SdkError::DispatchFailure(_)) => f.write_str("Upstream(DispatchFailure)"),
            Self::Upstream(SdkError::ResponseError(_)) => f.write_str("Upstream(ResponseError)"),
            Self::Upstream(SdkError::TimeoutError(_)) => f.write_str("Upstream(TimeoutError)"),
            Self::Upstream(_) => f.write_str("Upstream"),
            Self::Guardrail(error) => f.debug_tuple("Guardrail").field(error).finish(),
        }
    }
}

impl<E: std::error::Error + 'static> fmt::Display for GuardedStreamError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upstream(_) => f.write_str("the model's stream failed"),
            Self::Guardrail(_) => f.write_str("the guardrail rejected the model's stream"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for GuardedStreamError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Upstream(error) => Some(error),
            Self::Guardrail(error) => Some(error),
        }
    }
}

/// Inspects the events of one operation.
pub(super) trait InspectEvents<T>: fmt::Debug + Send {
    /// Returns the events to forward in place of an event.
    fn push(&mut self, event: T) -> Result<Vec<T>, BodyError>;

    /// Returns the events to forward at the end.
    fn finish(&mut self) -> Result<Vec<T>, BodyError>;

    /// Returns the number of bytes of text buffered.
    fn buffered_bytes(&self) -> usize;

    /// Returns `true` if a rule blocked the stream.
    fn is_blocked(&self) -> bool;

    /// Returns `true` if the stream is blocked and no event holds the message.
    fn has_no_message(&self) -> bool;

    /// Returns the assessment.
    fn into_assessment(self: Box<Self>) -> BodyAssessment;
}

type Received<T, E> = (EventReceiver<T, E>, Result<Option<T>, SdkError<E, RawMessage>>);

#[allow(clippy::large_enum_variant, reason = "there is one of these a stream")]
enum Upstream<T, E> {
    Idle(EventReceiver<T, E>),
    Receiving(Pin<Box<dyn Future<Output = Received<T, E>> + Send>>),
    Over,
}

/// The guarded events of a model's response.
///
/// Read it like the SDK's receiver, with [`recv`](Self::recv), or as a [`Stream`]. Events keep their order. Text is released as soon as it is safe;
/// see [`StreamGuard`](crate::StreamGuard) for what is buffered and how much. A rule that blocks ends the stream as the model ends one, with
/// the blocked message. Nothing is read ahead of the caller, and dropping the stream drops the call.
pub struct GuardedStream<T, E> {
    upstream: Upstream<T, E>,
    inspect: Option<Box<dyn InspectEvents<T>>>,
    ready: VecDeque<T>,
    failure: Option<GuardedStreamError<E>>,
    exchange: Exchange,
    since: Instant,
    /// Inspects the error of the model's stream.
    inspect_failure: fn(&Exchange, SdkError<E, RawMessage>) -> SdkError<E, RawMessage>,
}

impl<T, E> GuardedStream<T, E>
where
    T: Send + fmt::Debug + 'static,
    E: Send + fmt::Debug + 'static,
{
    pub(super) fn new(receiver: EventReceiver<T, E>, inspect: Box<dyn InspectEvents<T>>, exchange: Exchange) -> Self
    where
        E: InspectableError,
    {
        Self {
            upstream: Upstream::Idle(receiver),
            inspect: Some(inspect),
            ready: VecDeque::new(),
            failure: None,
            exchange,
            since: Instant::now(),
            inspect_failure: inspect_stream_error,
        }
    }

    /// Creates a stream of these events, without a call.
    pub(super) fn of(events: impl IntoIterator<Item = T>, exchange: Exchange) -> Self {
        Self {
            upstream: Upstream::Over,
            inspect: None,
            ready: events.into_iter().collect(),
            failure: None,
            exchange,
            since: Instant::now(),
            inspect_failure: |_, error| error,
        }
    }

    /// Returns the next event, or `None` at the end. This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, if the model's stream fails or an event cannot be inspected. After that the stream has ended.
    pub async fn recv(&mut self) -> Result<Option<T>, GuardedStreamError<E>> {
        poll_fn(|cx| self.poll_event(cx)).await.transpose()
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, GuardedStreamError<E>>>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            if let Some(failure) = self.failure.take() {
                return Poll::Ready(Some(Err(failure)));
            }
            match std::mem::replace(&mut self.upstream, Upstream::Over) {
                Upstream::Over => return Poll::Ready(None),
                Upstream::Idle(mut receiver) => {
                    self.upstream = Upstream::Receiving(Box::pin(async move {
                        let event = receiver.recv().await;
                        (receiver, event)
                    }));
                }
                Upstream::Receiving(mut future) => match future.as_mut().poll(cx) {
                    Poll::Pending => {
                        self.upstream = Upstream::Receiving(future);
                        return Poll::Pending;
                    }
                    Poll::Ready((receiver, event)) => self.take(receiver, event),
                },
            }
        }
    }

    fn take(&mut self, receiver: EventReceiver<T, E>, event: Result<Option<T>, SdkError<E, RawMessage>>) {
        let Some(inspect) = &mut self.inspect else { return };
        let inspected = match event {
            Err(error) => {
                let error = (self.inspect_failure)(&self.exchange, error);
                return self.fail(GuardedStreamError::Upstream(error));
            }
            Ok(Some(event)) => {
                let inspected = inspect.push(event);
                if !inspect.is_blocked() {
                    self.upstream = Upstream::Idle(receiver);
                }
                inspected
            }
            Ok(None) => inspect.finish(),
        };
        let events = match inspected {
            Ok(events) => events,
            Err(error) => {
                let error = self.exchange.unreadable(Source::Output, error);
                return self.fail(GuardedStreamError::Guardrail(error));
            }
        };
        if inspect.has_no_message() || inspect.is_blocked() && self.exchange.errors_on_block() {
            if let Some(assessment) = self.end() {
                let error = GuardrailError::blocked(self.exchange.operation(), assessment);
                self.fail(GuardedStreamError::Guardrail(error));
            }
            return;
        }
        self.ready.extend(events);
        if matches!(self.upstream, Upstream::Over) {
            self.end();
        }
    }

    fn fail(&mut self, failure: GuardedStreamError<E>) {
        self.upstream = Upstream::Over;
        self.end();
        self.failure = Some(failure);
    }
}

impl<T, E> GuardedStream<T, E> {
    /// Returns the number of bytes of decoded text currently buffered; zero after the end.
    ///
    /// At most [`buffer_limit`](crate::Guardrail::buffer_limit) for each open content block. Costs a sum over these.
    #[must_use]
    pub fn buffered_bytes(&self) -> usize {
        self.inspect.as_ref().map_or(0, |inspect| inspect.buffered_bytes())
    }

    /// Ends the inspection, and calls the observer.
    fn end(&mut self) -> Option<BodyAssessment> {
        let assessment = self.inspect.take()?.into_assessment();
        self.exchange.observe(&assessment, self.since);
        Some(assessment)
    }
}

impl<T, E> Drop for GuardedStream<T, E> {
    fn drop(&mut self) {
        // A caller that leaves early has still received what was released.
        self.end();
    }
}

impl<T, E> Unpin for GuardedStream<T, E> {}

impl<T, E> Stream for GuardedStream<T, E>
where
    T: Send + fmt::Debug + 'static,
    E: Send + fmt::Debug + 'static,
{
    type Item = Result<T, GuardedStreamError<E>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = ready!(self.poll_event(cx));
        Poll::Ready(event)
    }
}

impl<T, E> fmt::Debug for GuardedStream<T, E> {
    // Without the events, which hold text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedStream")
            .field("ready", &self.ready.len())
            .field("exchange", &self.exchange)
            .finish_non_exhaustive()
    }
}
