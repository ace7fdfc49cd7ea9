//! What a model family is to the simulator.

use std::fmt;

use serde_json::{Value, json};

use super::user_text::last_turn;
use crate::model::Turn;

/// The bodies of a model family on the invoke operations.
pub(crate) struct Family {
    /// The name that the `x-simulator-shape` header takes.
    pub(super) name: &'static str,
    /// Returns `true` if a model id and a body are a request of this family, by fields that only its requests have.
    pub(super) matches: fn(&str, &Value) -> bool,
    /// The part of the model id by which a request with only a `prompt` belongs to this family.
    pub(super) prompt_models: Option<&'static str>,
    /// Returns the last text of the user in a request.
    pub(super) user_text: fn(&Value) -> String,
    /// Returns the response in one piece.
    pub(super) response: fn(&Turn<'_>) -> Value,
    pub(super) stream: Stream,
}

/// How a family streams.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Unsupported,
    /// The whole response as one chunk, because it has no text.
    SingleChunk,
    Chunks(fn(&Turn<'_>) -> Vec<Value>),
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Family").field(&self.name).finish()
    }
}

impl Family {
    /// The defaults: a family whose requests have a `prompt`.
    pub(super) const COMPLETION: Self = Self {
        name: "",
        matches: |_, _| false,
        prompt_models: None,
        user_text: |body| last_turn(body["prompt"].as_str().unwrap_or_default()).to_owned(),
        response: |_| Value::Null,
        stream: Stream::SingleChunk,
    };

    /// Returns the last text of the user in a request.
    pub(crate) fn user_text(&self, body: &Value) -> String {
        (self.user_text)(body)
    }

    /// Returns the response in one piece.
    pub(crate) fn response(&self, turn: &Turn<'_>) -> Value {
        (self.response)(turn)
    }

    /// Returns the chunks of a stream, the last with the invocation metrics, or `None` if the family does not stream.
    pub(crate) fn chunks(&self, turn: &Turn<'_>) -> Option<Vec<Value>> {
        let mut chunks = match self.stream {
            Stream::Unsupported => return None,
            Stream::SingleChunk => vec![self.response(turn)],
            Stream::Chunks(chunks) => chunks(turn),
        };
        if let Some(Value::Object(last)) = chunks.last_mut() {
            let metrics = json!({
                "inputTokenCount": turn.input_tokens(),
                "outputTokenCount": turn.output_tokens(),
                "invocationLatency": 42,
                "firstByteLatency": 21,
            });
            last.insert("amazon-bedrock-invocationMetrics".to_owned(), metrics);
        }
        Some(chunks)
    }
}
