//! The reply of an intervention: a well-formed answer that holds the message.

use serde_json::{Value, json};

use crate::bedrock::operation::Operation;
use crate::bedrock::shape::Shape;

/// The answer of `operation` to a request of `shape`, with `message` in place of the model's text.
///
/// Invoke bodies have the family's own text and stop members, and
/// `"amazon-bedrock-guardrailAction": "INTERVENED"`; Converse has `stopReason: guardrail_intervened`.
/// Counters are zero: no model was called, or its answer is not shown.
///
/// Nothing comes back where an answer has no place for a message (embeddings, ranking, pictures, token
/// counts, asynchronous calls), and where neither body nor model id tell the family of a prompt: raise
/// an error there.
pub(crate) fn blocked_reply(operation: Operation, shape: Shape, model_id: &str, message: &str) -> Option<Vec<u8>> {
    let reply = match operation {
        Operation::Converse | Operation::ConverseStream => converse_reply(message),
        Operation::ApplyGuardrail => json!({
            "usage": {
                "topicPolicyUnits": 0,
                "contentPolicyUnits": 0,
                "wordPolicyUnits": 0,
                "sensitiveInformationPolicyUnits": 0,
                "sensitiveInformationPolicyFreeUnits": 0,
                "contextualGroundingPolicyUnits": 0,
            },
            "action": "GUARDRAIL_INTERVENED",
            "outputs": [{"text": message}],
            "assessments": [],
        }),
        Operation::CountTokens | Operation::StartAsyncInvoke => return None,
        Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
            let mut reply = invoke_reply(resolve(shape, model_id)?, model_id, message)?;
            if let Value::Object(members) = &mut reply {
                members.insert("amazon-bedrock-guardrailAction".into(), "INTERVENED".into());
            }
            reply
        }
    };
    serde_json::to_vec(&reply).ok()
}

/// The shape of the answer, where the request leaves it open and the model id tells it.
pub(super) fn resolve(shape: Shape, model_id: &str) -> Option<Shape> {
    let id = model_id.to_ascii_lowercase();
    // Ids may be ARNs or begin with a region: a provider is looked for anywhere, dot included.
    let is = |names: &[&str]| names.iter().any(|name| id.contains(name));
    Some(match shape {
        Shape::Prompt if is(&["anthropic.claude"]) => Shape::AnthropicText,
        Shape::Prompt if is(&["meta.llama"]) => Shape::Llama,
        Shape::Prompt if is(&["mistral."]) => Shape::MistralText,
        Shape::Prompt if is(&["cohere.command"]) => Shape::CohereCommand,
        Shape::Prompt if is(&["ai21.j2"]) => Shape::Jurassic,
        Shape::Prompt if is(&["deepseek.", "writer.", "openai."]) => Shape::OpenAiText,
        Shape::Prompt => return None,
        Shape::OpenAiChat if is(&["mistral-large-24", "pixtral"]) => Shape::MistralChat,
        Shape::Titan if is(&["embed", "marengo"]) => return None,
        known => known,
    })
}

fn converse_reply(message: &str) -> Value {
    json!({
        "metrics": {"latencyMs": 0},
        "output": {"message": {"content": [{"text": message}], "role": "assistant"}},
        "stopReason": "guardrail_intervened",
        "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
    })
}

pub(super) fn invoke_reply(shape: Shape, model_id: &str, message: &str) -> Option<Value> {
    let usage = json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0});
    Some(match shape {
        Shape::Titan => json!({
            "inputTextTokenCount": 0,
            "results": [{"tokenCount": 0, "outputText": message, "completionReason": "FINISH"}],
        }),
        Shape::Nova => json!({
            "output": {"message": {"content": [{"text": message}], "role": "assistant"}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
        }),
        Shape::AnthropicMessages => json!({
            "id": MESSAGE_ID,
            "type": "message",
            "role": "assistant",
            "model": model_id,
            "content": [{"type": "text", "text": message}],
            "stop_reason": "end_turn",
            "stop_sequence": null,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }),
        Shape::AnthropicText => json!({
            "type": "completion",
            "completion": message,
            "stop_reason": "stop_sequence",
            "stop": null,
        }),
        Shape::Llama => json!({
            "generation": message,
            "prompt_token_count": 0,
            "generation_token_count": 0,
            "stop_reason": "stop",
        }),
        Shape::MistralText => json!({"outputs": [{"text": message, "stop_reason": "stop"}]}),
        Shape::MistralChat => json!({
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": message},
                "stop_reason": "stop",
            }],
        }),
        Shape::OpenAiChat => json!({
            "id": COMPLETION_ID,
            "object": "chat.completion",
            "created": 0,
            "model": model_id,
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": message},
                "finish_reason": "stop",
            }],
            "usage": usage,
        }),
        // Families here disagree on the name of the reason; each finds its own.
        Shape::OpenAiText => json!({
            "choices": [{
                "index": 0,
                "text": message,
                "stop_reason": "stop",
                "finish_reason": "stop",
            }],
        }),
        Shape::CohereCommand => json!({
            "id": MESSAGE_ID,
            "generations": [{"id": MESSAGE_ID, "text": message, "finish_reason": "COMPLETE"}],
        }),
        Shape::CohereChat => json!({
            "response_id": MESSAGE_ID,
            "generation_id": MESSAGE_ID,
            "text": message,
            "chat_history": [],
            "finish_reason": "COMPLETE",
        }),
        Shape::Jurassic => json!({
            "id": 0,
            "prompt": {"text": "", "tokens": []},
            "completions": [{
                "data": {"text": message, "tokens": []},
                "finishReason": {"reason": "endoftext"},
            }],
        }),
        Shape::Pegasus => json!({"message": message, "finishReason": "stop"}),
        Shape::Prompt
        | Shape::Embedding
        | Shape::Rerank
        | Shape::Media
        | Shape::Converse
        | Shape::CountTokens
        | Shape::AsyncInvoke
        | Shape::ApplyGuardrail
        | Shape::Error
        | Shape::Unknown => return None,
    })
}

/// Id of a message that no model wrote. Fixed, so that equal calls have equal answers.
pub(super) const MESSAGE_ID: &str = "msg_guardrail_intervened";

/// The same in OpenAI's spelling.
pub(super) const COMPLETION_ID: &str = "chatcmpl-guardrail-intervened";
