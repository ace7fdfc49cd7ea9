//! Titan Text.

use serde_json::{Value, json};

use crate::model::Turn;

pub(super) fn titan(turn: &Turn<'_>) -> Value {
    json!({
        "inputTextTokenCount": turn.input_tokens(),
        "results": [{
            "tokenCount": turn.output_tokens(),
            "outputText": turn.said.flat(),
            "completionReason": "FINISH",
        }],
    })
}

pub(super) fn titan_chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.said.flat();
    let mut pieces = turn.cut(&text);
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
