//! Timeouts of the upstream.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use thiserror::Error;
use tokio::time::Sleep;
use tower::BoxError;

use crate::body::RequestBody;
use crate::limits::Limits;
use crate::upstream::Upstream;

/// Marks a response of the upstream, which is not the gateway's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpstreamResponse;

/// Sends a request to the upstream, with timeouts.
pub(crate) async fn send(
    upstream: Upstream,
    limits: Limits,
    request: Request<RequestBody>,
) -> Result<Response<TimeoutBody>, BoxError> {
    let response = tokio::time::timeout(limits.upstream_timeout, upstream.send(request)).await;
    let response = response.map_err(|_| SlowUpstream::Response)??;
    let mut response = response.map(|body| TimeoutBody::new(body, limits.idle_timeout));
    response.extensions_mut().insert(UpstreamResponse);
    Ok(response)
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
#[derive(Clone, Copy, Debug, Error)]
pub(crate) enum SlowUpstream {
    /// Until its response started.
    #[error("the upstream did not respond in time")]
    Response,
    /// Within its response.
    #[error("the upstream paused for too long within its response")]
    Idle,
}

/// The error for a response of the upstream that was interrupted.
#[derive(Debug, Error)]
#[error("the response of the upstream was interrupted")]
struct BrokenUpstream(#[source] hyper::Error);
