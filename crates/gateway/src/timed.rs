//! Limits on the time that the upstream may take.

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

/// The upstream, with limits on its time.
#[derive(Clone, Debug)]
pub(crate) struct Timed {
    upstream: Upstream,
    answer: Duration,
    idle: Duration,
}

/// On an answer that is the upstream's and not our own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromUpstream;

impl Timed {
    pub(crate) fn new(upstream: Upstream, limits: &Limits) -> Self {
        Self { upstream, answer: limits.upstream_timeout, idle: limits.idle_timeout }
    }
}

impl Service<Request<RequestBody>> for Timed {
    type Response = Response<TimedBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.upstream.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let (answer, idle) = (self.answer, self.idle);
        let call = self.upstream.call(request);
        Box::pin(async move {
            let response = tokio::time::timeout(answer, call).await.map_err(|_| SlowUpstream::Answer)??;
            let mut response = response.map(|body| TimedBody::new(body, idle));
            response.extensions_mut().insert(FromUpstream);
            Ok(response)
        })
    }
}

/// A body of the upstream's. It fails when no byte of it comes for too long.
#[derive(Debug)]
pub(crate) struct TimedBody {
    body: Incoming,
    idle: Duration,
    until: Pin<Box<Sleep>>,
    is_waiting: bool,
}

impl TimedBody {
    fn new(body: Incoming, idle: Duration) -> Self {
        Self { body, idle, until: Box::pin(tokio::time::sleep(idle)), is_waiting: false }
    }
}

impl Body for TimedBody {
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
                // The time in which a client did not read is not the upstream's.
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

/// The upstream took too long.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SlowUpstream {
    /// Until it began to answer.
    Answer,
    /// Within its answer.
    Idle,
}

impl fmt::Display for SlowUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answer => "the model's endpoint took too long to answer",
            Self::Idle => "the model's endpoint paused for too long within its answer",
        })
    }
}

impl std::error::Error for SlowUpstream {}

/// The upstream's answer broke off.
#[derive(Debug)]
struct BrokenUpstream(hyper::Error);

impl fmt::Display for BrokenUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer of the model's endpoint broke off")
    }
}

impl std::error::Error for BrokenUpstream {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
