use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use aws_sdk_bedrockruntime::error::SdkError;
use aws_sdk_bedrockruntime::primitives::event_stream::EventReceiver;
use aws_smithy_types::event_stream::RawMessage;
use futures_core::Stream;

use super::errors::{InspectableError, inspect_stream_error};
use crate::bedrock::BodyError;
use crate::exchange::{Exchange, GuardrailError, StreamEnd, StreamState};
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
    /// Adds the events to forward in place of an event to `out`. After an error, what was added must not be forwarded.
    fn push(&mut self, event: T, out: &mut VecDeque<T>) -> Result<(), BodyError>;

    /// Adds the events to forward at the end to `out`.
    fn finish(&mut self, out: &mut VecDeque<T>) -> Result<(), BodyError>;

    fn state(&self) -> &StreamState;

    fn into_state(self: Box<Self>) -> StreamState;
}

type Received<T, E> = Result<Option<T>, SdkError<E, RawMessage>>;

/// Receives the events of the model's response, in one future for all of them.
struct Upstream<T, E> {
    /// Puts an event into the slot whenever that is empty.
    receive: Pin<Box<dyn Future<Output = Infallible> + Send>>,
    slot: Slot<T, E>,
}

/// Where the event is that was received last, until it is taken.
type Slot<T, E> = Arc<Mutex<Option<Received<T, E>>>>;

impl<T, E> Upstream<T, E>
where
    T: Send + fmt::Debug + 'static,
    E: Send + fmt::Debug + 'static,
{
    fn new(mut receiver: EventReceiver<T, E>) -> Self {
        let slot = Slot::default();
        let filled = Arc::clone(&slot);
        let receive = Box::pin(async move {
            loop {
                let event = receiver.recv().await;
                *lock(&filled) = Some(event);
                // Nothing is read ahead.
                poll_fn(|_| if lock(&filled).is_some() { Poll::Pending } else { Poll::Ready(()) }).await;
            }
        });
        Self { receive, slot }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Received<T, E>> {
        match self.receive.as_mut().poll(cx) {
            Poll::Ready(never) => match never {},
            Poll::Pending => lock(&self.slot).take().map_or(Poll::Pending, Poll::Ready),
        }
    }
}

/// Locks the slot. Only one task uses it, and nothing panics while it is locked.
fn lock<T, E>(slot: &Slot<T, E>) -> MutexGuard<'_, Option<Received<T, E>>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The guarded events of a model's response.
///
/// Read it like the SDK's receiver, with [`recv`](Self::recv), or as a [`Stream`]. Events keep their order. Text is released as soon as it is safe;
/// see [`StreamGuard`](crate::StreamGuard) for what is buffered and how much. A rule that blocks ends the stream as the model ends one, with
/// the blocked message. Nothing is read ahead of the caller, and dropping the stream drops the call.
pub struct GuardedStream<T, E> {
    /// `None` once nothing more is received.
    upstream: Option<Upstream<T, E>>,
    inspect: Option<Box<dyn InspectEvents<T>>>,
    ready: VecDeque<T>,
    failure: Option<GuardedStreamError<E>>,
    exchange: Exchange,
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
            upstream: Some(Upstream::new(receiver)),
            inspect: Some(inspect),
            ready: VecDeque::new(),
            failure: None,
            exchange,
            inspect_failure: inspect_stream_error,
        }
    }

    /// Creates a stream of these events, without a call.
    pub(super) fn of(events: impl IntoIterator<Item = T>, exchange: Exchange) -> Self {
        Self {
            upstream: None,
            inspect: None,
            ready: events.into_iter().collect(),
            failure: None,
            exchange,
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
            let Some(upstream) = &mut self.upstream else { return Poll::Ready(None) };
            let event = ready!(upstream.poll(cx));
            self.take(event);
        }
    }

    fn take(&mut self, event: Received<T, E>) {
        let Some(inspect) = &mut self.inspect else { return };
        let (is_last, inspected) = match event {
            Err(error) => {
                let error = (self.inspect_failure)(&self.exchange, error);
                let _ = self.end(StreamEnd::Interrupted);
                return self.fail(GuardedStreamError::Upstream(error));
            }
            Ok(Some(event)) => (false, inspect.push(event, &mut self.ready)),
            Ok(None) => (true, inspect.finish(&mut self.ready)),
        };
        if let Err(error) = inspected {
            let error = GuardrailError::unreadable(self.exchange.operation(), Source::Output, error);
            // The rejection is the error, recorded or not.
            let _ = self.end(StreamEnd::Rejected(&error));
            return self.fail(GuardedStreamError::Guardrail(error));
        }
        if !is_last && !inspect.state().is_blocked() {
            return;
        }
        self.upstream = None;
        if let Err(error) = self.end(StreamEnd::Complete) {
            self.fail(GuardedStreamError::Guardrail(error));
        }
    }

    /// Ends the stream with an error, in place of the events of the last one that arrived.
    fn fail(&mut self, failure: GuardedStreamError<E>) {
        self.upstream = None;
        self.ready.clear();
        self.failure = Some(failure);
    }
}

impl<T, E> GuardedStream<T, E> {
    /// Returns the number of bytes of decoded text currently buffered; zero after the end.
    ///
    /// At most [`buffer_limit`](crate::Guardrail::buffer_limit) for each open content block. Costs a sum over these.
    #[must_use]
    pub fn buffered_bytes(&self) -> usize {
        self.inspect.as_ref().map_or(0, |inspect| inspect.state().buffered_bytes())
    }

    /// Ends the inspection.
    fn end(&mut self, end: StreamEnd<'_>) -> Result<(), GuardrailError> {
        let Some(inspect) = self.inspect.take() else { return Ok(()) };
        self.exchange.end_stream(inspect.into_state(), end)
    }
}

impl<T, E> Drop for GuardedStream<T, E> {
    fn drop(&mut self) {
        // A caller that leaves early has still received what was released.
        let _ = self.end(StreamEnd::Interrupted);
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
