//! Images, and Pegasus, which says what is in a video.

use serde_json::{Value, json};

use crate::model::Turn;

/// A PNG of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

pub(super) fn amazon_image(turn: &Turn<'_>) -> Value {
    let count = turn.body["imageGenerationConfig"]["numberOfImages"].as_u64().unwrap_or(1).clamp(1, 5);
    let images: Vec<&str> = (0..count).map(|_| PIXEL).collect();
    json!({"images": images, "error": null})
}

pub(super) fn stability_xl() -> Value {
    json!({"result": "success", "artifacts": [{"seed": 1, "base64": PIXEL, "finishReason": "SUCCESS"}]})
}

pub(super) fn stability_image() -> Value {
    json!({"seeds": [1], "finish_reasons": [null], "images": [PIXEL]})
}

pub(super) fn pegasus(turn: &Turn<'_>) -> Value {
    json!({"message": turn.said.flat(), "finishReason": "stop"})
}

pub(super) fn pegasus_chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.said.flat();
    turn.cut(&text)
        .into_iter()
        .map(|piece| json!({"message": piece}))
        .chain([json!({"message": "", "finishReason": "stop"})])
        .collect()
}
