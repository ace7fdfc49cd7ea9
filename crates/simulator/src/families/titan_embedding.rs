//! Titan and Marengo embeddings.

use serde_json::{Value, json};

use super::family::Family;
use super::user_text::string;
use crate::model::Turn;

/// The vector that all embeddings return.
pub(super) const VECTOR: [f64; 4] = [0.125, -0.25, 0.5, 0.0625];

/// Fields that a request for text generation does not have.
const KEYS: [&str; 6] = ["inputImage", "inputType", "embeddingConfig", "embeddingTypes", "dimensions", "normalize"];

/// `inputText` to `embedding`.
pub(super) static TITAN_EMBEDDING: Family = Family {
    name: "titan-embedding",
    matches,
    user_text: |body| string(&body["inputText"]),
    response,
    ..Family::COMPLETION
};

fn matches(model_id: &str, body: &Value) -> bool {
    let is_embedding =
        || model_id.contains("embed") || model_id.contains("marengo") || KEYS.iter().any(|key| body.get(key).is_some());
    is_amazon_text(body) && is_embedding()
}

fn response(turn: &Turn<'_>) -> Value {
    let mut body = json!({"embedding": VECTOR, "inputTextTokenCount": turn.input_tokens()});
    if turn.body.get("embeddingTypes").is_some() {
        body["embeddingsByType"] = json!({"float": VECTOR});
    }
    body
}

/// Returns `true` for the input of a Titan or Marengo model.
pub(super) fn is_amazon_text(body: &Value) -> bool {
    ["inputText", "inputImage", "inputType"].iter().any(|key| body.get(key).is_some())
}
