//! Meta Llama, and imported models.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use crate::model::Turn;

/// `prompt` to `generation`.
pub(super) static LLAMA: Family = Family {
    name: "llama",
    // Any: imported models get Llama responses.
    prompt_models: Some(""),
    response,
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    json!({
        "generation": turn.output.flat(),
        "prompt_token_count": turn.input_tokens(),
        "generation_token_count": turn.output_tokens(),
        "stop_reason": "stop",
    })
}

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.output.flat();
    let pieces = turn.split(&text);
    let count = pieces.len();
    let chunk = |(at, piece): (usize, &str)| {
        // The prompt is counted on the first chunk alone.
        let prompt_tokens = (at == 0).then(|| turn.input_tokens());
        json!({
            "generation": piece,
            "prompt_token_count": prompt_tokens,
            "generation_token_count": at + 1,
            "stop_reason": null,
        })
    };
    let end = json!({
        "generation": "", "prompt_token_count": null, "generation_token_count": count + 1, "stop_reason": "stop",
    });
    pieces.into_iter().enumerate().map(chunk).chain([end]).collect()
}
