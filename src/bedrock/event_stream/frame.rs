//! One frame: headers as they came, and a payload.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use crate::bedrock::error::BodyError;

/// The longest frame that is accepted, as in botocore.
pub(crate) const MAX_FRAME_BYTES: usize = 24 * 1024 * 1024;

/// The longest header block that is accepted, as in botocore.
pub(crate) const MAX_HEADER_BYTES: usize = 128 * 1024;

/// Total length, headers' length, checksum of both.
pub(super) const PRELUDE_BYTES: usize = 12;

/// The checksum behind the payload.
pub(super) const TRAILER_BYTES: usize = 4;

/// The headers that Bedrock sends.
const KNOWN: [&[u8]; 4] = [b":event-type", b":content-type", b":message-type", b":exception-type"];

/// The wire type of a string header.
const STRING: u8 = 7;

/// An event-stream message. Headers are kept as raw bytes, of whatever types they are.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    headers: Bytes,
    payload: Bytes,
}

impl fmt::Debug for Frame {
    /// Without the payload: it may be what the guardrail is there to hide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("message_type", &self.message_type())
            .field("event_type", &self.event_type())
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

impl Frame {
    /// A frame from a raw header block, which must be well-formed.
    pub(crate) fn new(headers: Bytes, payload: Bytes) -> Result<Self, BodyError> {
        if headers.len() > MAX_HEADER_BYTES {
            return Err(BodyError::frame("the headers are longer than 128 KiB"));
        }
        let total = headers.len() + payload.len() + PRELUDE_BYTES + TRAILER_BYTES;
        if total > MAX_FRAME_BYTES {
            return Err(BodyError::frame("the frame is longer than 24 MiB"));
        }
        let mut rest = headers.as_ref();
        while !rest.is_empty() {
            rest = next_header(rest).ok_or_else(|| BodyError::frame("the headers are malformed"))?.rest;
        }
        Ok(Self { headers, payload })
    }

    /// An event of this type with a JSON payload, with the headers Bedrock sends.
    pub(crate) fn event(event_type: &str, payload: impl Into<Bytes>) -> Result<Self, BodyError> {
        Self::build(
            &[(":event-type", event_type), (":content-type", "application/json"), (":message-type", "event")],
            payload.into(),
        )
    }

    /// An exception of this type (`validationException`), which ends the stream.
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

    /// The same frame with another payload.
    pub(crate) fn with_payload(&self, payload: impl Into<Bytes>) -> Result<Self, BodyError> {
        Self::new(self.headers.clone(), payload.into())
    }

    /// The frame with no headers but those that say what it is: what others hold, nobody has examined.
    pub(crate) fn plain(&self) -> Self {
        let (mut kept, mut rest) = (BytesMut::new(), self.headers.as_ref());
        while let Some(header) = next_header(rest) {
            if KNOWN.contains(&header.name) {
                kept.put_slice(rest.get(..rest.len() - header.rest.len()).unwrap_or_default());
            }
            rest = header.rest;
        }
        if kept.len() == self.headers.len() {
            return self.clone();
        }
        Self { headers: kept.freeze(), payload: self.payload.clone() }
    }

    /// The header block as it stands on the wire.
    #[cfg(test)]
    pub(crate) fn headers(&self) -> &Bytes {
        &self.headers
    }

    /// What the frame carries.
    pub(crate) fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// The value of a string header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut rest = self.headers.as_ref();
        while !rest.is_empty() {
            let header = next_header(rest)?;
            if header.name == name.as_bytes() {
                return header.string.and_then(|raw| std::str::from_utf8(raw).ok());
            }
            rest = header.rest;
        }
        None
    }

    /// `:message-type`: `event`, `exception` or `error`.
    pub(crate) fn message_type(&self) -> Option<&str> {
        self.header(":message-type")
    }

    /// `:event-type`: `chunk`, `contentBlockDelta` and so on.
    pub(crate) fn event_type(&self) -> Option<&str> {
        self.header(":event-type")
    }

    /// `:exception-type`: `throttlingException` and so on.
    #[cfg(test)]
    pub(crate) fn exception_type(&self) -> Option<&str> {
        self.header(":exception-type")
    }

    /// `:content-type`.
    #[cfg(test)]
    pub(crate) fn content_type(&self) -> Option<&str> {
        self.header(":content-type")
    }

    /// The frame as bytes, checksums included.
    pub(crate) fn encode(&self) -> Bytes {
        let total = self.headers.len() + self.payload.len() + PRELUDE_BYTES + TRAILER_BYTES;
        let mut out = BytesMut::with_capacity(total);
        // Both fit: `new` holds them to 24 MiB.
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
    rest: &'a [u8],
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
    Some(Header { name, string: (kind == STRING).then_some(value), rest })
}
