//! One frame: raw headers and a payload.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use crate::bedrock::error::BodyError;

/// The maximum size of a frame, as in botocore.
pub(crate) const MAX_FRAME_BYTES: usize = 24 * 1024 * 1024;

/// The maximum size of a header block, as in botocore.
pub(crate) const MAX_HEADER_BYTES: usize = 128 * 1024;

/// The size of the prelude: total length, length of the headers, checksum of both.
pub(super) const PRELUDE_BYTES: usize = 12;

/// The size of the checksum after the payload.
pub(super) const TRAILER_BYTES: usize = 4;

/// The headers that Bedrock sends.
const KNOWN: [&[u8]; 4] = [b":event-type", b":content-type", b":message-type", b":exception-type"];

/// The wire type of a string header.
const STRING: u8 = 7;

/// An event-stream message. Headers are kept as raw bytes, whatever their types.
#[derive(Clone)]
pub(crate) struct Frame {
    headers: Bytes,
    payload: Bytes,
    /// The bytes that the frame was decoded from.
    decoded_from: Option<Bytes>,
}

impl fmt::Debug for Frame {
    // Without the payload, which may be what the guardrail must hide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("message_type", &self.message_type())
            .field("event_type", &self.event_type())
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

impl Frame {
    /// Creates a frame from a raw header block, which must be well-formed.
    pub(crate) fn new(headers: Bytes, payload: Bytes) -> Result<Self, BodyError> {
        if headers.len() > MAX_HEADER_BYTES {
            return Err(BodyError::frame("the headers are longer than 128 KiB"));
        }
        let total = headers.len() + payload.len() + PRELUDE_BYTES + TRAILER_BYTES;
        if total > MAX_FRAME_BYTES {
            return Err(BodyError::frame("the frame is longer than 24 MiB"));
        }
        let valid_bytes: usize = self::headers(&headers).map(|header| header.raw.len()).sum();
        if valid_bytes != headers.len() {
            return Err(BodyError::frame("the headers are malformed"));
        }
        Ok(Self { headers, payload, decoded_from: None })
    }

    /// Creates the frame of whole bytes whose lengths and checksums are valid.
    pub(super) fn from_valid_bytes(bytes: Bytes, header_bytes: usize) -> Result<Self, BodyError> {
        let payload_start = PRELUDE_BYTES + header_bytes;
        let headers = bytes.slice(PRELUDE_BYTES..payload_start);
        let payload = bytes.slice(payload_start..bytes.len() - TRAILER_BYTES);
        Ok(Self { decoded_from: Some(bytes), ..Self::new(headers, payload)? })
    }

    /// Creates an event of this type with a JSON payload and the headers that Bedrock sends.
    pub(crate) fn event(event_type: &str, payload: impl Into<Bytes>) -> Result<Self, BodyError> {
        Self::build(
            &[(":event-type", event_type), (":content-type", "application/json"), (":message-type", "event")],
            payload.into(),
        )
    }

    /// Creates an exception of this type (`validationException`), which ends the stream.
    pub(crate) fn exception(exception_type: &str, payload: impl Into<Bytes>) -> Result<Self, BodyError> {
        Self::build(
            &[
                (":exception-type", exception_type),
                (":content-type", "application/json"),
                (":message-type", "exception"),
            ],
            payload.into(),
        )
    }

    fn build(headers: &[(&str, &str)], payload: Bytes) -> Result<Self, BodyError> {
        let mut block = BytesMut::new();
        for (name, value) in headers {
            let too_long = |_| BodyError::frame("a header is too long");
            block.put_u8(u8::try_from(name.len()).map_err(too_long)?);
            block.put_slice(name.as_bytes());
            block.put_u8(STRING);
            block.put_u16(u16::try_from(value.len()).map_err(too_long)?);
            block.put_slice(value.as_bytes());
        }
        Self::new(block.freeze(), payload)
    }

    /// Returns the frame with another payload.
    pub(crate) fn with_payload(&self, payload: impl Into<Bytes>) -> Result<Self, BodyError> {
        Self::new(self.headers.clone(), payload.into())
    }

    /// Returns the frame with only the headers that Bedrock sends, because others are not inspected.
    pub(crate) fn plain(&self) -> Self {
        let is_known = |header: &Header<'_>| KNOWN.contains(&header.name);
        if headers(&self.headers).all(|header| is_known(&header)) {
            return self.clone();
        }
        let kept: Vec<u8> = headers(&self.headers).filter(is_known).flat_map(|header| header.raw).copied().collect();
        Self { headers: kept.into(), payload: self.payload.clone(), decoded_from: None }
    }

    /// Returns the raw header block.
    #[cfg(test)]
    pub(crate) fn headers(&self) -> &Bytes {
        &self.headers
    }

    pub(crate) fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Returns the value of a string header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = headers(&self.headers).find(|header| header.name == name.as_bytes())?;
        header.string.and_then(|raw| std::str::from_utf8(raw).ok())
    }

    /// Returns `:message-type`: `event`, `exception` or `error`.
    pub(crate) fn message_type(&self) -> Option<&str> {
        self.header(":message-type")
    }

    /// Returns `:event-type`: `chunk`, `contentBlockDelta` and so on.
    pub(crate) fn event_type(&self) -> Option<&str> {
        self.header(":event-type")
    }

    /// Returns `:exception-type`: `throttlingException` and so on.
    #[cfg(test)]
    pub(crate) fn exception_type(&self) -> Option<&str> {
        self.header(":exception-type")
    }

    #[cfg(test)]
    pub(crate) fn content_type(&self) -> Option<&str> {
        self.header(":content-type")
    }

    /// Returns the bytes of the frame, with checksums. A frame that was decoded and not changed has the bytes that it was decoded from.
    pub(crate) fn encode(&self) -> Bytes {
        if let Some(bytes) = &self.decoded_from {
            return bytes.clone();
        }
        let total = self.headers.len() + self.payload.len() + PRELUDE_BYTES + TRAILER_BYTES;
        let mut out = BytesMut::with_capacity(total);
        // Both fit: `new` limits them to 24 MiB.
        out.put_u32(u32::try_from(total).unwrap_or(u32::MAX));
        out.put_u32(u32::try_from(self.headers.len()).unwrap_or(u32::MAX));
        out.put_u32(crc32fast::hash(&out));
        out.put_slice(&self.headers);
        out.put_slice(&self.payload);
        out.put_u32(crc32fast::hash(&out));
        out.freeze()
    }
}

struct Header<'a> {
    name: &'a [u8],
    string: Option<&'a [u8]>,
    raw: &'a [u8],
    rest: &'a [u8],
}

/// Returns the headers of a block, up to the first that is malformed.
fn headers(block: &[u8]) -> impl Iterator<Item = Header<'_>> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let header = next_header(rest)?;
        rest = header.rest;
        Some(header)
    })
}

fn next_header(bytes: &[u8]) -> Option<Header<'_>> {
    let (&name_len, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(name_len))?;
    let (&kind, rest) = rest.split_first()?;
    let (value, rest) = match kind {
        // true, false
        0 | 1 => rest.split_at_checked(0)?,
        // byte, short, integer, long
        2 => rest.split_at_checked(1)?,
        3 => rest.split_at_checked(2)?,
        4 => rest.split_at_checked(4)?,
        5 => rest.split_at_checked(8)?,
        // bytes, string
        6 | STRING => {
            let (length, rest) = rest.split_first_chunk()?;
            let length = usize::from(u16::from_be_bytes(*length));
            rest.split_at_checked(length)?
        }
        // timestamp, uuid
        8 => rest.split_at_checked(8)?,
        9 => rest.split_at_checked(16)?,
        _ => return None,
    };
    let raw = bytes.get(..bytes.len() - rest.len())?;
    Some(Header { name, string: (kind == STRING).then_some(value), raw, rest })
}
