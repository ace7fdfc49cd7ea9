//! The bodies of requests and responses.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use thiserror::Error;
use tokio::time::Sleep;
use tower::BoxError;

/// The body of any response.
pub(crate) type ResponseBody = UnsyncBoxBody<Bytes, BoxError>;

/// Returns a response body with these bytes.
pub(crate) fn full(bytes: Bytes) -> ResponseBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// The body of a request, from the client or from the guardrail.
#[derive(Debug)]
pub(crate) enum RequestBody {
    /// The client's body, the timeout for sending it, and whether any of it is left.
    Incoming(Incoming, Pin<Box<Sleep>>, Arc<AtomicBool>),
    /// A complete body.
    Whole(Option<Bytes>),
}

impl RequestBody {
    /// Returns a client's body, and a flag that is set while any of it is left.
    pub(crate) fn incoming(body: Incoming, timeout: Duration) -> (Self, Arc<AtomicBool>) {
        let is_left = Arc::new(AtomicBool::new(!body.is_end_stream()));
        (Self::Incoming(body, Box::pin(tokio::time::sleep(timeout)), Arc::clone(&is_left)), is_left)
    }

    /// Returns the bytes of a complete body.
    #[cfg(feature = "aws")]
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Incoming(..) => None,
            Self::Whole(bytes) => Some(bytes.as_deref().unwrap_or_default()),
        }
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self::Whole((!bytes.is_empty()).then_some(bytes))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut *self {
            Self::Incoming(body, timeout, is_left) => {
                if timeout.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Some(Err(SlowBody.into())));
                }
                let frame = ready!(Pin::new(&mut *body).poll_frame(cx));
                is_left.store(frame.is_some() && !body.is_end_stream(), Ordering::Relaxed);
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
