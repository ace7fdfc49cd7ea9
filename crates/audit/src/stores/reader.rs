//! Reads an object as it arrives.

use std::io::{self, Read};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{Receiver, channel};

/// The chunks that are received ahead of the scan.
const CHUNKS: usize = 8;

/// The time until more of an object arrives.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// An object that a task of the runtime receives.
pub(super) struct ObjectReader {
    chunks: Receiver<io::Result<Bytes>>,
    chunk: Bytes,
}

impl ObjectReader {
    pub(super) fn new(runtime: &Runtime, mut stream: BoxStream<'static, object_store::Result<Bytes>>) -> Self {
        let (sender, chunks) = channel(CHUNKS);
        runtime.spawn(async move {
            loop {
                let chunk = match tokio::time::timeout(IDLE_TIMEOUT, stream.next()).await {
                    Ok(None) => return,
                    Ok(Some(Ok(chunk))) => Ok(chunk),
                    // Without the message, which may quote a location.
                    Ok(Some(Err(_))) => Err(io::ErrorKind::ConnectionReset.into()),
                    Err(_) => Err(io::ErrorKind::TimedOut.into()),
                };
                let is_last = chunk.is_err();
                // The reader may have stopped.
                if sender.send(chunk).await.is_err() || is_last {
                    return;
                }
            }
        });
        Self { chunks, chunk: Bytes::new() }
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.chunks.blocking_recv() {
                Some(chunk) => self.chunk = chunk?,
                None => return Ok(0),
            }
        }
        let length = self.chunk.len().min(buffer.len());
        let (Some(from), Some(to)) = (self.chunk.get(..length), buffer.get_mut(..length)) else { return Ok(0) };
        to.copy_from_slice(from);
        self.chunk.advance(length);
        Ok(length)
    }
}
