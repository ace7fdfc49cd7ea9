//! The ConverseStream response.

use serde_json::{Value, json};

use super::converse::{citation, stop_reason, usage};
use crate::model::{ModelOutput, ToolCall, Turn};

/// Returns the events of a `ConverseStream` response, by `:event-type`.
pub(crate) fn converse_events(turn: &Turn<'_>) -> Vec<(String, Value)> {
    let output = turn.output;
    let mut blocks = Blocks::default();
    blocks.event("messageStart", json!({"role": "assistant"}));
    if let Some(reasoning) = &output.reasoning {
        for piece in turn.split(reasoning) {
            blocks.delta(json!({"reasoningContent": {"text": piece}}));
        }
        blocks.delta(json!({"reasoningContent": {"signature": ModelOutput::SIGNATURE}}));
        blocks.stop();
    }
    if let Some(text) = &output.text {
        // No contentBlockStart: a text block opens with its first delta.
        let mut pieces = turn.split(text);
        if pieces.is_empty() {
            pieces.push("");
        }
        for piece in pieces {
            blocks.delta(json!({"text": piece}));
        }
        if let Some(citation) = citation(turn) {
            blocks.delta(json!({"citation": citation}));
        }
        blocks.stop();
    }
    if let Some(tool) = &output.tool {
        blocks.event(
            "contentBlockStart",
            json!({
                "start": {"toolUse": {"toolUseId": ToolCall::ID, "name": tool.name}},
                "contentBlockIndex": blocks.index,
            }),
        );
        let arguments = tool.arguments();
        for piece in turn.split(&arguments) {
            blocks.delta(json!({"toolUse": {"input": piece}}));
        }
        blocks.stop();
    }
    blocks.event("messageStop", json!({"stopReason": stop_reason(turn)}));
    blocks.event("metadata", json!({"usage": usage(turn), "metrics": {"latencyMs": 42}}));
    blocks.events
}

#[derive(Default)]
struct Blocks {
    events: Vec<(String, Value)>,
    index: usize,
}

impl Blocks {
    fn event(&mut self, event_type: &str, payload: Value) {
        self.events.push((event_type.to_owned(), payload));
    }

    fn delta(&mut self, delta: Value) {
        self.event("contentBlockDelta", json!({"delta": delta, "contentBlockIndex": self.index}));
    }

    fn stop(&mut self) {
        self.event("contentBlockStop", json!({"contentBlockIndex": self.index}));
        self.index += 1;
    }
}
