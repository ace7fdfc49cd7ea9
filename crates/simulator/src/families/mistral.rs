//! Mistral: the text completion, and the chat that streams `message`s.

use serde_json::{Value, json};

use crate::model::{ToolCall, Turn};

pub(super) fn text(turn: &Turn<'_>) -> Value {
    json!({"outputs": [{"text": turn.said.flat(), "stop_reason": "stop"}]})
}

pub(super) fn text_chunks(turn: &Turn<'_>) -> Vec<Value> {
    let text = turn.said.flat();
    let end = json!({"outputs": [{"text": "", "stop_reason": "stop"}]});
    turn.cut(&text)
        .into_iter()
        .map(|piece| json!({"outputs": [{"text": piece, "stop_reason": null}]}))
        .chain([end])
        .collect()
}

pub(super) fn chat(turn: &Turn<'_>) -> Value {
    let mut message = json!({"role": "assistant", "content": turn.said.with_inline_reasoning()});
    if let Some(tool) = &turn.said.tool {
        message["tool_calls"] = tool_calls(tool);
    }
    json!({"choices": [{"index": 0, "message": message, "stop_reason": stop_reason(turn)}]})
}

pub(super) fn chat_chunks(turn: &Turn<'_>) -> Vec<Value> {
    let chunk = |message: Value, stop_reason: Option<&str>| json!({"choices": [{"index": 0, "message": message, "stop_reason": stop_reason}]});
    let text = turn.said.with_inline_reasoning();
    let mut chunks: Vec<Value> =
        turn.cut(&text).into_iter().map(|piece| chunk(json!({"role": "assistant", "content": piece}), None)).collect();
    let mut end = json!({"role": "assistant", "content": ""});
    if let Some(tool) = &turn.said.tool {
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
    if turn.said.tool.is_some() { "tool_calls" } else { "stop" }
}
