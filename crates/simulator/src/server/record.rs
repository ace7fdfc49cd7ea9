//! The requests that the simulator received.

use bytes::Bytes;
use serde_json::{Value, json};

use super::operation::SimulatedOperation;

/// A request as the simulator received it.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: String,
    /// The path, percent-decoded.
    pub path: String,
    /// The operation; `None` if the path is not one of an operation.
    pub operation: Option<SimulatedOperation>,
    /// The model id, percent-decoded; for `StartAsyncInvoke` it is in the body.
    pub model_id: Option<String>,
    /// The headers in order, with lowercase names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl RecordedRequest {
    /// Returns the first header of this name (in lowercase).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the body as JSON, or `None` if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns the body as text, with invalid UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the request as JSON, for clients in other processes.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "method": self.method,
            "path": self.path,
            "operation": self.operation.map(SimulatedOperation::name),
            "modelId": self.model_id,
            "headers": self.headers,
            "body": self.text(),
        })
    }
}
