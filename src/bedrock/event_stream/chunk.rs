//! The payload of an invoke `chunk` event: the model's JSON as base64, and padding.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bedrock::error::{BodyError, BodyErrorKind};
use crate::json::{JsonDocument, RawEdit, splice};

/// An unwrapped chunk. The wrapping is kept, so that padding and member order survive a change.
#[derive(Clone)]
pub(crate) struct Chunk {
    payload: String,
    /// Where the base64 stands in the payload, quotes not included.
    bytes: std::ops::Range<usize>,
    json: Vec<u8>,
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("json_bytes", &self.json.len()).finish_non_exhaustive()
    }
}

impl Chunk {
    /// Unwraps `{"bytes": base64, "p": padding}`.
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, BodyError> {
        let doc = JsonDocument::parse(payload)?;
        let mut values =
            doc.members(JsonDocument::ROOT).filter(|&(key, _)| doc.string(key) == "bytes").map(|(_, value)| value);
        // Two such members could be read either way.
        let (Some(node), None) = (values.next(), values.next()) else {
            return Err(BodyError::new(BodyErrorKind::UnknownFormat { what: "chunk" }));
        };
        let broken = || BodyError::new(BodyErrorKind::Base64 { pointer: doc.pointer(node) });
        let text = doc.as_str(node).ok_or_else(broken)?;
        let json = STANDARD.decode(text.as_bytes()).map_err(|_| broken())?;
        let at = doc.node(node);
        Ok(Self { payload: doc.text().to_owned(), bytes: at.start() + 1..at.end() - 1, json })
    }

    /// The model's JSON.
    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }

    /// The payload with another JSON in it; everything else stays as it was.
    pub(crate) fn rewrap(&self, json: &[u8]) -> Vec<u8> {
        let edit = RawEdit { range: self.bytes.clone(), bytes: STANDARD.encode(json) };
        splice(&self.payload, &[edit]).unwrap_or_else(|| self.payload.clone()).into_bytes()
    }
}

/// A new payload around the model's JSON.
pub(crate) fn wrap_chunk(json: &[u8]) -> Vec<u8> {
    format!("{{\"bytes\":\"{}\"}}", STANDARD.encode(json)).into_bytes()
}
