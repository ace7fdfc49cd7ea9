//! Streamed responses.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use banister::Operation;
use banister::ResponseBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use serde_json::json;
use tower::BoxError;

use crate::otel::CallSpan;
use crate::timeout::{SlowUpstream, TimeoutBody};

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

/// A guarded stream that is counted, and ends with an exception event if the upstream is too slow.
///
/// The guard returns whole frames only, so an event can always be added.
pub(crate) struct StreamBody {
    open: Option<OpenStream>,
    operation: Operation,
    failed: Box<dyn Fn(&BoxError) + Send>,
}

struct OpenStream {
    body: Option<ResponseBody<TimeoutBody>>,
    counted: OpenStreamCount,
    span: CallSpan,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        // The last findings are reported when the body is dropped.
        self.span.scope(|| drop(self.body.take()));
    }
}

impl StreamBody {
    /// `failed` is called once if the upstream fails within the stream.
    pub(crate) fn new(
        body: ResponseBody<TimeoutBody>,
        operation: Operation,
        gauge: Arc<StreamGauge>,
        span: CallSpan,
        failed: impl Fn(&BoxError) + Send + 'static,
    ) -> Self {
        let open = OpenStream { body: Some(body), counted: OpenStreamCount::new(gauge), span };
        Self { open: Some(open), operation, failed: Box::new(failed) }
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let Some(OpenStream { body: Some(body), counted, span }) = &mut this.open else { return Poll::Ready(None) };
        let polled = span.scope(|| Pin::new(&mut *body).poll_frame(cx));
        counted.set_buffered(body.buffered_bytes());
        match polled {
            Poll::Ready(None) => {
                this.open = None;
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                span.failed();
                this.open = None;
                (this.failed)(&error);
                let exception = error.is::<SlowUpstream>().then(|| too_slow(this.operation)).flatten();
                Poll::Ready(Some(exception.map(Frame::data).ok_or(error)))
            }
            polled => polled,
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.open {
            Some(OpenStream { body: Some(body), .. }) => body.is_end_stream(),
            _ => true,
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
    let payload = json!({"message": "The model paused for too long within its response."}).to_string();
    let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(payload)
        .add_header(header(":message-type", "exception"))
        .add_header(header(":exception-type", name))
        .add_header(header(":content-type", "application/json"));
    let mut frame = Vec::new();
    write_message_to(&message, &mut frame).ok()?;
    Some(frame.into())
}
