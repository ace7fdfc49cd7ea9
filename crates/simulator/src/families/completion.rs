//! The plain text completions that take a `prompt`: Claude text, Llama,
//! DeepSeek R1 and text-generation containers.

use serde_json::{Value, json};

use crate::model::Turn;

pub(super) fn claude(turn: &Turn<'_>) -> Value {
    json!({
        "type": "completion",
        "completion": turn.said.flat(),
        "stop_reason": "stop_sequence",
        "stop": "\n\nHuman:",
    })
}

pub(super) fn claude_chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.said.flat();
    let pieces = turn.cut(&text);
    let end = json!({
        "type": "completion", "completion": "", "stop_reason": "stop_sequence", "stop": "\n\nHuman:",
    });
    pieces
        .into_iter()
        .map(|piece| json!({"type": "completion", "completion": piece, "stop_reason": null, "stop": null}))
        .chain([end])
        .collect()
}

pub(super) fn llama(turn: &Turn<'_>) -> Value {
    json!({
        "generation": turn.said.flat(),
        "prompt_token_count": turn.input_tokens(),
        "generation_token_count": turn.output_tokens(),
        "stop_reason": "stop",
    })
}

pub(super) fn llama_chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.said.flat();
    let pieces = turn.cut(&text);
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

pub(super) fn deepseek(turn: &Turn<'_>) -> Value {
    json!({"choices": [{"index": 0, "text": turn.said.flat(), "stop_reason": "stop"}]})
}

pub(super) fn deepseek_chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.said.flat();
    let end = json!({"choices": [{"index": 0, "text": "", "stop_reason": "stop"}]});
    turn.cut(&text)
        .into_iter()
        .map(|piece| json!({"choices": [{"index": 0, "text": piece, "stop_reason": null}]}))
        .chain([end])
        .collect()
}

pub(super) fn container(turn: &Turn<'_>) -> Value {
    let mut body = container_chunk(turn, &turn.said.flat(), Some("stop"));
    let (input, output) = (turn.input_tokens(), turn.output_tokens());
    body["usage"] = json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
    });
    body
}

pub(super) fn container_chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.said.flat();
    turn.cut(&text)
        .into_iter()
        .map(|piece| container_chunk(turn, piece, None))
        .chain([container_chunk(turn, "", Some("eos_token"))])
        .collect()
}

fn container_chunk(turn: &Turn<'_>, text: &str, finish_reason: Option<&str>) -> Value {
    json!({
        "id": format!("cmpl-{}", turn.id),
        "object": "text_completion",
        "created": 1_700_000_000,
        "model": turn.model_id,
        "choices": [{"index": 0, "text": text, "logprobs": null, "finish_reason": finish_reason}],
    })
}
