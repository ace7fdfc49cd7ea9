//! HTTP responses, with the headers Bedrock sends.

use std::io;

use bytes::{Bytes, BytesMut};
use hyper::header::{CONTENT_TYPE, HeaderName};
use hyper::http::response::Builder;
use hyper::{HeaderMap, Response};
use serde_json::{Value, json};

use super::error::ErrorResponse;
use super::operation::SimulatedOperation;
use super::response::{Content, SimulatedResponse};
use crate::options::Fault;
use crate::wire::{ChunkedBody, Delivery, encode, full, stream};

const JSON: &str = "application/json";
const SERVER_SENT: &str = "text/event-stream; charset=utf-8";
const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// Headers that a response repeats from its request.
const REPEATED: [&str; 2] = ["x-amzn-bedrock-performanceconfig-latency", "x-amzn-bedrock-service-tier"];

/// Returns a response that is not Bedrock's.
pub(super) fn json(body: Value) -> io::Result<Response<ChunkedBody>> {
    let body = full(body.to_string().into(), Delivery::default());
    Response::builder().header(CONTENT_TYPE, JSON).body(body).map_err(io::Error::other)
}

pub(super) fn error(error: &ErrorResponse, request_id: &str, delivery: Delivery) -> io::Result<Response<ChunkedBody>> {
    let body = json!({"message": error.message}).to_string();
    let error_type = format!("{}:http://internal.amazon.com/coral/com.amazon.bedrock/", error.exception);
    Response::builder()
        .status(error.status)
        .header(CONTENT_TYPE, JSON)
        .header("x-amzn-requestid", request_id)
        .header("x-amzn-errortype", error_type)
        .body(full(body.into(), delivery))
        .map_err(io::Error::other)
}

/// Returns a successful response.
pub(super) fn success(
    operation: SimulatedOperation,
    response: SimulatedResponse,
    request: &HeaderMap,
    request_id: &str,
    delivery: Delivery,
    fault: Option<&Fault>,
) -> io::Result<Response<ChunkedBody>> {
    let mut builder = Response::builder().header("x-amzn-requestid", request_id);
    if matches!(operation, SimulatedOperation::InvokeModel | SimulatedOperation::InvokeModelWithResponseStream) {
        builder = repeat(builder, request);
    }
    let body = match response.content {
        Content::Whole(bytes) => {
            builder = builder.header(CONTENT_TYPE, JSON);
            if operation == SimulatedOperation::InvokeModel {
                builder = builder
                    .header("x-amzn-bedrock-invocation-latency", "42")
                    .header("x-amzn-bedrock-input-token-count", response.input_tokens)
                    .header("x-amzn-bedrock-output-token-count", response.output_tokens)
                    .header("x-amzn-bedrock-cache-read-input-token-count", "0")
                    .header("x-amzn-bedrock-cache-write-input-token-count", "0");
            }
            full(bytes, delivery)
        }
        Content::Events(events) => {
            let form = if operation.is_compatible() { SERVER_SENT } else { EVENT_STREAM };
            builder = builder.header(CONTENT_TYPE, form);
            if operation == SimulatedOperation::InvokeModelWithResponseStream {
                builder = builder.header("x-amzn-bedrock-content-type", JSON);
            }
            let mut frames = events
                .iter()
                .enumerate()
                .map(|(position, event)| encode(event, position))
                .collect::<io::Result<Vec<Bytes>>>()?;
            if let Some(Fault::CorruptFrame { after_events }) = fault {
                corrupt(&mut frames, *after_events);
            }
            stream(frames, delivery)
        }
    };
    builder.body(body).map_err(io::Error::other)
}

fn repeat(mut builder: Builder, request: &HeaderMap) -> Builder {
    for name in REPEATED {
        if let Some(value) = request.get(name) {
            builder = builder.header(HeaderName::from_static(name), value.clone());
        }
    }
    builder
}

// Inverting the last byte breaks the message checksum and nothing else.
fn corrupt(frames: &mut [Bytes], at: usize) {
    if let Some(frame) = frames.get_mut(at) {
        let mut spoiled = BytesMut::from(&frame[..]);
        if let Some(last) = spoiled.last_mut() {
            *last ^= 0xFF;
        }
        *frame = spoiled.freeze();
    }
}
