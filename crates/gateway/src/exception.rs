//! The gateway's own responses, in the format of Bedrock's errors, or in that of the clients of a compatible path.

use banister::Operation;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use crate::body::{ResponseBody, full};
use crate::compatible;

/// Bedrock's error for a model that takes too long.
pub(crate) const MODEL_TIMEOUT: &str = "ModelTimeoutException";

/// An error of the gateway, kept with its response.
#[derive(Clone)]
struct Exception {
    name: &'static str,
    message: String,
}

/// Returns an error response with Bedrock's name for the error.
pub(crate) fn exception(status: StatusCode, name: &'static str, message: &str) -> Response<ResponseBody> {
    let body = json!({"message": message}).to_string();
    let mut response = response(status, "application/json", body.into());
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(name));
    response.extensions_mut().insert(Exception { name, message: message.to_owned() });
    response
}

/// Returns an error response of the gateway as clients of the operation read it. Any other response stays as it is.
pub(crate) fn for_clients_of(operation: Operation, response: Response<ResponseBody>) -> Response<ResponseBody> {
    let Some(Exception { name, message }) = response.extensions().get().cloned() else { return response };
    if !compatible::is_compatible(operation) {
        return response;
    }
    let body = compatible::error(operation, response.status(), name, &message);
    let mut response = response.map(|_| full(body.into()));
    // Other than those of AWS, these clients repeat a call that ends with this status.
    if response.status() == StatusCode::REQUEST_TIMEOUT && name == MODEL_TIMEOUT {
        response.headers_mut().insert("x-should-retry", HeaderValue::from_static("false"));
    }
    response
}

pub(crate) fn response(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<ResponseBody> {
    let mut response = Response::new(full(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
