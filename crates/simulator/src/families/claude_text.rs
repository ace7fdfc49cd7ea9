//! Anthropic text completion.

use serde_json::{Value, json};

use super::family::{Family, Stream};

/// `prompt` to `completion`.
pub(super) static CLAUDE_TEXT: Family = Family {
    name: "claude-text",
    matches: |_, body| body.get("max_tokens_to_sample").is_some(),
    prompt_models: Some("anthropic."),
    response: |turn| completion(&turn.output.flat(), Some("stop_sequence")),
    stream: Stream::Chunks(|turn| {
        turn.text_chunks(|piece| completion(piece, None), completion("", Some("stop_sequence")))
    }),
    ..Family::COMPLETION
};

fn completion(text: &str, stop_reason: Option<&str>) -> Value {
    let stop = stop_reason.map(|_| "\n\nHuman:");
    json!({"type": "completion", "completion": text, "stop_reason": stop_reason, "stop": stop})
}
