//! Anthropic Messages, as a stream.

use serde_json::{Value, json};

use super::claude::{citation, envelope, stop_reason};
use crate::model::{Said, ToolCall, Turn};

pub(super) fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let said = turn.said;
    let mut blocks = Blocks::default();
    blocks.chunks.push(json!({"type": "message_start", "message": envelope(turn)}));
    if let Some(reasoning) = &said.reasoning {
        blocks.start(json!({"type": "thinking", "thinking": "", "signature": ""}));
        for piece in turn.cut(reasoning) {
            blocks.delta(json!({"type": "thinking_delta", "thinking": piece}));
        }
        blocks.delta(json!({"type": "signature_delta", "signature": Said::SIGNATURE}));
        blocks.stop();
    }
    if let Some(text) = &said.text {
        blocks.start(json!({"type": "text", "text": ""}));
        if let Some(citation) = citation(turn) {
            blocks.delta(json!({"type": "citations_delta", "citation": citation}));
        }
        for piece in turn.cut(text) {
            blocks.delta(json!({"type": "text_delta", "text": piece}));
        }
        blocks.stop();
    }
    if let Some(tool) = &said.tool {
        blocks.start(json!({"type": "tool_use", "id": ToolCall::ID, "name": tool.name, "input": {}}));
        let arguments = tool.arguments();
        // The first fragment is usually empty.
        for piece in [""].into_iter().chain(turn.cut(&arguments)) {
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
