//! Mistral and Mixtral text completion.

use serde_json::{Value, json};

use super::family::{Family, Stream};

/// `prompt` to `outputs[].text`.
pub(super) static MISTRAL_TEXT: Family = Family {
    name: "mistral-text",
    prompt_models: Some("mistral."),
    response: |turn| output(&turn.output.flat(), Some("stop")),
    stream: Stream::Chunks(|turn| turn.text_chunks(|piece| output(piece, None), output("", Some("stop")))),
    ..Family::COMPLETION
};

fn output(text: &str, stop_reason: Option<&str>) -> Value {
    json!({"outputs": [{"text": text, "stop_reason": stop_reason}]})
}
