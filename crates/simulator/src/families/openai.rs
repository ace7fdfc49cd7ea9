//! OpenAI chat completions, and the many families that share them.

use serde_json::{Value, json};

use super::family::{Family, Stream};
use super::user_text::message_text;
use crate::model::{ToolCall, Turn};
use crate::wire::padding;

/// `messages` to `choices[].message`.
pub(crate) static OPENAI_CHAT: Family = Family {
    name: "openai-chat",
    matches: |_, body| body.get("messages").is_some(),
    user_text: |body| message_text(body),
    response,
    stream: Stream::Chunks(chunks),
    ..Family::COMPLETION
};

fn response(turn: &Turn<'_>) -> Value {
    let (content, reasoning) = content(turn);
    let mut message = json!({"role": "assistant", "content": content, "refusal": null});
    if let Some(reasoning) = reasoning {
        message["reasoning_content"] = json!(reasoning);
    }
    if let Some(tool) = &turn.output.tool {
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

fn chunks(turn: &Turn<'_>) -> Vec<Value> {
    let (content, reasoning) = content(turn);
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    let reasoning = reasoning.unwrap_or_default();
    deltas.extend(turn.split(&reasoning).into_iter().map(|piece| json!({"reasoning_content": piece})));
    let content = content.unwrap_or_default();
    deltas.extend(turn.split(&content).into_iter().map(|piece| json!({"content": piece})));
    if let Some(tool) = &turn.output.tool {
        deltas.push(json!({"tool_calls": [{
            "index": 0,
            "id": ToolCall::ID,
            "type": "function",
            "function": {"name": tool.name, "arguments": ""},
        }]}));
        let arguments = tool.arguments();
        deltas.extend(
            turn.split(&arguments)
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

/// Returns content and reasoning: gpt-oss writes its reasoning into the content, the others have a field for it.
fn content(turn: &Turn<'_>) -> (Option<String>, Option<String>) {
    let output = turn.output;
    match (&output.reasoning, &output.text) {
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
    if turn.output.tool.is_some() { "tool_calls" } else { "stop" }
}
