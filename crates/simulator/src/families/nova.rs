//! Amazon Nova text models on the invoke operations.

use serde_json::{Value, json};

use super::converse::{content, stop_reason, usage};
use crate::model::{ToolCall, Turn};

pub(super) fn whole(turn: &Turn<'_>) -> Value {
    json!({
        "output": {"message": {"role": "assistant", "content": content(turn, None)}},
        "stopReason": stop_reason(turn),
        "usage": usage(turn),
    })
}

/// Nova Micro opens and closes a content block for every token when it is
/// invoked, unlike on `ConverseStream`; so does this.
pub(super) fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let said = turn.said;
    let mut chunks = vec![json!({"messageStart": {"role": "assistant"}})];
    let mut index = 0;
    let mut deltas = Vec::new();
    if let Some(reasoning) = &said.reasoning {
        deltas.extend(turn.cut(reasoning).into_iter().map(|piece| json!({"reasoningContent": {"text": piece}})));
    }
    if let Some(text) = &said.text {
        deltas.extend(turn.cut(text).into_iter().map(|piece| json!({"text": piece})));
    }
    for delta in deltas {
        chunks.push(json!({"contentBlockDelta": {"delta": delta, "contentBlockIndex": index}}));
        chunks.push(json!({"contentBlockStop": {"contentBlockIndex": index}}));
        index += 1;
    }
    if let Some(tool) = &said.tool {
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
