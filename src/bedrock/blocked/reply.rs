//! The reply of an intervention: a well-formed answer that holds the message.

use serde_json::{Value, json};

use crate::bedrock::operation::Operation;
use crate::bedrock::shape::BodyFormat;

/// The answer of `operation` to a request of `format`, with `message` in place of the model's text.
///
/// Invoke bodies have the family's own text and stop members, and
/// `"amazon-bedrock-guardrailAction": "INTERVENED"`; Converse has `stopReason: guardrail_intervened`.
/// Counters are zero: no model was called, or its answer is not shown.
///
/// Nothing comes back where an answer has no place for a message (embeddings, ranking, pictures, token
/// counts, asynchronous calls), and where neither body nor model id tell the family of a prompt: raise
/// an error there.
pub(crate) fn blocked_response(
    operation: Operation,
    format: BodyFormat,
    model_id: &str,
    message: &str,
) -> Option<Vec<u8>> {
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
            let mut reply = invoke_reply(resolve(format, model_id)?, model_id, message)?;
            if let Value::Object(members) = &mut reply {
                members.insert("amazon-bedrock-guardrailAction".into(), "INTERVENED".into());
            }
            reply
        }
    };
    serde_json::to_vec(&reply).ok()
}

/// The format of the answer, where the request leaves it open and the model id tells it.
pub(super) fn resolve(format: BodyFormat, model_id: &str) -> Option<BodyFormat> {
    let id = model_id.to_ascii_lowercase();
    // Ids may be ARNs or begin with a region: a provider is looked for anywhere, dot included.
    let is = |names: &[&str]| names.iter().any(|name| id.contains(name));
    Some(match format {
        BodyFormat::Prompt if is(&["anthropic.claude"]) => BodyFormat::AnthropicText,
        BodyFormat::Prompt if is(&["meta.llama"]) => BodyFormat::Llama,
        BodyFormat::Prompt if is(&["mistral."]) => BodyFormat::MistralText,
        BodyFormat::Prompt if is(&["cohere.command"]) => BodyFormat::CohereCommand,
        BodyFormat::Prompt if is(&["ai21.j2"]) => BodyFormat::Jurassic,
        BodyFormat::Prompt if is(&["deepseek.", "writer.", "openai."]) => BodyFormat::OpenAiText,
        BodyFormat::Prompt => return None,
        BodyFormat::OpenAiChat if is(&["mistral-large-24", "pixtral"]) => BodyFormat::MistralChat,
        BodyFormat::Titan if is(&["embed", "marengo"]) => return None,
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

pub(super) fn invoke_reply(format: BodyFormat, model_id: &str, message: &str) -> Option<Value> {
    let usage = json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0});
    Some(match format {
        BodyFormat::Titan => json!({
            "inputTextTokenCount": 0,
            "results": [{"tokenCount": 0, "outputText": message, "completionReason": "FINISH"}],
        }),
        BodyFormat::Nova => json!({
            "output": {"message": {"content": [{"text": message}], "role": "assistant"}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
        }),
        BodyFormat::AnthropicMessages => json!({
            "id": MESSAGE_ID,
            "type": "message",
            "role": "assistant",
            "model": model_id,
            "content": [{"type": "text", "text": message}],
            "stop_reason": "end_turn",
            "stop_sequence": null,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }),
        BodyFormat::AnthropicText => json!({
            "type": "completion",
            "completion": message,
            "stop_reason": "stop_sequence",
            "stop": null,
        }),
        BodyFormat::Llama => json!({
            "generation": message,
            "prompt_token_count": 0,
            "generation_token_count": 0,
            "stop_reason": "stop",
        }),
        BodyFormat::MistralText => json!({"outputs": [{"text": message, "stop_reason": "stop"}]}),
        BodyFormat::MistralChat => json!({
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": message},
                "stop_reason": "stop",
            }],
        }),
        BodyFormat::OpenAiChat => json!({
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
        BodyFormat::OpenAiText => json!({
            "choices": [{
                "index": 0,
                "text": message,
                "stop_reason": "stop",
                "finish_reason": "stop",
            }],
        }),
        BodyFormat::CohereCommand => json!({
            "id": MESSAGE_ID,
            "generations": [{"id": MESSAGE_ID, "text": message, "finish_reason": "COMPLETE"}],
        }),
        BodyFormat::CohereChat => json!({
            "response_id": MESSAGE_ID,
            "generation_id": MESSAGE_ID,
            "text": message,
            "chat_history": [],
            "finish_reason": "COMPLETE",
        }),
        BodyFormat::Jurassic => json!({
            "id": 0,
            "prompt": {"text": "", "tokens": []},
            "completions": [{
                "data": {"text": message, "tokens": []},
                "finishReason": {"reason": "endoftext"},
            }],
        }),
        BodyFormat::Pegasus => json!({"message": message, "finishReason": "stop"}),
        BodyFormat::Prompt
        | BodyFormat::Embedding
        | BodyFormat::Rerank
        | BodyFormat::Media
        | BodyFormat::Converse
        | BodyFormat::CountTokens
        | BodyFormat::AsyncInvoke
        | BodyFormat::ApplyGuardrail
        | BodyFormat::Error
        | BodyFormat::Unknown => return None,
    })
}

/// Id of a message that no model wrote. Fixed, so that equal calls have equal answers.
pub(super) const MESSAGE_ID: &str = "msg_guardrail_intervened";

/// The same in OpenAI's spelling.
pub(super) const COMPLETION_ID: &str = "chatcmpl-guardrail-intervened";
