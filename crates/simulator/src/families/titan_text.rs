//! Titan Text.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use super::titan_embedding::is_amazon_text;
use super::user_text::string;
use crate::model::Turn;

/// `inputText` to `results[].outputText`.
pub(super) static TITAN_TEXT: Family = Family {
    name: "titan-text",
    matches: |_, body| is_amazon_text(body),
    user_text: |body| string(&body["inputText"]),
    response,
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    json!({
        "inputTextTokenCount": turn.input_tokens(),
        "results": [{
            "tokenCount": turn.output_tokens(),
            "outputText": turn.output.flat(),
            "completionReason": "FINISH",
        }],
    })
}

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.output.flat();
    let mut pieces = turn.split(&text);
    // Only the last chunk has counters, and it carries text as well.
    let last = pieces.pop().unwrap_or_default();
    let middle = pieces.into_iter().map(|piece| {
        json!({
            "outputText": piece,
            "index": 0,
            "totalOutputTextTokenCount": null,
            "completionReason": null,
            "inputTextTokenCount": null,
        })
    });
    let end = json!({
        "outputText": last,
        "index": 0,
        "totalOutputTextTokenCount": turn.output_tokens(),
        "completionReason": "FINISH",
        "inputTextTokenCount": turn.input_tokens(),
    });
    middle.chain([end]).collect()
}
