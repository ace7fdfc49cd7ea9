//! Responses that the guardrail makes in place of the model's.

use crate::bedrock::{Operation, StreamEvent};
use serde_json::json;

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

    /// Returns the body: JSON, or the frames of an event stream.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self.content {
            Content::Body(body) => body,
            Content::Events(events) => {
                let frames = events.iter().filter_map(|event| event.to_frame().ok());
                frames.flat_map(|frame| frame.encode()).collect()
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

/// The body of an error.
pub(crate) fn error_body(message: &str) -> Vec<u8> {
    json!({"message": message}).to_string().into_bytes()
}

/// The body that replaces the body of an error that is too large, compressed or malformed.
pub(super) fn withheld_error() -> Vec<u8> {
    error_body(WITHHELD_MESSAGE)
}
