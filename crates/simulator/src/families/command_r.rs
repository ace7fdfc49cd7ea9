//! Cohere Command R, which echoes the whole conversation.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use super::user_text::string;
use crate::model::Turn;

/// `message` to `text`.
pub(super) static COMMAND_R: Family = Family {
    name: "cohere-command-r",
    matches: |_, body| body["message"].is_string(),
    user_text: |body| string(&body["message"]),
    response,
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let output = turn.output;
    let text = output.with_inline_reasoning();
    let mut history: Vec<Value> = turn.body["chat_history"].as_array().cloned().unwrap_or_default();
    history.push(json!({"role": "USER", "message": turn.body["message"]}));
    let mut message = json!({"role": "CHATBOT", "message": text});
    let mut body = json!({
        "response_id": turn.id,
        "generation_id": format!("{}-generation", turn.id),
        "text": text,
        "finish_reason": "COMPLETE",
    });
    if let Some(calls) = tool_calls(turn) {
        message["tool_calls"] = calls.clone();
        body["tool_calls"] = calls;
    }
    if let Some(citations) = citations(turn) {
        body["citations"] = citations;
    }
    if turn.body["return_prompt"] == true {
        body["prompt"] = turn.body["message"].clone();
    }
    history.push(message);
    body["chat_history"] = json!(history);
    body
}

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let output = turn.output;
    let text = output.with_inline_reasoning();
    let mut chunks = vec![json!({
        "event_type": "stream-start", "is_finished": false, "generation_id": format!("{}-generation", turn.id),
    })];
    for piece in turn.split(&text) {
        chunks.push(json!({"event_type": "text-generation", "is_finished": false, "text": piece}));
    }
    if let Some(citations) = citations(turn) {
        chunks.push(json!({"event_type": "citation-generation", "is_finished": false, "citations": citations}));
    }
    if let Some(tool) = &output.tool {
        let mut delta = |delta: Value| {
            chunks.push(json!({
                "event_type": "tool-calls-chunk", "is_finished": false, "tool_call_delta": delta,
            }));
        };
        delta(json!({"index": 0, "name": tool.name}));
        let arguments = tool.arguments();
        for piece in turn.split(&arguments) {
            delta(json!({"index": 0, "parameters": piece}));
        }
        chunks.push(json!({
            "event_type": "tool-calls-generation", "is_finished": false, "tool_calls": tool_calls(turn),
        }));
    }
    chunks.push(json!({
        "event_type": "stream-end", "is_finished": true, "finish_reason": "COMPLETE", "response": response(turn),
    }));
    chunks
}

fn tool_calls(turn: &Turn<'_>) -> Option<Value> {
    let tool = turn.output.tool.as_ref()?;
    Some(json!([{"name": tool.name, "parameters": tool.input}]))
}

fn citations(turn: &Turn<'_>) -> Option<Value> {
    let citation = turn.output.citation.as_ref()?;
    let end = citation.cited_text.chars().count();
    Some(json!([{
        "start": 0, "end": end, "text": citation.cited_text, "document_ids": [citation.title],
    }]))
}
