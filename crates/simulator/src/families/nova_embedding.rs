//! Nova multimodal embeddings.

use serde_json::json;

use super::family::Family;
use super::titan_embedding::VECTOR;
use super::user_text::string;

/// `singleEmbeddingParams` to `embeddings`.
pub(super) static NOVA_EMBEDDING: Family = Family {
    name: "nova-embedding",
    matches: |_, body| {
        body["schemaVersion"] == "nova-multimodal-embed-v1" || body.get("singleEmbeddingParams").is_some()
    },
    user_text: |body| string(&body["singleEmbeddingParams"]["text"]["value"]),
    response: |_| json!({"embeddings": [{"embeddingType": "TEXT", "embedding": VECTOR}]}),
    ..Family::COMPLETION
};
