//! Timeouts of the upstream.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Sleep;
use tower::{BoxError, Service};

use crate::body::RequestBody;
use crate::limits::Limits;
use crate::upstream::Upstream;

/// The upstream, with timeouts.
#[derive(Clone, Debug)]
pub(crate) struct TimeoutService {
    upstream: Upstream,
    response: Duration,
    idle: Duration,
}

/// Marks a response of the upstream, which is not the gateway's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpstreamResponse;

impl TimeoutService {
    pub(crate) fn new(upstream: Upstream, limits: &Limits) -> Self {
        Self { upstream, response: limits.upstream_timeout, idle: limits.idle_timeout }
    }
}

impl Service<Request<RequestBody>> for TimeoutService {
    type Response = Response<TimeoutBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.upstream.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let (response, idle) = (self.response, self.idle);
        let call = self.upstream.call(request);
        Box::pin(async move {
            let response = tokio::time::timeout(response, call).await.map_err(|_| SlowUpstream::Response)??;
            let mut response = response.map(|body| TimeoutBody::new(body, idle));
            response.extensions_mut().insert(UpstreamResponse);
            Ok(response)
        })
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
}

impl Body for TimeoutBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.is_waiting = false;
                Poll::Ready(frame.map(|frame| frame.map_err(|error| BrokenUpstream(error).into())))
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
#[derive(Clone, Copy, Debug)]
pub(crate) enum SlowUpstream {
    /// Until its response started.
    Response,
    /// Within its response.
    Idle,
}

impl fmt::Display for SlowUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Response => "the upstream did not respond in time",
            Self::Idle => "the upstream paused for too long within its response",
        })
    }
}

impl std::error::Error for SlowUpstream {}

/// The error for a response of the upstream that was interrupted.
#[derive(Debug)]
struct BrokenUpstream(hyper::Error);

impl fmt::Display for BrokenUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response of the upstream was interrupted")
    }
}

impl std::error::Error for BrokenUpstream {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
