//! Responses that the guardrail makes in place of the model's.

use crate::bedrock::{Operation, StreamEvent};
use serde_json::json;

/// The message of an error whose own message cannot be inspected.
pub(super) const WITHHELD_MESSAGE: &str = "The error message was withheld: the guardrail could not inspect it.";

/// The type of an error in the terms of OpenAI and Anthropic.
const ERROR_TYPE: &str = "invalid_request_error";

/// A successful response to a blocked call, or to ApplyGuardrail.
#[derive(Debug)]
pub(crate) struct BlockedResponse {
    operation: Operation,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Body(Vec<u8>),
    Events(Vec<StreamEvent>),
}

impl BlockedResponse {
    pub(super) fn body(operation: Operation, body: Vec<u8>) -> Self {
        Self { operation, content: Content::Body(body) }
    }

    pub(super) fn events(operation: Operation, events: Vec<StreamEvent>) -> Self {
        Self { operation, content: Content::Events(events) }
    }

    /// Returns the operation that it answers.
    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns `true` if the body is a stream.
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.content, Content::Events(_))
    }

    /// Returns the body: JSON, or the frames of an event stream.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self.content {
            Content::Body(body) => body,
            Content::Events(events) => {
                let mut bytes = Vec::new();
                // Events that the guardrail makes are far smaller than the limit of a frame.
                events.iter().for_each(|event| drop(event.write(&mut bytes)));
                bytes
            }
        }
    }

    /// Returns the events of a stream; none if the response is a single body.
    pub(crate) fn into_events(self) -> Vec<StreamEvent> {
        match self.content {
            Content::Body(_) => Vec::new(),
            Content::Events(events) => events,
        }
    }
}

/// The body of an error, in the form that clients of the operation read.
pub(crate) fn error_body(operation: Operation, message: &str) -> Vec<u8> {
    let body = match operation {
        Operation::ChatCompletions | Operation::Responses => {
            json!({"error": {"message": message, "type": ERROR_TYPE, "param": null, "code": "guardrail"}})
        }
        Operation::Messages => json!({"type": "error", "error": {"type": ERROR_TYPE, "message": message}}),
        _ => json!({"message": message}),
    };
    body.to_string().into_bytes()
}

/// The JSON of a server-sent event that reports an error, in the form that clients of the operation read.
pub(super) fn error_event(operation: Operation, message: &str) -> Vec<u8> {
    match operation {
        Operation::Responses => {
            json!({"type": "error", "code": "guardrail", "message": message, "param": null}).to_string().into_bytes()
        }
        _ => error_body(operation, message),
    }
}
