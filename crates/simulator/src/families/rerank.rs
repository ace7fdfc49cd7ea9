//! Cohere and Amazon Rerank.

use serde_json::{Value, json};

use super::family::Family;
use super::user_text::string;
use crate::model::Turn;

/// `query` and `documents` to `results`.
pub(super) static RERANK: Family = Family {
    name: "rerank",
    matches: |_, body| body.get("query").is_some() && body.get("documents").is_some(),
    user_text: |body| string(&body["query"]),
    response,
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let documents = turn.body["documents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut score = 1.0;
    let results: Vec<Value> = documents
        .iter()
        .enumerate()
        .map(|(index, document)| {
            score /= 2.0;
            let mut result = json!({"index": index, "relevance_score": score});
            if turn.body["return_documents"] == true {
                result["document"] = match document {
                    Value::String(text) => json!({"text": text}),
                    other => other.clone(),
                };
            }
            result
        })
        .collect();
    json!({"results": results})
}
