//! The paths for clients of OpenAI and Anthropic.

use banister::Operation;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// Returns `true` if a response is a stream. On the paths that are compatible with other services, its content type says so.
pub(crate) fn is_stream(operation: Option<Operation>, headers: &HeaderMap) -> bool {
    let is_server_sent = || {
        let values = headers.get_all(CONTENT_TYPE).iter().map(HeaderValue::as_bytes);
        let mut essences =
            values.map(|value| value.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii());
        essences.any(|essence| essence.eq_ignore_ascii_case(b"text/event-stream"))
    };
    operation.is_some_and(|operation| operation.is_stream() || (is_compatible(operation) && is_server_sent()))
}

/// Returns `true` for the paths for clients of OpenAI and Anthropic, whose streams are server-sent events.
pub(crate) fn is_compatible(operation: Operation) -> bool {
    matches!(operation, Operation::ChatCompletions | Operation::Messages | Operation::Responses)
}
