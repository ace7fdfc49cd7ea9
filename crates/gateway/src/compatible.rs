//! The paths for clients of OpenAI and Anthropic.

use banister::Operation;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// Returns `true` if a response is a stream.
pub(crate) fn is_stream(operation: Option<Operation>, headers: &HeaderMap) -> bool {
    let content_types = headers.get_all(CONTENT_TYPE).iter().map(HeaderValue::as_bytes);
    operation.is_some_and(|operation| operation.is_stream_of_type(content_types))
}

/// Returns `true` for the paths for clients of OpenAI and Anthropic, whose streams are server-sent events.
pub(crate) fn is_compatible(operation: Operation) -> bool {
    matches!(operation, Operation::ChatCompletions | Operation::Messages | Operation::Responses)
}

/// Returns the body of an error response of the gateway, as clients of a compatible path read it.
pub(crate) fn error(operation: Operation, status: StatusCode, name: &str, message: &str) -> Value {
    let kind = match status {
        StatusCode::FORBIDDEN => "permission_error",
        StatusCode::NOT_FOUND => "not_found_error",
        StatusCode::REQUEST_TIMEOUT => "timeout_error",
        StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
        StatusCode::SERVICE_UNAVAILABLE => "overloaded_error",
        status if status.is_client_error() => "invalid_request_error",
        _ => "api_error",
    };
    match operation {
        Operation::Messages => json!({"type": "error", "error": {"type": kind, "message": message}}),
        _ => json!({"error": {"message": message, "type": kind, "param": null, "code": name}}),
    }
}

/// Returns the event with which a stream of a compatible path ends early.
pub(crate) fn error_event(operation: Operation, name: &str, message: &str) -> Bytes {
    let event = match operation {
        Operation::Responses => json!({"type": "error", "code": name, "message": message, "param": null}),
        _ => error(operation, StatusCode::INTERNAL_SERVER_ERROR, name, message),
    };
    format!("event: error\ndata: {event}\n\n").into()
}
