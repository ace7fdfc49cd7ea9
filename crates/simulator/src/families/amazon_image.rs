//! Titan Image and Nova Canvas.

use serde_json::{Value, json};

use super::family::Family;
use super::user_text::string;
use crate::model::Turn;

/// A PNG of one pixel, which all image models return.
pub(super) const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// `taskType` to `images`.
pub(super) static AMAZON_IMAGE: Family = Family {
    name: "amazon-image",
    matches: |_, body| body.get("taskType").is_some(),
    user_text: |body| string(&body["textToImageParams"]["text"]),
    response,
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let count = turn.body["imageGenerationConfig"]["numberOfImages"].as_u64().unwrap_or(1).clamp(1, 5);
    let images: Vec<&str> = (0..count).map(|_| PIXEL).collect();
    json!({"images": images, "error": null})
}
