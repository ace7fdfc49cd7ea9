//! Anthropic Messages, in one piece.

use serde_json::{Value, json};

use crate::model::{Said, ToolCall, Turn};

pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let said = turn.said;
    let mut content = Vec::new();
    if let Some(reasoning) = &said.reasoning {
        content.push(json!({"type": "thinking", "thinking": reasoning, "signature": Said::SIGNATURE}));
    }
    if let Some(text) = &said.text {
        let mut block = json!({"type": "text", "text": text});
        if let Some(citation) = citation(turn) {
            block["citations"] = json!([citation]);
        }
        content.push(block);
    }
    if let Some(tool) = &said.tool {
        content.push(json!({"type": "tool_use", "id": ToolCall::ID, "name": tool.name, "input": tool.input}));
    }
    let mut message = envelope(turn);
    message["content"] = json!(content);
    message["stop_reason"] = json!(stop_reason(turn));
    message["usage"]["output_tokens"] = json!(turn.output_tokens());
    message
}

/// A message with nothing said yet, as `message_start` carries it.
pub(super) fn envelope(turn: &Turn<'_>) -> Value {
    json!({
        "id": format!("msg_bdrk_{}", turn.id),
        "type": "message",
        "role": "assistant",
        "model": turn.model_id,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": {
            "input_tokens": turn.input_tokens(),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 1,
        },
    })
}

pub(super) fn citation(turn: &Turn<'_>) -> Option<Value> {
    turn.said.citation.as_ref().map(|citation| {
        json!({
            "type": "char_location",
            "cited_text": citation.cited_text,
            "document_index": 0,
            "document_title": citation.title,
            "start_char_index": 0,
            "end_char_index": citation.cited_text.chars().count(),
        })
    })
}

pub(super) const fn stop_reason(turn: &Turn<'_>) -> &'static str {
    if turn.said.tool.is_some() { "tool_use" } else { "end_turn" }
}
