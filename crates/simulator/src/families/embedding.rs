//! Embeddings and rerank: no text of the model's own, but Cohere echoes the
//! request's.

use serde_json::{Value, json};

use crate::model::Turn;

const VECTOR: [f64; 4] = [0.125, -0.25, 0.5, 0.0625];

pub(super) fn titan(turn: &Turn<'_>) -> Value {
    let mut body = json!({"embedding": VECTOR, "inputTextTokenCount": turn.input_tokens()});
    if turn.body.get("embeddingTypes").is_some() {
        body["embeddingsByType"] = json!({"float": VECTOR});
    }
    body
}

pub(super) fn nova() -> Value {
    json!({"embeddings": [{"embeddingType": "TEXT", "embedding": VECTOR}]})
}

pub(super) fn cohere(turn: &Turn<'_>) -> Value {
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

pub(super) fn rerank(turn: &Turn<'_>) -> Value {
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
