//! The payload of an InvokeModel `chunk` event: the model's JSON in base64, and padding.

use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bedrock::error::BodyError;
use crate::json::{JsonDocument, RawEdit, splice};

/// An unwrapped chunk. It keeps its payload, so that padding and the order of fields survive a change.
#[derive(Clone)]
pub(crate) struct Chunk<'a> {
    payload: &'a str,
    /// The range of the base64 in the payload, without the quotes.
    bytes: Range<usize>,
    json: Vec<u8>,
    is_plain: bool,
}

impl fmt::Debug for Chunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunk").field("json_bytes", &self.json.len()).finish_non_exhaustive()
    }
}

impl<'a> Chunk<'a> {
    /// Unwraps `{"bytes": base64, "p": padding}`.
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Self, BodyError> {
        let doc = JsonDocument::parse(payload)?;
        let Some(node) = doc.get_only(JsonDocument::ROOT, "bytes") else {
            return Err(BodyError::unknown_format("chunk"));
        };
        let invalid = || BodyError::base64(doc.pointer(node));
        let text = doc.as_str(node).ok_or_else(invalid)?;
        let json = STANDARD.decode(text.as_bytes()).map_err(|_| invalid())?;
        let at = doc.range(node);
        let fields = doc.members(JsonDocument::ROOT).count();
        let paddings = doc.values_of(JsonDocument::ROOT, "p").count();
        let is_plain = paddings <= 1 && fields == 1 + paddings;
        Ok(Self { payload: doc.text(), bytes: at.start + 1..at.end - 1, json, is_plain })
    }

    /// Returns the model's JSON.
    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }

    /// Returns `true` if the payload contains nothing but the model's JSON and padding.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Returns the payload with other JSON in it. Everything else stays as it was.
    pub(crate) fn rewrap(&self, json: &[u8]) -> Vec<u8> {
        let edit = RawEdit { range: self.bytes.clone(), bytes: STANDARD.encode(json) };
        splice(self.payload, &[edit]).unwrap_or_else(|| self.payload.to_owned()).into_bytes()
    }
}

/// Wraps the model's JSON in a new payload.
pub(crate) fn wrap_chunk(json: &[u8]) -> Vec<u8> {
    format!("{{\"bytes\":\"{}\"}}", STANDARD.encode(json)).into_bytes()
}
