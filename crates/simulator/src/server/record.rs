//! What the simulator received.

use bytes::Bytes;
use serde_json::{Value, json};

use super::Operation;

/// A request as the simulator received it.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: String,
    /// The path, percent-decoded.
    pub path: String,
    /// The operation; `None` for a path that names none.
    pub operation: Option<Operation>,
    /// The model id, percent-decoded; `StartAsyncInvoke` has it in its body.
    pub model_id: Option<String>,
    /// The headers in order, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl RecordedRequest {
    /// The first header of this name (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; `None` when it is not.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as text, with what is not UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The record as clients that are not in this process read it.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "method": self.method,
            "path": self.path,
            "operation": self.operation.map(Operation::name),
            "modelId": self.model_id,
            "headers": self.headers,
            "body": self.text(),
        })
    }
}
