//! The chunks of InvokeModelWithResponseStream, typed: the SDK has undone the base64.

use aws_sdk_bedrockruntime::types::{PayloadPart, ResponseStream};
use aws_smithy_types::Blob;

use crate::bedrock::error::{BodyError, BodyErrorKind};

/// The model's JSON in a chunk, as [`deltas`](crate::bedrock::deltas) takes it.
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

/// A new chunk around the model's JSON.
pub(crate) fn json_chunk(json: impl Into<Vec<u8>>) -> ResponseStream {
    ResponseStream::Chunk(PayloadPart::builder().bytes(Blob::new(json)).build())
}
