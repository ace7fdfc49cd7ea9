//! Stability: SDXL, and the later image models.

use serde_json::json;

use super::amazon_image::PIXEL;
use super::family::Family;
use super::user_text::in_content;

/// SDXL: `text_prompts` to `artifacts`.
pub(super) static STABILITY_XL: Family = Family {
    name: "stability-xl",
    matches: |_, body| body.get("text_prompts").is_some(),
    user_text: |body| in_content(&body["text_prompts"]),
    response: |_| json!({"result": "success", "artifacts": [{"seed": 1, "base64": PIXEL, "finishReason": "SUCCESS"}]}),
    ..Family::COMPLETION
};

/// Later models: `prompt` to `images`.
pub(super) static STABILITY_IMAGE: Family = Family {
    name: "stability-image",
    prompt_models: Some("stability."),
    response: |_| json!({"seeds": [1], "finish_reasons": [null], "images": [PIXEL]}),
    ..Family::COMPLETION
};
