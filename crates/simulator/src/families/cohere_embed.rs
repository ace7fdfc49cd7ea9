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
    let mut response = json!({"id": turn.id});
    if body.get("embedding_types").is_some() {
        response["response_type"] = json!("embeddings_by_type");
        response["embeddings"] = json!({"float": vectors});
    } else {
        response["response_type"] = json!("embeddings_floats");
        response["embeddings"] = json!(vectors);
    }
    for key in ["texts", "inputs"] {
        if let Some(echo) = body.get(key) {
            response[key] = echo.clone();
        }
    }
    response
}
