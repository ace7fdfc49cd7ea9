//! The gateway's own responses, in the format of Bedrock's errors.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use crate::body::{ResponseBody, full};

/// Returns an error response with Bedrock's name for the error.
pub(crate) fn exception(status: StatusCode, name: &'static str, message: &str) -> Response<ResponseBody> {
    let body = json!({"message": message}).to_string();
    let mut response = response(status, "application/json", body.into());
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(name));
    response
}

/// Returns a response.
pub(crate) fn response(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<ResponseBody> {
    let mut response = Response::new(full(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
