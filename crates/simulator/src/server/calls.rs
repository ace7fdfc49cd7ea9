//! One request from its bytes to its answer.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde_json::Value;

use super::answer::{Answer, Call, Content, answer};
use super::error::ErrorAnswer;
use super::operation::{percent_decode, route};
use super::respond;
use super::state::State;
use super::{Operation, RecordedRequest};
use crate::options::{Fault, Options, for_request};
use crate::wire::{Event, Flow, PieceBody};

/// Above every limit Bedrock has, so that only a runaway client meets it.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Where the record is read and forgotten. No operation of Bedrock has such a path.
const RECORD: &str = "/simulator/requests";

/// Answers one request; fails only when the request cannot be read.
pub(super) async fn serve(state: Arc<State>, request: Request<Incoming>) -> io::Result<Response<PieceBody>> {
    let (head, body) = request.into_parts();
    if head.uri.path() == RECORD {
        return recorded(&state, &head.method);
    }
    let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(io::Error::other)?.to_bytes();
    let routed = route(&head.method, head.uri.path());
    let request_id = state.next_id();
    record(&state, &head, &body, routed.as_ref());

    let Some((operation, model_id)) = routed else {
        let error = ErrorAnswer::new(404, "UnknownOperationException", "");
        return respond::error(&error, &request_id, Flow::default());
    };
    let (options, own_fault) = match for_request(&state.options(), &head.headers) {
        Ok(options) => options,
        Err(error) => return respond::error(&error.into(), &request_id, Flow::default()),
    };
    let fault = state.fault(&options, own_fault, operation.streams());
    if fault == Some(Fault::Hang) {
        return std::future::pending().await;
    }
    let flow = flow(&options, fault.as_ref());
    if let Some(delay) = options.delay.filter(|_| !operation.streams()) {
        tokio::time::sleep(delay).await;
    }
    if let Some(error) = fault.as_ref().and_then(fault_answer) {
        return respond::error(&error, &request_id, flow);
    }
    let call = Call { operation, model_id: model_id.as_deref().unwrap_or_default(), body: &body, id: &request_id };
    match answer(&call, &options) {
        Ok(answer) => respond::success(
            operation,
            with_exception(answer, fault.as_ref()),
            &head.headers,
            &request_id,
            flow,
            fault.as_ref(),
        ),
        Err(error) => respond::error(&error, &request_id, flow),
    }
}

fn recorded(state: &State, method: &Method) -> io::Result<Response<PieceBody>> {
    match *method {
        Method::GET => respond::json(state.requests().iter().map(RecordedRequest::to_json).collect()),
        Method::DELETE => {
            state.requests().clear();
            respond::json(Value::Array(Vec::new()))
        }
        _ => respond::error(&ErrorAnswer::new(404, "UnknownOperationException", ""), "", Flow::default()),
    }
}

fn record(
    state: &State,
    head: &hyper::http::request::Parts,
    body: &Bytes,
    routed: Option<&(Operation, Option<String>)>,
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
            Some((Operation::StartAsyncInvoke, _)) => in_body(),
            Some((_, model_id)) => model_id.clone(),
            None => None,
        },
        headers,
        body: body.clone(),
    });
}

fn flow(options: &Options, fault: Option<&Fault>) -> Flow {
    let mut flow = Flow { write_size: options.write_size, delay: options.delay, ..Flow::default() };
    match fault {
        Some(Fault::CutConnection { after_bytes }) => flow.cut_after = Some(*after_bytes),
        Some(Fault::Stall { after_events }) => flow.stall_at = Some(*after_events),
        _ => {}
    }
    flow
}

fn fault_answer(fault: &Fault) -> Option<ErrorAnswer> {
    match fault {
        Fault::Throttle => {
            Some(ErrorAnswer::new(429, "ThrottlingException", "Too many requests, please wait before trying again."))
        }
        Fault::Status { status, exception, message } => Some(ErrorAnswer::new(*status, exception, message)),
        _ => None,
    }
}

// An exception ends the stream, so what would follow is dropped.
fn with_exception(mut answer: Answer, fault: Option<&Fault>) -> Answer {
    if let Some(Fault::ExceptionFrame { after_events, exception_type, message }) = fault
        && let Content::Events(events) = &mut answer.content
    {
        events.truncate(*after_events);
        events.push(Event::Exception(exception_type.clone(), serde_json::json!({"message": message})));
    }
    answer
}
