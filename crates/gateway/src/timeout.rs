//! Timeouts of the upstream.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use banister::Operation;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use thiserror::Error;
use tokio::time::Sleep;
use tower::BoxError;

use crate::body::RequestBody;
use crate::compatible::is_stream;
use crate::heavy::HeavyWork;
use crate::limits::Limits;
use crate::memory::Lease;
use crate::upstream::{InterruptedUpstream, Upstream};

/// Marks a response of the upstream, which is not the gateway's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpstreamResponse;

/// Sends a request to the upstream, with timeouts. A response that is evaluated as a whole is read here, and waits for its turn.
pub(crate) async fn send(
    upstream: Upstream,
    limits: Limits,
    operation: Option<Operation>,
    work: HeavyWork,
    request: Request<RequestBody>,
) -> Result<Response<UpstreamBody>, BoxError> {
    let response = tokio::time::timeout(limits.upstream_timeout, upstream.send(request)).await;
    let response = response.map_err(|_| SlowUpstream::Response)??;
    let (mut head, body) = response.into_parts();
    head.extensions.insert(UpstreamResponse);
    let body = TimeoutBody::new(body, limits.idle_timeout);
    // The layer rejects one that is too large by its length alone.
    let is_too_large = body.size_hint().lower() > limits.body_bytes as u64;
    if is_too_large || (head.status.is_success() && is_stream(operation, &head.headers)) {
        return Ok(Response::from_parts(head, UpstreamBody::Stream { body, left: Bytes::new(), rests: false }));
    }
    let (data, trailers) = match body.read(limits.body_bytes, work.memory().take(0)).await {
        // The status of an error says more than that its message did not arrive.
        Err(_) if !head.status.is_success() => Default::default(),
        read => read?,
    };
    work.wait_within(data.len()).await;
    Ok(Response::from_parts(head, UpstreamBody::Whole(Some(data).filter(|data| !data.is_empty()), trailers)))
}

/// The number of bytes of a stream that are inspected before other tasks have their turn. An event has about a hundred.
const STREAM_SLICE: usize = 4 << 10;

/// The body of an upstream's response.
#[derive(Debug)]
pub(crate) enum UpstreamBody {
    /// A stream, in slices.
    Stream {
        body: TimeoutBody,
        /// What is left of the last piece.
        left: Bytes,
        /// Other tasks run before the next slice.
        rests: bool,
    },
    /// A whole body, and its trailers.
    Whole(Option<Bytes>, Option<HeaderMap>),
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut *self {
            Self::Stream { body, left, rests } => {
                if std::mem::take(rests) {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                if left.is_empty() {
                    match ready!(Pin::new(body).poll_frame(cx)) {
                        Some(Ok(frame)) => match frame.into_data() {
                            Ok(data) => *left = data,
                            Err(frame) => return Poll::Ready(Some(Ok(frame))),
                        },
                        ended => return Poll::Ready(ended),
                    }
                }
                let slice = left.split_to(left.len().min(STREAM_SLICE));
                *rests = !left.is_empty();
                Poll::Ready(Some(Ok(Frame::data(slice))))
            }
            Self::Whole(data, trailers) => {
                let data = data.take().map(Frame::data);
                Poll::Ready(data.or_else(|| trailers.take().map(Frame::trailers)).map(Ok))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Stream { body, left, .. } => left.is_empty() && body.is_end_stream(),
            Self::Whole(data, trailers) => data.is_none() && trailers.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Stream { body, left, .. } if left.is_empty() => body.size_hint(),
            Self::Stream { .. } => SizeHint::default(),
            Self::Whole(data, _) => SizeHint::with_exact(data.as_ref().map_or(0, Bytes::len) as u64),
        }
    }
}

/// A body of the upstream, which fails if it pauses for longer than the timeout.
///
/// `tower_http::timeout::TimeoutBody` would also fail if the timeout ran out while the client did not read.
#[derive(Debug)]
pub(crate) struct TimeoutBody {
    body: Incoming,
    idle: Duration,
    until: Pin<Box<Sleep>>,
    is_waiting: bool,
}

impl TimeoutBody {
    fn new(body: Incoming, idle: Duration) -> Self {
        Self { body, idle, until: Box::pin(tokio::time::sleep(idle)), is_waiting: false }
    }

    /// Reads the body, which then holds `lease`. One that is longer than `limit` is read no further, and the layer rejects it.
    async fn read(mut self, limit: usize, mut lease: Lease) -> Result<(Bytes, Option<HeaderMap>), BoxError> {
        let (mut read, mut trailers) = (BytesMut::new(), None);
        while read.len() <= limit {
            let Some(frame) = self.frame().await else { break };
            match frame?.into_data() {
                Ok(data) => {
                    lease.grow(data.len());
                    read.extend_from_slice(&data);
                }
                Err(frame) => trailers = frame.into_trailers().ok(),
            }
        }
        Ok((lease.hold(read.freeze()), trailers))
    }
}

impl Body for TimeoutBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.is_waiting = false;
                Poll::Ready(frame.map(|frame| frame.map_err(|error| InterruptedUpstream(error.into()).into())))
            }
            Poll::Pending => {
                // Time in which the client did not read does not count.
                if !this.is_waiting {
                    this.is_waiting = true;
                    this.until.set(tokio::time::sleep(this.idle));
                }
                this.until.as_mut().poll(cx).map(|()| Some(Err(SlowUpstream::Idle.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The error for an upstream that takes too long.
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum SlowUpstream {
    /// Until its response started.
    #[error("the upstream did not respond in time")]
    Response,
    /// Within its response.
    #[error("the upstream paused for too long within its response")]
    Idle,
}
