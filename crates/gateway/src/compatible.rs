//! The paths for clients of OpenAI and Anthropic.

use banister::Operation;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// Returns `true` if a response is a stream.
pub(crate) fn is_stream(operation: Option<Operation>, headers: &HeaderMap) -> bool {
    let content_types = headers.get_all(CONTENT_TYPE).iter().map(HeaderValue::as_bytes);
    operation.is_some_and(|operation| operation.is_stream_of_type(content_types))
}

/// Returns `true` for the paths for clients of OpenAI and Anthropic, whose streams are server-sent events.
pub(crate) fn is_compatible(operation: Operation) -> bool {
    matches!(operation, Operation::ChatCompletions | Operation::Messages | Operation::Responses)
}
