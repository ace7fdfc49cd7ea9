//! The paths for clients of OpenAI and Anthropic.

use banister::{ErrorBody, Operation};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// The type of an error of the gateway itself.
const INTERNAL: &str = "api_error";

/// Returns `true` if a response is a stream.
pub(crate) fn is_stream(operation: Option<Operation>, headers: &HeaderMap) -> bool {
    let content_types = headers.get_all(CONTENT_TYPE).iter().map(HeaderValue::as_bytes);
    operation.is_some_and(|operation| operation.is_stream_of_type(content_types))
}

/// Returns `true` for the paths for clients of OpenAI and Anthropic, whose streams are server-sent events.
pub(crate) fn is_compatible(operation: Operation) -> bool {
    matches!(operation, Operation::ChatCompletions | Operation::Messages | Operation::Responses)
}

/// Returns the body of an error response of the gateway, as clients of the operation read it.
pub(crate) fn error(operation: Operation, status: StatusCode, code: &str, message: &str) -> String {
    let kind = match status {
        StatusCode::FORBIDDEN => "permission_error",
        StatusCode::NOT_FOUND => "not_found_error",
        StatusCode::REQUEST_TIMEOUT => "timeout_error",
        StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
        StatusCode::SERVICE_UNAVAILABLE => "overloaded_error",
        StatusCode::FAILED_DEPENDENCY => INTERNAL,
        status if status.is_client_error() => "invalid_request_error",
        _ => INTERNAL,
    };
    ErrorBody { kind, code, message }.body(operation)
}

/// Returns the event with which a stream ends early: an exception, or on the compatible paths an error as their clients read it.
pub(crate) fn error_event(operation: Operation, code: &str, message: &str) -> Option<Bytes> {
    let error = ErrorBody { kind: INTERNAL, code, message };
    if !is_compatible(operation) {
        return error.exception_frame().map(Bytes::from);
    }
    Some(format!("event: error\ndata: {}\n\n", error.event(operation)).into())
}
