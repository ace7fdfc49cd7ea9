//! DeepSeek R1.

use serde_json::{Value, json};

use super::family::{Family, Stream};

/// `prompt` to `choices[].text`, with `stop_reason`.
pub(super) static DEEPSEEK: Family = Family {
    name: "openai-completion",
    prompt_models: Some("deepseek."),
    response: |turn| choice(&turn.output.flat(), Some("stop")),
    stream: Stream::Chunks(|turn| turn.text_chunks(|piece| choice(piece, None), choice("", Some("stop")))),
    ..Family::COMPLETION
};

fn choice(text: &str, stop_reason: Option<&str>) -> Value {
    json!({"choices": [{"index": 0, "text": text, "stop_reason": stop_reason}]})
}
