//! Mistral Large and Pixtral.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use super::user_text::message_text;
use crate::model::{ToolCall, Turn};

/// `messages` to `choices[].message`, in streams too.
pub(super) static MISTRAL_CHAT: Family = Family {
    name: "mistral-chat",
    matches,
    user_text: |body| message_text(body),
    response,
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn matches(model_id: &str, body: &Value) -> bool {
    let is_mistral = model_id.contains("mistral.mistral-large-24") || model_id.contains("mistral.pixtral");
    is_mistral && body.get("messages").is_some()
}

fn response(turn: &Turn<'_>) -> Value {
    let mut message = json!({"role": "assistant", "content": turn.output.with_inline_reasoning()});
    if let Some(tool) = &turn.output.tool {
        message["tool_calls"] = tool_calls(tool);
    }
    json!({"choices": [{"index": 0, "message": message, "stop_reason": stop_reason(turn)}]})
}

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let chunk = |message: Value, stop_reason: Option<&str>| json!({"choices": [{"index": 0, "message": message, "stop_reason": stop_reason}]});
    let text = turn.output.with_inline_reasoning();
    let mut chunks: Vec<Value> = turn
        .split(&text)
        .into_iter()
        .map(|piece| chunk(json!({"role": "assistant", "content": piece}), None))
        .collect();
    let mut end = json!({"role": "assistant", "content": ""});
    if let Some(tool) = &turn.output.tool {
        // A call is never cut in this shape.
        end["tool_calls"] = tool_calls(tool);
    }
    chunks.push(chunk(end, Some(stop_reason(turn))));
    chunks
}

fn tool_calls(tool: &ToolCall) -> Value {
    json!([{
        "id": ToolCall::ID,
        "type": "function",
        "function": {"name": tool.name, "arguments": tool.arguments()},
    }])
}

const fn stop_reason(turn: &Turn<'_>) -> &'static str {
    if turn.output.tool.is_some() { "tool_calls" } else { "stop" }
}
