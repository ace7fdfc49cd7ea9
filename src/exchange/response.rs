//! Responses that the guardrail makes in place of the model's.

use crate::bedrock::{ErrorBody, Operation, StreamEvent};

/// The message of an error whose own message cannot be inspected.
pub(super) const WITHHELD_MESSAGE: &str = "The error message was withheld: the guardrail could not inspect it.";

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

/// Returns an error of the guardrail.
fn error(message: &str) -> ErrorBody<'_> {
    ErrorBody { kind: "invalid_request_error", code: "guardrail", message }
}

/// The body of an error, in the form that clients of the operation read.
pub(crate) fn error_body(operation: Operation, message: &str) -> Vec<u8> {
    error(message).body(operation).into_bytes()
}

/// The JSON of an event that reports an error within a stream, in the form that clients of the operation read.
pub(super) fn error_event(operation: Operation, message: &str) -> Vec<u8> {
    error(message).event(operation).into_bytes()
}
