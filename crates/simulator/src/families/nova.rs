//! Amazon Nova text models: as Converse, inside an invoke body.

use serde_json::{Value, json};

use super::converse::{content, stop_reason, usage};
use super::family::{Family, Stream};
use super::user_text::converse_text;
use crate::model::{ToolCall, Turn};

/// As Converse, inside an invoke body.
pub(super) static NOVA: Family = Family {
    name: "nova",
    matches: |_, body| body.get("messages").is_some() && is_nova(body),
    user_text: |body| converse_text(body),
    response,
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    json!({
        "output": {"message": {"role": "assistant", "content": content(turn, None)}},
        "stopReason": stop_reason(turn),
        "usage": usage(turn),
    })
}

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    // Nova Micro opens and closes a content block for every token when it is invoked, unlike on `ConverseStream`.
    let output = turn.output;
    let mut chunks = vec![json!({"messageStart": {"role": "assistant"}})];
    let mut index = 0;
    let mut deltas = Vec::new();
    if let Some(reasoning) = &output.reasoning {
        deltas.extend(turn.split(reasoning).into_iter().map(|piece| json!({"reasoningContent": {"text": piece}})));
    }
    if let Some(text) = &output.text {
        deltas.extend(turn.split(text).into_iter().map(|piece| json!({"text": piece})));
    }
    for delta in deltas {
        chunks.push(json!({"contentBlockDelta": {"delta": delta, "contentBlockIndex": index}}));
        chunks.push(json!({"contentBlockStop": {"contentBlockIndex": index}}));
        index += 1;
    }
    if let Some(tool) = &output.tool {
        // An index is left out before a call, and its arguments come whole.
        index += 1;
        let start = json!({"toolUse": {"toolUseId": ToolCall::ID, "name": tool.name}});
        let delta = json!({"toolUse": {"input": tool.arguments()}});
        chunks.push(json!({"contentBlockStart": {"start": start, "contentBlockIndex": index}}));
        chunks.push(json!({"contentBlockDelta": {"delta": delta, "contentBlockIndex": index}}));
        chunks.push(json!({"contentBlockStop": {"contentBlockIndex": index}}));
    }
    chunks.push(json!({"messageStop": {"stopReason": stop_reason(turn)}}));
    chunks.push(json!({"metadata": {"usage": usage(turn), "metrics": {}, "trace": {}}}));
    chunks
}

/// Returns `true` for the messages of Nova, whose content items name their kind by key; all others do by `type`.
fn is_nova(body: &Value) -> bool {
    if ["inferenceConfig", "toolConfig", "schemaVersion"].iter().any(|key| body.get(key).is_some()) {
        return true;
    }
    body["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|message| message["content"].as_array())
        .flatten()
        .any(|item| item.is_object() && item.get("type").is_none())
}
