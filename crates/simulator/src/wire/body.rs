//! The HTTP body of an answer: written in pieces, held up, or cut off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// How a body is delivered.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// The size of one piece.
    pub(crate) write_size: Option<usize>,
    /// The pause between events.
    pub(crate) delay: Option<Duration>,
    /// Closes the connection after so many bytes.
    pub(crate) cut_after: Option<usize>,
    /// Falls silent before the event with this number.
    pub(crate) stall_at: Option<usize>,
}

/// An HTTP body.
#[derive(Debug)]
pub(crate) enum PieceBody {
    /// Ready bytes of known length.
    Full(Option<Bytes>),
    /// Pieces that a task hands over, each one chunk of the HTTP encoding, so
    /// that a client sees them apart.
    Pieces(mpsc::Receiver<io::Result<Bytes>>),
}

impl Body for PieceBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Pieces(pieces) => pieces.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Full(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Pieces(_) => SizeHint::default(),
        }
    }
}

/// A body known whole.
pub(crate) fn full(bytes: Bytes, flow: Flow) -> PieceBody {
    if flow.write_size.is_none() && flow.cut_after.is_none() {
        // An empty body must still end, so it has no frame at all.
        return PieceBody::Full(Some(bytes).filter(|bytes| !bytes.is_empty()));
    }
    stream(vec![bytes], flow)
}

/// A body that arrives event by event.
pub(crate) fn stream(events: Vec<Bytes>, flow: Flow) -> PieceBody {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(deliver(events, flow, sender));
    PieceBody::Pieces(receiver)
}

/// Long enough for the bytes before a cut to leave, too short to notice.
const FLUSH: Duration = Duration::from_millis(20);

async fn deliver(events: Vec<Bytes>, flow: Flow, sender: mpsc::Sender<io::Result<Bytes>>) {
    let mut left = flow.cut_after.unwrap_or(usize::MAX);
    for (at, mut event) in events.into_iter().enumerate() {
        if flow.stall_at == Some(at) {
            return sender.closed().await;
        }
        if let Some(delay) = flow.delay.filter(|_| at > 0) {
            tokio::time::sleep(delay).await;
        }
        let cut = event.len() > left;
        if cut {
            event.truncate(left);
        }
        left -= event.len();
        while !event.is_empty() {
            let size = flow.write_size.unwrap_or(event.len()).clamp(1, event.len());
            if sender.send(Ok(event.split_to(size))).await.is_err() {
                return; // The client has gone.
            }
        }
        if cut {
            break;
        }
    }
    if flow.stall_at.is_some() {
        // There were fewer events than asked for: stay silent at the end.
        return sender.closed().await;
    }
    if flow.cut_after.is_some() {
        tokio::time::sleep(FLUSH).await;
        let error = io::Error::new(io::ErrorKind::ConnectionAborted, "cut on request");
        // A client that has gone needs no cut.
        let _ = sender.send(Err(error)).await;
    }
}
