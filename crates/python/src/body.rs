//! Bodies of HTTP messages, whole or fed with chunks.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tower::BoxError;

/// The body of a request, as a whole.
#[derive(Debug, Default)]
pub(crate) struct WholeBody(Option<Bytes>);

impl WholeBody {
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0.unwrap_or_default()
    }
}

impl From<Bytes> for WholeBody {
    fn from(bytes: Bytes) -> Self {
        Self(Some(bytes))
    }
}

impl http_body::Body for WholeBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, Bytes::len) as u64)
    }
}

/// The body of a response, whose chunks come from a [`Feed`].
#[derive(Debug)]
pub(crate) struct FedBody(Feed);

impl http_body::Body for FedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Feed(queue) = &self.0;
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.chunks.pop_front() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if queue.is_ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Feed(Arc<Mutex<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    chunks: VecDeque<Bytes>,
    is_ended: bool,
}

impl Feed {
    /// Returns the body that this feeds.
    pub(crate) fn body(&self) -> FedBody {
        FedBody(self.clone())
    }

    /// Appends a chunk.
    pub(crate) fn push(&self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let chunk = Bytes::copy_from_slice(bytes);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).chunks.push_back(chunk);
        }
    }

    pub(crate) fn end(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_ended = true;
    }
}
