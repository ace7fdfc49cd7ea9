//! AI21 Jurassic-2, which repeats the prompt and the completion token by token.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use crate::model::Turn;

/// `prompt` to `completions[].data.text`.
pub(super) static JURASSIC: Family = Family {
    name: "jurassic",
    prompt_models: Some("ai21."),
    response,
    stream: Stream::Unsupported,
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let prompt = turn.body["prompt"].as_str().unwrap_or_default();
    let text = turn.output.flat();
    let completions: Vec<Value> = (0..turn.copies("numResults"))
        .map(|_| {
            json!({
                "data": {"text": text, "tokens": tokens(turn, &text)},
                "finishReason": {"reason": "endoftext"},
            })
        })
        .collect();
    json!({
        "id": 1234,
        "prompt": {"text": prompt, "tokens": tokens(turn, prompt)},
        "completions": completions,
    })
}

fn tokens(turn: &Turn<'_>, text: &str) -> Vec<Value> {
    let mut start = 0;
    turn.split(text)
        .into_iter()
        .map(|token| {
            let end = start + token.chars().count();
            let value = json!({
                // The vocabulary writes the space before a word as U+2581.
                "generatedToken": {"token": token.replace(' ', "\u{2581}"), "logprob": -0.5, "raw_logprob": -0.5},
                "topTokens": null,
                "textRange": {"start": start, "end": end},
            });
            start = end;
            value
        })
        .collect()
}
