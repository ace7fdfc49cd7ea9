//! The Converse response.

use serde_json::{Value, json};

use crate::model::{ModelOutput, ToolCall, Turn};

/// Returns the body of a Converse response.
pub(crate) fn converse(turn: &Turn<'_>) -> Value {
    json!({
        "output": {"message": {"role": "assistant", "content": content(turn, citation(turn))}},
        "stopReason": stop_reason(turn),
        "usage": usage(turn),
        "metrics": {"latencyMs": 42},
    })
}

/// Returns the content blocks. Nova on invoke has the same, but no citations.
pub(super) fn content(turn: &Turn<'_>, citation: Option<Value>) -> Vec<Value> {
    let output = turn.output;
    let mut content = Vec::new();
    if let Some(reasoning) = &output.reasoning {
        content.push(
            json!({"reasoningContent": {"reasoningText": {"text": reasoning, "signature": ModelOutput::SIGNATURE}}}),
        );
    }
    match (&output.text, citation) {
        (Some(text), Some(citation)) => content.push(json!({
            "citationsContent": {"content": [{"text": text}], "citations": [citation]},
        })),
        (Some(text), None) => content.push(json!({"text": text})),
        (None, _) => {}
    }
    if let Some(tool) = &output.tool {
        content.push(json!({"toolUse": {"toolUseId": ToolCall::ID, "name": tool.name, "input": tool.input}}));
    }
    content
}

pub(super) fn citation(turn: &Turn<'_>) -> Option<Value> {
    turn.output.citation.as_ref().map(|citation| {
        let end = citation.cited_text.chars().count();
        json!({
            "title": citation.title,
            "sourceContent": [{"text": citation.cited_text}],
            "location": {"documentChar": {"documentIndex": 0, "start": 0, "end": end}},
        })
    })
}

pub(super) const fn stop_reason(turn: &Turn<'_>) -> &'static str {
    if turn.output.tool.is_some() { "tool_use" } else { "end_turn" }
}

pub(super) fn usage(turn: &Turn<'_>) -> Value {
    let (input, output) = (turn.input_tokens(), turn.output_tokens());
    json!({
        "inputTokens": input,
        "outputTokens": output,
        "totalTokens": input + output,
        "cacheReadInputTokens": 0,
        "cacheWriteInputTokens": 0,
    })
}
