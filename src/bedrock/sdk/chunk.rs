//! The chunks of InvokeModelWithResponseStream as SDK values, which contain decoded base64.

use aws_sdk_bedrockruntime::types::{PayloadPart, ResponseStream};
use aws_smithy_types::Blob;

use crate::bedrock::error::{BodyError, BodyErrorKind};

/// Returns the model's JSON in a chunk.
pub(crate) fn chunk_json(event: &ResponseStream) -> Result<&[u8], BodyError> {
    let unknown = |what| BodyError::new(BodyErrorKind::UnknownFormat { what });
    match event {
        ResponseStream::Chunk(part) => match &part.bytes {
            Some(bytes) => Ok(bytes.as_ref()),
            None => Err(unknown("chunk")),
        },
        _ => Err(unknown("event")),
    }
}

/// Wraps the model's JSON in a new chunk.
pub(crate) fn json_chunk(json: impl Into<Vec<u8>>) -> ResponseStream {
    ResponseStream::Chunk(PayloadPart::builder().bytes(Blob::new(json)).build())
}
