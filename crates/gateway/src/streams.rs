//! Streams on their way to clients.

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

use crate::span::CallSpan;
use crate::timed::{SlowUpstream, TimedBody};

/// The streams under way under one policy, and what they hold.
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
struct Counted {
    gauge: Arc<StreamGauge>,
    buffered_bytes: u64,
}

impl Counted {
    fn new(gauge: Arc<StreamGauge>) -> Self {
        gauge.streams.fetch_add(1, Ordering::Relaxed);
        Self { gauge, buffered_bytes: 0 }
    }

    fn hold(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        // Wraps where less is held than before, and so does the sum.
        let more = bytes.wrapping_sub(self.buffered_bytes);
        if more != 0 {
            self.gauge.buffered_bytes.fetch_add(more, Ordering::Relaxed);
            self.buffered_bytes = bytes;
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.hold(0);
        self.gauge.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A guarded stream that is counted, and that says so when the upstream is too slow.
///
/// The guard puts out whole frames only, so there is always room for one more.
pub(crate) struct StreamBody {
    under_way: Option<UnderWay>,
    operation: Operation,
    failed: Box<dyn Fn(&BoxError) + Send>,
}

struct UnderWay {
    body: Option<ResponseBody<TimedBody>>,
    counted: Counted,
    span: CallSpan,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        // What was found is told when the body goes.
        let body = self.body.take();
        self.span.scope(|| drop(body));
    }
}

impl StreamBody {
    /// `failed` is called once if the upstream fails within it.
    pub(crate) fn new(
        body: ResponseBody<TimedBody>,
        operation: Operation,
        gauge: Arc<StreamGauge>,
        span: CallSpan,
        failed: impl Fn(&BoxError) + Send + 'static,
    ) -> Self {
        let under_way = UnderWay { body: Some(body), counted: Counted::new(gauge), span };
        Self { under_way: Some(under_way), operation, failed: Box::new(failed) }
    }

    fn end(&mut self) {
        self.under_way = None;
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let Some(UnderWay { body: Some(body), counted, span }) = &mut this.under_way else { return Poll::Ready(None) };
        let polled = span.scope(|| Pin::new(&mut *body).poll_frame(cx));
        counted.hold(body.buffered_bytes());
        match polled {
            Poll::Ready(None) => {
                this.end();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(error))) => {
                span.failed();
                this.end();
                (this.failed)(&error);
                let exception = error.is::<SlowUpstream>().then(|| too_slow(this.operation)).flatten();
                Poll::Ready(Some(exception.map(Frame::data).ok_or(error)))
            }
            polled => polled,
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.under_way {
            Some(UnderWay { body: Some(body), .. }) => body.is_end_stream(),
            _ => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.under_way {
            Some(UnderWay { body: Some(body), .. }) => body.size_hint(),
            _ => SizeHint::default(),
        }
    }
}

/// The exception event for it, of those that the operation's streams can have.
fn too_slow(operation: Operation) -> Option<Bytes> {
    let name = match operation {
        Operation::InvokeModelWithResponseStream => "modelTimeoutException",
        _ => "modelStreamErrorException",
    };
    let payload = json!({"message": "The model's endpoint paused for too long within its answer."}).to_string();
    let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(payload)
        .add_header(header(":message-type", "exception"))
        .add_header(header(":exception-type", name))
        .add_header(header(":content-type", "application/json"));
    let mut frame = Vec::new();
    write_message_to(&message, &mut frame).ok()?;
    Some(frame.into())
}
