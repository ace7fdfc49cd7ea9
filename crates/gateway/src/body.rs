//! The bodies of requests and responses.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use thiserror::Error;
use tokio::time::{Instant, Sleep};
use tower::BoxError;

use crate::limits::Limits;
use crate::memory::{Lease, MemoryBudget};

/// The body of any response.
pub(crate) type ResponseBody = UnsyncBoxBody<Bytes, BoxError>;

/// Returns a response body with these bytes.
pub(crate) fn full(bytes: Bytes) -> ResponseBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// The body of a request, from the client or from the guardrail.
#[derive(Debug)]
pub(crate) enum RequestBody {
    /// The client's body, its pace, and whether any of it is left.
    Incoming(Incoming, Pace, Arc<AtomicBool>),
    /// A complete body.
    Whole(Option<Bytes>),
}

impl RequestBody {
    /// Returns a client's body, and a flag that is set while any of it is left.
    pub(crate) fn incoming(body: Incoming, limits: &Limits) -> (Self, Arc<AtomicBool>) {
        let is_left = Arc::new(AtomicBool::new(!body.is_end_stream()));
        (Self::Incoming(body, Pace::new(limits), Arc::clone(&is_left)), is_left)
    }

    /// Returns the bytes of a complete body.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Incoming(..) => None,
            Self::Whole(bytes) => Some(bytes.as_deref().unwrap_or_default()),
        }
    }

    /// Reads the body, which then holds `lease`. If it is longer than `limit`, the result is too, and the layer rejects it.
    pub(crate) async fn read(mut self, limit: usize, mut lease: Lease) -> Result<Self, ReadError> {
        let announced = usize::try_from(self.size_hint().lower()).unwrap_or(usize::MAX);
        // A client must not be able to reserve memory by announcing a body.
        let mut read = BytesMut::with_capacity(announced.min(READ_AHEAD));
        while read.len() <= limit {
            let Some(frame) = self.frame().await else { break };
            let Ok(data) = frame.map_err(ReadError::Failed)?.into_data() else { continue };
            if !lease.try_grow(data.len()) {
                return Err(ReadError::NoMemory);
            }
            read.extend_from_slice(&data);
        }
        Ok(lease.hold(read.freeze()).into())
    }
}

impl RequestBody {
    /// Counts the memory of a body that the guardrail has rewritten. `received` is the address of the body that the client sent, which is
    /// counted already.
    pub(crate) fn held(self, memory: &Arc<MemoryBudget>, received: Option<(usize, usize)>) -> Self {
        match self {
            Self::Whole(Some(bytes)) => {
                let range = bytes.as_ptr_range();
                let is_counted = received == Some((range.start.addr(), range.end.addr()));
                Self::Whole(Some(if is_counted { bytes } else { memory.take(bytes.len()).hold(bytes) }))
            }
            body => body,
        }
    }
}

/// The memory reserved for a body before any of it has arrived.
const READ_AHEAD: usize = 64 << 10;

/// Why the body of a request could not be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The client is too slow, or has disconnected.
    Failed(BoxError),
    /// The memory for bodies is in use.
    NoMemory,
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self::Whole((!bytes.is_empty()).then_some(bytes))
    }
}

/// The least rate at which a body must arrive.
#[derive(Debug)]
pub(crate) struct Pace {
    started: Instant,
    received: u64,
    grace: Duration,
    bytes_per_second: u64,
    total: Duration,
    deadline: Pin<Box<Sleep>>,
}

impl Pace {
    fn new(limits: &Limits) -> Self {
        let (grace, total) = (limits.header_timeout, limits.body_timeout);
        let started = Instant::now();
        let deadline = Box::pin(tokio::time::sleep(grace.min(total)));
        Self { started, received: 0, grace, bytes_per_second: limits.min_body_rate, total, deadline }
    }

    /// Extends the time by as much as the bytes that have arrived may take.
    fn received(&mut self, bytes: usize) {
        self.received = self.received.saturating_add(bytes as u64);
        let earned = match self.bytes_per_second {
            0 => self.total,
            rate => Duration::from_secs_f64(self.received as f64 / rate as f64),
        };
        let allowed = self.grace.saturating_add(earned).min(self.total);
        self.deadline.as_mut().reset(self.started + allowed);
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut *self {
            Self::Incoming(body, pace, is_left) => {
                if pace.deadline.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Some(Err(SlowBody.into())));
                }
                let frame = ready!(Pin::new(&mut *body).poll_frame(cx));
                is_left.store(frame.is_some() && !body.is_end_stream(), Ordering::Relaxed);
                let received = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
                pace.received(received.map_or(0, Bytes::len));
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Incoming(body, ..) => body.is_end_stream(),
            Self::Whole(bytes) => bytes.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Incoming(body, ..) => body.size_hint(),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
        }
    }
}

/// The error for a client that does not send its request in time.
#[derive(Debug, Error)]
#[error("the body of the request took too long to arrive")]
pub(crate) struct SlowBody;

/// The body of a response that holds something until it has ended.
#[derive(Debug)]
pub(crate) struct HeldBody<G> {
    body: ResponseBody,
    _held: G,
}

impl<G> HeldBody<G> {
    pub(crate) fn new(body: ResponseBody, held: G) -> Self {
        Self { body, _held: held }
    }
}

impl<G: Unpin> Body for HeldBody<G> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
