//! Answers of our own, in the form of Bedrock's errors.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use crate::body::{ResponseBody, full};

/// An error with Bedrock's name for it.
pub(crate) fn exception(status: StatusCode, name: &'static str, message: &str) -> Response<ResponseBody> {
    let body = json!({"message": message}).to_string();
    let mut response = reply(status, "application/json", body.into());
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(name));
    response
}

/// An answer of our own.
pub(crate) fn reply(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<ResponseBody> {
    let mut response = Response::new(full(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
