//! Decodes frames from bytes split anywhere.

use std::fmt;

use bytes::BytesMut;

use crate::bedrock::error::BodyError;

use super::frame::{Frame, MAX_FRAME_BYTES, MAX_HEADER_BYTES, PRELUDE_BYTES, TRAILER_BYTES};

/// An incremental decoder of frames.
///
/// Lengths are checked against the limits and their checksum before the decoder buffers more than the prelude. After an error, frame
/// boundaries are unknown, so every further call returns an error.
#[derive(Default)]
pub(crate) struct FrameDecoder {
    buffer: BytesMut,
    failed: bool,
}

impl fmt::Debug for FrameDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameDecoder")
            .field("buffered_bytes", &self.buffer.len())
            .field("failed", &self.failed)
            .finish()
    }
}

impl FrameDecoder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds bytes. Call [`Self::decode`] until it returns no more frames.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if !self.failed {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Returns the next frame, if it is complete.
    pub(crate) fn decode(&mut self) -> Result<Option<Frame>, BodyError> {
        if self.failed {
            return Err(BodyError::frame("an earlier frame was malformed"));
        }
        let result = self.next_frame();
        if result.is_err() {
            self.failed = true;
            self.buffer = BytesMut::new();
        }
        result
    }

    /// Ends the stream, which must not end within a frame.
    pub(crate) fn finish(&self) -> Result<(), BodyError> {
        if self.failed || !self.buffer.is_empty() {
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
        let bytes = self.buffer.split_to(total).freeze();
        let (content, sum) = bytes.split_at(total - TRAILER_BYTES);
        if checksum(content) != number(sum) {
            return Err(BodyError::frame("the checksum of the frame is wrong"));
        }
        Frame::from_valid_bytes(bytes, headers).map(Some)
    }
}

/// Reads a big-endian number of four bytes.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |value, &byte| value << 8 | usize::from(byte))
}

fn checksum(bytes: &[u8]) -> usize {
    usize::try_from(crc32fast::hash(bytes)).unwrap_or(usize::MAX)
}
