//! TwelveLabs Pegasus, which describes a video.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use super::user_text::string;
use crate::model::Turn;

/// `inputPrompt` to `message`.
pub(super) static PEGASUS: Family = Family {
    name: "pegasus",
    matches: |_, body| body.get("inputPrompt").is_some(),
    user_text: |body| string(&body["inputPrompt"]),
    response: |turn| json!({"message": turn.output.flat(), "finishReason": "stop"}),
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let end = json!({"message": "", "finishReason": "stop"});
    turn.text_chunks(|piece| json!({"message": piece}), end)
}
