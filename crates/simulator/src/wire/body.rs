//! The HTTP body of a response: written in chunks, delayed, or cut off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// How a body is delivered.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    /// The size of one chunk.
    pub(crate) write_size: Option<usize>,
    /// The pause between events.
    pub(crate) delay: Option<Duration>,
    /// Closes the connection after this many bytes.
    pub(crate) cut_after: Option<usize>,
    /// Pauses forever before the event with this number.
    pub(crate) stall_at: Option<usize>,
}

/// An HTTP body.
#[derive(Debug)]
pub(crate) enum ChunkedBody {
    /// Bytes of known length.
    Full(Option<Bytes>),
    /// Chunks from a task, each one chunk of the HTTP encoding, so that a client receives them separately.
    Chunks(mpsc::Receiver<io::Result<Bytes>>),
}

impl Body for ChunkedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Chunks(chunks) => chunks.poll_recv(cx).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Full(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Chunks(_) => SizeHint::default(),
        }
    }
}

/// Returns a body of known length.
pub(crate) fn full(bytes: Bytes, delivery: Delivery) -> ChunkedBody {
    if delivery.write_size.is_none() && delivery.cut_after.is_none() {
        // An empty body must still end, so it has no frame at all.
        return ChunkedBody::Full(Some(bytes).filter(|bytes| !bytes.is_empty()));
    }
    stream(vec![bytes], delivery)
}

/// Returns a body that arrives event by event.
pub(crate) fn stream(events: Vec<Bytes>, delivery: Delivery) -> ChunkedBody {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(deliver(events, delivery, sender));
    ChunkedBody::Chunks(receiver)
}

/// Long enough for the bytes before a cut to leave, too short to notice.
const FLUSH: Duration = Duration::from_millis(20);

async fn deliver(events: Vec<Bytes>, delivery: Delivery, sender: mpsc::Sender<io::Result<Bytes>>) {
    let mut left = delivery.cut_after.unwrap_or(usize::MAX);
    for (at, mut event) in events.into_iter().enumerate() {
        if delivery.stall_at == Some(at) {
            return sender.closed().await;
        }
        if let Some(delay) = delivery.delay.filter(|_| at > 0) {
            tokio::time::sleep(delay).await;
        }
        let cut = event.len() > left;
        if cut {
            event.truncate(left);
        }
        left -= event.len();
        while !event.is_empty() {
            let size = delivery.write_size.unwrap_or(event.len()).clamp(1, event.len());
            if sender.send(Ok(event.split_to(size))).await.is_err() {
                return; // The client has disconnected.
            }
        }
        if cut {
            break;
        }
    }
    if delivery.stall_at.is_some() {
        // There are fewer events than requested: pause at the end.
        return sender.closed().await;
    }
    if delivery.cut_after.is_some() {
        tokio::time::sleep(FLUSH).await;
        let error = io::Error::new(io::ErrorKind::ConnectionAborted, "cut on purpose");
        // A client that has disconnected needs no cut.
        let _ = sender.send(Err(error)).await;
    }
}
