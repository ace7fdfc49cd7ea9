//! Anthropic Messages.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use super::user_text::message_text;
use crate::model::{ModelOutput, ToolCall, Turn};

/// `messages` to `content`.
pub(crate) static CLAUDE_MESSAGES: Family = Family {
    name: "claude-messages",
    matches: |_, body| body.get("anthropic_version").is_some(),
    user_text: |body| message_text(body),
    response,
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let output = turn.output;
    let mut content = Vec::new();
    if let Some(reasoning) = &output.reasoning {
        content.push(json!({"type": "thinking", "thinking": reasoning, "signature": ModelOutput::SIGNATURE}));
    }
    if let Some(text) = &output.text {
        let mut block = json!({"type": "text", "text": text});
        if let Some(citation) = citation(turn) {
            block["citations"] = json!([citation]);
        }
        content.push(block);
    }
    if let Some(tool) = &output.tool {
        content.push(json!({"type": "tool_use", "id": ToolCall::ID, "name": tool.name, "input": tool.input}));
    }
    let mut message = envelope(turn);
    message["content"] = json!(content);
    message["stop_reason"] = json!(stop_reason(turn));
    message["usage"]["output_tokens"] = json!(turn.output_tokens());
    message
}

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let output = turn.output;
    let mut blocks = Blocks::default();
    blocks.chunks.push(json!({"type": "message_start", "message": envelope(turn)}));
    if let Some(reasoning) = &output.reasoning {
        blocks.start(json!({"type": "thinking", "thinking": "", "signature": ""}));
        for piece in turn.split(reasoning) {
            blocks.delta(json!({"type": "thinking_delta", "thinking": piece}));
        }
        blocks.delta(json!({"type": "signature_delta", "signature": ModelOutput::SIGNATURE}));
        blocks.stop();
    }
    if let Some(text) = &output.text {
        blocks.start(json!({"type": "text", "text": ""}));
        if let Some(citation) = citation(turn) {
            blocks.delta(json!({"type": "citations_delta", "citation": citation}));
        }
        for piece in turn.split(text) {
            blocks.delta(json!({"type": "text_delta", "text": piece}));
        }
        blocks.stop();
    }
    if let Some(tool) = &output.tool {
        blocks.start(json!({"type": "tool_use", "id": ToolCall::ID, "name": tool.name, "input": {}}));
        let arguments = tool.arguments();
        // The first fragment is usually empty.
        for piece in [""].into_iter().chain(turn.split(&arguments)) {
            blocks.delta(json!({"type": "input_json_delta", "partial_json": piece}));
        }
        blocks.stop();
    }
    let mut chunks = blocks.chunks;
    chunks.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(turn), "stop_sequence": null},
        "usage": {"output_tokens": turn.output_tokens()},
    }));
    chunks.push(json!({"type": "message_stop"}));
    chunks
}

/// Returns a message without content, as `message_start` has it.
fn envelope(turn: &Turn<'_>) -> Value {
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

fn citation(turn: &Turn<'_>) -> Option<Value> {
    turn.output.citation.as_ref().map(|citation| {
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

const fn stop_reason(turn: &Turn<'_>) -> &'static str {
    if turn.output.tool.is_some() { "tool_use" } else { "end_turn" }
}

#[derive(Default)]
struct Blocks {
    chunks: Vec<Value>,
    index: usize,
}

impl Blocks {
    fn start(&mut self, content_block: Value) {
        self.chunks.push(json!({
            "type": "content_block_start", "index": self.index, "content_block": content_block,
        }));
    }

    fn delta(&mut self, delta: Value) {
        self.chunks.push(json!({"type": "content_block_delta", "index": self.index, "delta": delta}));
    }

    fn stop(&mut self) {
        self.chunks.push(json!({"type": "content_block_stop", "index": self.index}));
        self.index += 1;
    }
}
