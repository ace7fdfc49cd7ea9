//! Frames out of bytes that arrive in any pieces.

use std::fmt;

use bytes::{Buf, BytesMut};

use crate::bedrock::error::BodyError;

use super::frame::{Frame, MAX_FRAME_BYTES, MAX_HEADER_BYTES, PRELUDE_BYTES, TRAILER_BYTES};

/// Reads frames from bytes cut anywhere.
///
/// Lengths are checked against the limits, and against their checksum, before anything beyond the
/// prelude is waited for. After an error the stream has no known frame border: every further call
/// returns an error.
#[derive(Default)]
pub(crate) struct FrameDecoder {
    buffer: BytesMut,
    broken: bool,
}

impl fmt::Debug for FrameDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameDecoder")
            .field("buffered_bytes", &self.buffer.len())
            .field("broken", &self.broken)
            .finish()
    }
}

impl FrameDecoder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds bytes. Call [`Self::decode`] until it has no more frames.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if !self.broken {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next whole frame, if it is there.
    pub(crate) fn decode(&mut self) -> Result<Option<Frame>, BodyError> {
        if self.broken {
            return Err(BodyError::frame("an earlier frame was broken"));
        }
        let result = self.next_frame();
        if result.is_err() {
            self.broken = true;
            self.buffer = BytesMut::new();
        }
        result
    }

    /// Ends the stream: it must not end within a frame.
    pub(crate) fn finish(&self) -> Result<(), BodyError> {
        if self.broken || !self.buffer.is_empty() {
            return Err(BodyError::frame("the stream ends within a frame"));
        }
        Ok(())
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, BodyError> {
        let Some(prelude) = self.buffer.get(..PRELUDE_BYTES) else {
            return Ok(None);
        };
        let (lengths, sum) = prelude.split_at(PRELUDE_BYTES - 4);
        let (total, headers) = lengths.split_at(4);
        let (total, headers) = (number(total), number(headers));
        if checksum(lengths) != number(sum) {
            return Err(BodyError::frame("the checksum of the prelude is wrong"));
        }
        if total > MAX_FRAME_BYTES {
            return Err(BodyError::frame("the frame is longer than 24 MiB"));
        }
        if headers > MAX_HEADER_BYTES {
            return Err(BodyError::frame("the headers are longer than 128 KiB"));
        }
        if total < PRELUDE_BYTES + TRAILER_BYTES + headers {
            return Err(BodyError::frame("the headers do not fit the frame"));
        }
        if self.buffer.len() < total {
            return Ok(None);
        }
        let mut frame = self.buffer.split_to(total).freeze();
        let end = total - TRAILER_BYTES;
        let (content, sum) = frame.split_at(end);
        if checksum(content) != number(sum) {
            return Err(BodyError::frame("the checksum of the frame is wrong"));
        }
        frame.truncate(end);
        frame.advance(PRELUDE_BYTES);
        let head = frame.split_to(headers);
        Frame::new(head, frame).map(Some)
    }
}

/// A big-endian number of four bytes.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |value, &byte| value << 8 | usize::from(byte))
}

fn checksum(bytes: &[u8]) -> usize {
    usize::try_from(crc32fast::hash(bytes)).unwrap_or(usize::MAX)
}
