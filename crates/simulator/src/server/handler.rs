//! One request, from its bytes to its response.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde_json::Value;

use super::error::ErrorResponse;
use super::http_response;
use super::operation::SimulatedOperation;
use super::operation::{percent_decode, route};
use super::record::RecordedRequest;
use super::response::{Content, SimulatedCall, SimulatedResponse, respond};
use super::state::State;
use crate::options::{Fault, Options, for_request};
use crate::wire::{ChunkedBody, Delivery, Event};

/// Above every limit of Bedrock, so that only a runaway client reaches it.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// The path of the recorded requests. No operation of Bedrock has such a path.
const RECORD: &str = "/simulator/requests";

/// Responds to one request. Fails only if the request cannot be read.
pub(super) async fn serve(state: Arc<State>, request: Request<Incoming>) -> io::Result<Response<ChunkedBody>> {
    let (head, body) = request.into_parts();
    if head.uri.path() == RECORD {
        return recorded(&state, &head.method);
    }
    let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(io::Error::other)?.to_bytes();
    let routed = route(&head.method, head.uri.path());
    let request_id = state.next_id();
    record(&state, &head, &body, routed.as_ref());

    let Some((operation, model_id)) = routed else {
        let error = ErrorResponse::new(404, "UnknownOperationException", "");
        return http_response::error(&error, &request_id, Delivery::default());
    };
    let (options, own_fault) = match for_request(&state.options(), &head.headers) {
        Ok(options) => options,
        Err(error) => return http_response::error(&error.into(), &request_id, Delivery::default()),
    };
    let streams = operation.streams() || (operation.is_compatible() && is_streamed(&body));
    let fault = state.fault(&options, own_fault, streams);
    if fault == Some(Fault::Hang) {
        return std::future::pending().await;
    }
    let delivery = delivery(&options, fault.as_ref());
    if let Some(delay) = options.delay.filter(|_| !streams) {
        tokio::time::sleep(delay).await;
    }
    if let Some(error) = fault.as_ref().and_then(fault_response) {
        return http_response::error(&error, &request_id, delivery);
    }
    let call =
        SimulatedCall { operation, model_id: model_id.as_deref().unwrap_or_default(), body: &body, id: &request_id };
    match respond(&call, &options) {
        Ok(response) => http_response::success(
            operation,
            with_exception(response, fault.as_ref()),
            &head.headers,
            &request_id,
            delivery,
            fault.as_ref(),
        ),
        Err(error) => http_response::error(&error, &request_id, delivery),
    }
}

/// Returns `true` if a body asks for a stream.
fn is_streamed(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body["stream"] == true)
}

fn recorded(state: &State, method: &Method) -> io::Result<Response<ChunkedBody>> {
    match *method {
        Method::GET => http_response::json(state.requests().iter().map(RecordedRequest::to_json).collect()),
        Method::DELETE => {
            state.requests().clear();
            http_response::json(Value::Array(Vec::new()))
        }
        _ => http_response::error(&ErrorResponse::new(404, "UnknownOperationException", ""), "", Delivery::default()),
    }
}

fn record(
    state: &State,
    head: &hyper::http::request::Parts,
    body: &Bytes,
    routed: Option<&(SimulatedOperation, Option<String>)>,
) {
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let in_body = || {
        let body: Value = serde_json::from_slice(body).ok()?;
        body["modelId"].as_str().map(str::to_owned)
    };
    state.requests().push(RecordedRequest {
        method: head.method.to_string(),
        path: percent_decode(head.uri.path()),
        operation: routed.map(|(operation, _)| *operation),
        model_id: match routed {
            Some((SimulatedOperation::StartAsyncInvoke, _)) => in_body(),
            Some((_, model_id)) => model_id.clone(),
            None => None,
        },
        headers,
        body: body.clone(),
    });
}

fn delivery(options: &Options, fault: Option<&Fault>) -> Delivery {
    let mut delivery = Delivery { write_size: options.write_size, delay: options.delay, ..Delivery::default() };
    match fault {
        Some(Fault::CutConnection { after_bytes }) => delivery.cut_after = Some(*after_bytes),
        Some(Fault::Stall { after_events }) => delivery.stall_at = Some(*after_events),
        _ => {}
    }
    delivery
}

fn fault_response(fault: &Fault) -> Option<ErrorResponse> {
    match fault {
        Fault::Throttle => {
            Some(ErrorResponse::new(429, "ThrottlingException", "Too many requests, please wait before trying again."))
        }
        Fault::Status { status, exception, message } => Some(ErrorResponse::new(*status, exception, message)),
        _ => None,
    }
}

// An exception ends the stream, so what would follow is dropped.
fn with_exception(mut response: SimulatedResponse, fault: Option<&Fault>) -> SimulatedResponse {
    if let Some(Fault::ExceptionFrame { after_events, exception_type, message }) = fault
        && let Content::Events(events) = &mut response.content
    {
        events.truncate(*after_events);
        events.push(Event::Exception(exception_type.clone(), serde_json::json!({"message": message})));
    }
    response
}
