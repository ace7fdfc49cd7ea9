//! Cohere Embed, which echoes the text of the request.

use serde_json::{Value, json};

use super::family::Family;
use super::titan_embedding::VECTOR;
use super::user_text::{join, string};
use crate::model::Turn;

/// `texts` to `embeddings`.
pub(super) static COHERE_EMBED: Family = Family {
    name: "cohere-embed",
    matches: |_, body| {
        body.get("input_type").is_some() && ["texts", "inputs", "images"].iter().any(|key| body.get(key).is_some())
    },
    user_text: |body| body["texts"].as_array().map_or_else(String::new, |texts| join(texts.iter().map(string))),
    response,
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let body = turn.body;
    let count =
        ["texts", "inputs", "images"].iter().filter_map(|key| body[key].as_array()).map(Vec::len).sum::<usize>();
    let vectors = vec![VECTOR; count];
    let mut answer = json!({"id": turn.id});
    if body.get("embedding_types").is_some() {
        answer["response_type"] = json!("embeddings_by_type");
        answer["embeddings"] = json!({"float": vectors});
    } else {
        answer["response_type"] = json!("embeddings_floats");
        answer["embeddings"] = json!(vectors);
    }
    for key in ["texts", "inputs"] {
        if let Some(echo) = body.get(key) {
            answer[key] = echo.clone();
        }
    }
    answer
}
