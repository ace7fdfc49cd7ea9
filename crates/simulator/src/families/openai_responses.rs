//! OpenAI Responses.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use super::user_text::in_content;
use crate::model::{ToolCall, Turn};

/// `input` to `output[]`.
pub(crate) static OPENAI_RESPONSES: Family = Family {
    name: "openai-responses",
    user_text,
    response: |turn| envelope(turn, "completed", &items(turn)),
    stream: Stream::Chunks(events),
    ..Family::COMPLETION
};

fn user_text(body: &Value) -> String {
    let Some(items) = body["input"].as_array() else { return in_content(&body["input"]) };
    let is_users = |item: &&Value| item["role"] == "user" || item["type"] == "function_call_output";
    items.iter().rev().find(is_users).map_or_else(String::new, |item| {
        if item["output"].is_null() { in_content(&item["content"]) } else { in_content(&item["output"]) }
    })
}

fn items(turn: &Turn<'_>) -> Vec<Value> {
    let output = turn.output;
    let mut items = Vec::new();
    if let Some(reasoning) = &output.reasoning {
        let content = json!([{"type": "reasoning_text", "text": reasoning}]);
        items.push(json!({"id": "rs_0", "type": "reasoning", "summary": [], "content": content}));
    }
    if let Some(text) = &output.text {
        let content = json!([{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]);
        items.push(json!({
            "id": "msg_0", "type": "message", "status": "completed", "role": "assistant", "content": content,
        }));
    }
    if let Some(tool) = &output.tool {
        items.push(json!({
            "id": "fc_0", "type": "function_call", "status": "completed", "call_id": ToolCall::ID,
            "name": tool.name, "arguments": tool.arguments(),
        }));
    }
    items
}

fn envelope(turn: &Turn<'_>, status: &str, output: &[Value]) -> Value {
    let (input_tokens, output_tokens) = (turn.input_tokens(), turn.output_tokens());
    json!({
        "id": format!("resp_{}", turn.id),
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "error": null,
        "incomplete_details": null,
        "instructions": turn.body["instructions"],
        "max_output_tokens": null,
        "metadata": {},
        "model": turn.model_id,
        "output": output,
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": {"effort": "medium", "summary": null},
        "store": false,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": {
            "input_tokens": input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": input_tokens + output_tokens,
        },
    })
}

fn events(turn: &Turn<'_>) -> Vec<Value> {
    let mut events = Vec::new();
    let started = envelope(turn, "in_progress", &[]);
    events.push(json!({"type": "response.created", "response": started}));
    events.push(json!({"type": "response.in_progress", "response": started}));
    let items = items(turn);
    for (index, item) in items.iter().enumerate() {
        let mut empty = item.clone();
        for field in ["content", "arguments"] {
            if !empty[field].is_null() {
                empty[field] = if empty[field].is_string() { json!("") } else { json!([]) };
            }
        }
        events.push(json!({"type": "response.output_item.added", "output_index": index, "item": empty}));
        if let Some(arguments) = item["arguments"].as_str() {
            pieces(
                turn,
                &mut events,
                &json!({"item_id": item["id"], "output_index": index}),
                "function_call_arguments",
                ("arguments", arguments),
            );
        }
        for (part_index, part) in item["content"].as_array().into_iter().flatten().enumerate() {
            let at = json!({"item_id": item["id"], "output_index": index, "content_index": part_index});
            let mut empty = part.clone();
            empty["text"] = json!("");
            events.push(with(&at, "content_part.added", "part", empty));
            let name = if part["type"] == "reasoning_text" { "reasoning_text" } else { "output_text" };
            pieces(turn, &mut events, &at, name, ("text", part["text"].as_str().unwrap_or_default()));
            events.push(with(&at, "content_part.done", "part", part.clone()));
        }
        events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    }
    events.push(json!({"type": "response.completed", "response": envelope(turn, "completed", &items)}));
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = json!(number);
    }
    events
}

/// Adds the deltas of a text, and the event of its end, which repeats it.
fn pieces(turn: &Turn<'_>, events: &mut Vec<Value>, at: &Value, name: &str, (field, text): (&str, &str)) {
    events.extend(turn.split(text).into_iter().map(|piece| with(at, &format!("{name}.delta"), "delta", json!(piece))));
    events.push(with(at, &format!("{name}.done"), field, json!(text)));
}

fn with(at: &Value, name: &str, field: &str, value: Value) -> Value {
    let mut event = at.clone();
    event["type"] = json!(format!("response.{name}"));
    event[field] = value;
    event
}
