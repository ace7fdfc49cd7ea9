//! OpenAI chat completions.

use serde_json::{Value, json};

use crate::model::{ToolCall, Turn};
use crate::wire::padding;

pub(super) fn whole(turn: &Turn<'_>) -> Value {
    let (content, reasoning) = content(turn);
    let mut message = json!({"role": "assistant", "content": content, "refusal": null});
    if let Some(reasoning) = reasoning {
        message["reasoning_content"] = json!(reasoning);
    }
    if let Some(tool) = &turn.said.tool {
        message["tool_calls"] = json!([{
            "id": ToolCall::ID,
            "type": "function",
            "function": {"name": tool.name, "arguments": tool.arguments()},
        }]);
    }
    let choices: Vec<Value> = (0..turn.copies("n"))
        .map(|index| json!({"index": index, "message": message, "finish_reason": finish_reason(turn)}))
        .collect();
    let mut body = envelope(turn, "chat.completion");
    body["choices"] = json!(choices);
    body["usage"] = usage(turn);
    body
}

pub(super) fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let (content, reasoning) = content(turn);
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    let reasoning = reasoning.unwrap_or_default();
    deltas.extend(turn.cut(&reasoning).into_iter().map(|piece| json!({"reasoning_content": piece})));
    let content = content.unwrap_or_default();
    deltas.extend(turn.cut(&content).into_iter().map(|piece| json!({"content": piece})));
    if let Some(tool) = &turn.said.tool {
        deltas.push(json!({"tool_calls": [{
            "index": 0,
            "id": ToolCall::ID,
            "type": "function",
            "function": {"name": tool.name, "arguments": ""},
        }]}));
        let arguments = tool.arguments();
        deltas.extend(
            turn.cut(&arguments)
                .into_iter()
                .map(|piece| json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})),
        );
    }

    let mut chunks = Vec::with_capacity(deltas.len() + 2);
    let mut push = |choices: Value, usage: Value| {
        let mut chunk = envelope(turn, "chat.completion.chunk");
        chunk["choices"] = choices;
        chunk["usage"] = usage;
        chunk["obfuscation"] = json!(padding(chunks.len()));
        chunks.push(chunk);
    };
    let copies = turn.copies("n");
    for delta in &deltas {
        for index in 0..copies {
            push(json!([{"index": index, "delta": delta, "finish_reason": null}]), Value::Null);
        }
    }
    for index in 0..copies {
        push(json!([{"index": index, "delta": {}, "finish_reason": finish_reason(turn)}]), Value::Null);
    }
    push(json!([]), usage(turn));
    chunks
}

// gpt-oss writes its reasoning into the content when it is invoked; the others
// have a member for it.
fn content(turn: &Turn<'_>) -> (Option<String>, Option<String>) {
    let said = turn.said;
    match (&said.reasoning, &said.text) {
        (Some(reasoning), text) if turn.model_id.contains("openai.gpt-oss") => {
            let text = text.as_deref().unwrap_or_default();
            (Some(format!("<reasoning>{reasoning}</reasoning>{text}")), None)
        }
        (reasoning, text) => (text.clone(), reasoning.clone()),
    }
}

fn envelope(turn: &Turn<'_>, object: &str) -> Value {
    json!({
        "id": format!("chatcmpl-{}", turn.id),
        "object": object,
        "created": 1_700_000_000,
        "model": turn.model_id,
        "service_tier": "default",
    })
}

fn usage(turn: &Turn<'_>) -> Value {
    let (input, output) = (turn.input_tokens(), turn.output_tokens());
    json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output})
}

const fn finish_reason(turn: &Turn<'_>) -> &'static str {
    if turn.said.tool.is_some() { "tool_calls" } else { "stop" }
}
