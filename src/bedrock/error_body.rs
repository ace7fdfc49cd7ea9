//! Errors, in the format that clients of an operation read.

use serde_json::{Value, json};

use super::event_stream::Frame;
use super::operation::Operation;

/// An error for the clients of an operation.
///
/// Bedrock's own operations report only the message in a body. The operations for clients of OpenAI and Anthropic report the others, too.
///
/// ```
/// use banister::{ErrorBody, Operation};
///
/// let error = ErrorBody { kind: "invalid_request_error", code: "guardrail", message: "No." };
/// assert_eq!(error.body(Operation::Converse), r#"{"message":"No."}"#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorBody<'a> {
    /// The type of the error in the terms of OpenAI and Anthropic, such as `invalid_request_error`.
    pub kind: &'a str,
    /// The code of the error, which Anthropic does not have.
    pub code: &'a str,
    /// The message.
    pub message: &'a str,
}

impl ErrorBody<'_> {
    /// Returns the JSON of an error response.
    #[must_use]
    pub fn body(&self, operation: Operation) -> String {
        self.response(operation).to_string()
    }

    /// Returns the JSON of the event that reports an error within a stream: of a server-sent event, or the payload of an exception.
    #[must_use]
    pub fn event(&self, operation: Operation) -> String {
        let Self { code, message, .. } = self;
        match operation {
            Operation::Responses => {
                json!({"type": "error", "code": code, "message": message, "param": null}).to_string()
            }
            _ => self.body(operation),
        }
    }

    /// Returns the frame of an exception whose type is the code, with which an event stream of Bedrock ends. `None` if the code is longer than 255 bytes.
    #[must_use]
    pub fn exception_frame(&self) -> Option<Vec<u8>> {
        let payload = json!({"message": self.message}).to_string();
        Frame::exception(self.code, payload).ok().map(|frame| frame.encode().to_vec())
    }

    fn response(&self, operation: Operation) -> Value {
        let Self { kind, code, message } = self;
        match operation {
            Operation::ChatCompletions | Operation::Responses => {
                json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
            }
            Operation::Messages => json!({"type": "error", "error": {"type": kind, "message": message}}),
            _ => json!({"message": message}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorBody;
    use crate::bedrock::operation::Operation;

    #[test]
    fn each_client_reads_its_own_format() {
        let error = ErrorBody { kind: "k", code: "c", message: "m" };
        let openai = r#"{"error":{"code":"c","message":"m","param":null,"type":"k"}}"#;
        let event = r#"{"code":"c","message":"m","param":null,"type":"error"}"#;
        let anthropic = r#"{"error":{"message":"m","type":"k"},"type":"error"}"#;
        let bedrock = r#"{"message":"m"}"#;
        for (operation, body, event) in [
            (Operation::ChatCompletions, openai, openai),
            (Operation::Responses, openai, event),
            (Operation::Messages, anthropic, anthropic),
            (Operation::Converse, bedrock, bedrock),
            (Operation::InvokeModelWithResponseStream, bedrock, bedrock),
        ] {
            assert_eq!((&*error.body(operation), &*error.event(operation)), (body, event), "{operation:?}");
        }
    }
}
