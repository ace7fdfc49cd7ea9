//! Streamed responses.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use banister::{Operation, ResponseBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;
use tower::BoxError;

use crate::compatible::error_event;
use crate::contain::{PanicSite, catch, observe};
use crate::metrics::Metrics;
use crate::otel::CallSpan;
use crate::timeout::{SlowUpstream, UpstreamBody};

/// The time between what came before an error and the error. When a body fails, the server drops what it has not sent, with the status.
const BEFORE_FAILURE: Duration = Duration::from_millis(20);

/// The active streams under one policy, and their buffered bytes.
#[derive(Debug, Default)]
pub(crate) struct StreamGauge {
    streams: AtomicU64,
    buffered_bytes: AtomicU64,
}

impl StreamGauge {
    pub(crate) fn streams(&self) -> u64 {
        self.streams.load(Ordering::Relaxed)
    }

    pub(crate) fn buffered_bytes(&self) -> u64 {
        self.buffered_bytes.load(Ordering::Relaxed)
    }
}

/// One stream in the gauge, until it is dropped.
#[derive(Debug)]
struct OpenStreamCount {
    gauge: Arc<StreamGauge>,
    buffered_bytes: u64,
}

impl OpenStreamCount {
    fn new(gauge: Arc<StreamGauge>) -> Self {
        gauge.streams.fetch_add(1, Ordering::Relaxed);
        Self { gauge, buffered_bytes: 0 }
    }

    fn set_buffered(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        // Wraps if less is buffered than before, and so does the sum.
        let more = bytes.wrapping_sub(self.buffered_bytes);
        if more != 0 {
            self.gauge.buffered_bytes.fetch_add(more, Ordering::Relaxed);
            self.buffered_bytes = bytes;
        }
    }
}

impl Drop for OpenStreamCount {
    fn drop(&mut self) {
        self.set_buffered(0);
        self.gauge.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A guarded body that can tell how much text it buffers.
pub(crate) trait BufferingBody: Body<Data = Bytes, Error = BoxError> + Unpin {
    fn buffered_bytes(&self) -> usize;
}

impl BufferingBody for ResponseBody<UpstreamBody> {
    fn buffered_bytes(&self) -> usize {
        self.buffered_bytes()
    }
}

/// A guarded stream that is counted, and ends with an exception event if the upstream is too slow or the evaluation panics.
///
/// The guard returns whole frames only, so an event can always be added.
pub(crate) struct StreamBody<B> {
    open: Option<OpenStream<B>>,
    operation: Operation,
    metrics: Arc<Metrics>,
    /// The error with which the stream ends, and the time at which it does.
    failure: Option<(BoxError, Pin<Box<Sleep>>)>,
}

struct OpenStream<B> {
    body: Option<B>,
    counted: OpenStreamCount,
    span: CallSpan,
}

impl<B> Drop for OpenStream<B> {
    fn drop(&mut self) {
        // The last findings are reported when the body is dropped. A panic in that can no longer be reported.
        let body = self.body.take();
        let _ = catch(|| self.span.scope(|| drop(body)));
    }
}

impl<B> StreamBody<B> {
    pub(crate) fn new(
        body: B,
        operation: Operation,
        gauge: Arc<StreamGauge>,
        span: CallSpan,
        metrics: Arc<Metrics>,
    ) -> Self {
        let open = OpenStream { body: Some(body), counted: OpenStreamCount::new(gauge), span };
        Self { open: Some(open), operation, metrics, failure: None }
    }
}

impl<B: BufferingBody> Body for StreamBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Some((_, at)) = &mut this.failure {
            ready!(at.as_mut().poll(cx));
            return Poll::Ready(this.failure.take().map(|(error, _)| Err(error)));
        }
        let Some(OpenStream { body: Some(body), counted, span }) = &mut this.open else { return Poll::Ready(None) };
        let polled = catch(|| {
            let polled = span.scope(|| Pin::new(&mut *body).poll_frame(cx));
            counted.set_buffered(body.buffered_bytes());
            polled
        });
        let Ok(polled) = polled else {
            this.metrics.panicked(PanicSite::Stream);
            observe(&this.metrics, || span.failed());
            this.open = None;
            let message = "The gateway failed to inspect this response. That is a bug: please report it.";
            let event = error_event(this.operation, "internalServerException", message);
            return Poll::Ready(Some(event.map(Frame::data).ok_or_else(|| "the evaluation panicked".into())));
        };
        match polled {
            Poll::Ready(None) => {
                this.open = None;
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                observe(&this.metrics, || span.failed());
                this.open = None;
                this.metrics.upstream_error(&error);
                let exception = error.is::<SlowUpstream>().then(|| too_slow(this.operation)).flatten();
                if let Some(event) = exception {
                    return Poll::Ready(Some(Ok(Frame::data(event))));
                }
                this.failure = Some((error, Box::pin(tokio::time::sleep(BEFORE_FAILURE))));
                self.poll_frame(cx)
            }
            polled => polled,
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.open {
            Some(OpenStream { body: Some(body), .. }) => body.is_end_stream(),
            _ => self.failure.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.open {
            Some(OpenStream { body: Some(body), .. }) => body.size_hint(),
            _ => SizeHint::default(),
        }
    }
}

/// Returns the exception event for a slow upstream, of the ones that the operation's streams have.
fn too_slow(operation: Operation) -> Option<Bytes> {
    let name = match operation {
        Operation::InvokeModelWithResponseStream => "modelTimeoutException",
        _ => "modelStreamErrorException",
    };
    error_event(operation, name, "The model paused for too long within its response.")
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll};

    use banister::Operation;
    use bytes::Bytes;
    use http::HeaderMap;
    use http_body::{Body, Frame};
    use http_body_util::BodyExt as _;
    use tower::BoxError;

    use super::{BufferingBody, StreamBody};
    use crate::metrics::Metrics;
    use crate::otel::CallSpan;

    /// A body whose evaluation panics, and which panics again when it is dropped.
    struct Panicking;

    impl Body for Panicking {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            panic!("evaluated");
        }
    }

    impl BufferingBody for Panicking {
        fn buffered_bytes(&self) -> usize {
            7
        }
    }

    impl Drop for Panicking {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[tokio::test]
    async fn a_panic_ends_the_stream_with_an_exception() {
        let metrics = Arc::new(Metrics::default());
        let gauge = metrics.streams("p");
        let span = CallSpan::start(None, None, &HeaderMap::new());
        let body = StreamBody::new(Panicking, Operation::ConverseStream, gauge, span, Arc::clone(&metrics));
        let sent = body.collect().await.expect("an event, and the end").to_bytes();
        let holds = |part: &[u8]| sent.windows(part.len()).any(|window| window == part);
        assert!(holds(b"internalServerException"), "{sent:?}");
        let text = metrics.text();
        for line in ["banister_panics_total{in=\"stream\"} 1", "banister_streams{policy=\"p\"} 0"] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}
