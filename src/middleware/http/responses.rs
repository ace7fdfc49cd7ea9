//! HTTP responses that the guardrail makes.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use super::headers::{CHUNK_TYPE, ERROR_TYPE, EVENT_STREAM, JSON};
use crate::bedrock::Operation;
use crate::exchange::{BlockedResponse, GuardrailError, GuardrailErrorKind, error_body};

const SERVER_SENT: &str = "text/event-stream; charset=utf-8";

/// The headers of a successful response to `operation`, without `content-length`.
pub(in crate::middleware) fn blocked_headers(blocked: &BlockedResponse) -> Vec<(HeaderName, &'static str)> {
    match blocked.operation() {
        _ if !blocked.is_stream() => vec![(CONTENT_TYPE, JSON)],
        Operation::InvokeModelWithResponseStream => vec![(CONTENT_TYPE, EVENT_STREAM), (CHUNK_TYPE, JSON)],
        Operation::ConverseStream => vec![(CONTENT_TYPE, EVENT_STREAM)],
        _ => vec![(CONTENT_TYPE, SERVER_SENT)],
    }
}

/// The response to a blocked call.
pub(super) fn blocked(blocked: BlockedResponse) -> Response<Bytes> {
    let headers = blocked_headers(&blocked);
    response(StatusCode::OK, &headers, blocked.into_bytes().into())
}

/// The error response that says why a call was rejected.
pub(super) fn rejection(error: &GuardrailError) -> Response<Bytes> {
    match error.kind() {
        // The same call may succeed later.
        GuardrailErrorKind::Unrecorded if error.is_retryable() => unrecorded(error.operation(), &error.full_message()),
        // SDKs would repeat a call that ends with 503, and the model has answered this one.
        GuardrailErrorKind::Unrecorded => exception(
            StatusCode::FAILED_DEPENDENCY,
            "ModelErrorException",
            error_body(error.operation(), &error.full_message()),
        ),
        _ => exception(
            StatusCode::BAD_REQUEST,
            "ValidationException",
            error_body(error.operation(), &error.full_message()),
        ),
    }
}

/// The error response to a call whose decision cannot be recorded.
pub(super) fn unrecorded(operation: Operation, message: &str) -> Response<Bytes> {
    exception(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException", error_body(operation, message))
}

/// The error response for a path that names no supported operation.
pub(super) fn unknown_path() -> Response<Bytes> {
    let message = "This operation is not supported by the guardrail and was rejected.";
    exception(StatusCode::FORBIDDEN, "AccessDeniedException", error_body(Operation::InvokeModel, message))
}

fn exception(status: StatusCode, name: &'static str, body: Vec<u8>) -> Response<Bytes> {
    response(status, &[(CONTENT_TYPE, JSON), (ERROR_TYPE, name)], body.into())
}

fn response(status: StatusCode, headers: &[(HeaderName, &'static str)], body: Bytes) -> Response<Bytes> {
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}
