//! Answers that are not the model's.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use super::headers::{CHUNK_TYPE, ERROR_TYPE};
use crate::bedrock::Operation;
use crate::middleware::GuardrailError;

const JSON: &str = "application/json";
const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// What an error says whose own message cannot be examined.
pub(super) const HIDDEN: &str = "The error message was withheld: the guardrail could not examine it.";

/// A good answer in the model's place.
#[derive(Debug)]
pub(in crate::middleware) struct Reply {
    operation: Operation,
    body: Bytes,
}

impl Reply {
    pub(super) fn new(operation: Operation, body: impl Into<Bytes>) -> Self {
        Self { operation, body: body.into() }
    }

    /// Its headers, content-length aside.
    pub(in crate::middleware) fn headers(&self) -> Vec<(HeaderName, &'static str)> {
        match self.operation {
            Operation::InvokeModelWithResponseStream => vec![(CONTENT_TYPE, EVENT_STREAM), (CHUNK_TYPE, JSON)],
            Operation::ConverseStream => vec![(CONTENT_TYPE, EVENT_STREAM)],
            _ => vec![(CONTENT_TYPE, JSON)],
        }
    }

    /// Its body: JSON, or the frames of an event stream.
    pub(in crate::middleware) fn into_body(self) -> Bytes {
        self.body
    }

    /// It as a response.
    pub(super) fn into_response(self) -> Response<Bytes> {
        let headers = self.headers();
        response(StatusCode::OK, &headers, self.body)
    }
}

/// The error that says why a call was refused.
pub(super) fn refused(error: &GuardrailError) -> Response<Bytes> {
    exception(StatusCode::BAD_REQUEST, "ValidationException", &error.full_message())
}

/// The error for a path that names no operation.
pub(super) fn unknown_path() -> Response<Bytes> {
    let message = "The guardrail examines no operation with this method and path, so it was refused.";
    exception(StatusCode::FORBIDDEN, "AccessDeniedException", message)
}

/// The body of an error.
pub(super) fn error_body(message: &str) -> Vec<u8> {
    json!({"message": message}).to_string().into_bytes()
}

fn exception(status: StatusCode, name: &'static str, message: &str) -> Response<Bytes> {
    response(status, &[(CONTENT_TYPE, JSON), (ERROR_TYPE, name)], error_body(message).into())
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
