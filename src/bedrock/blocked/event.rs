//! An event of our own, and text given out between the model's events.

use serde_json::{Value, json};

use crate::bedrock::error::BodyError;
use crate::bedrock::event_stream::{Frame, StreamKind, SubstreamId, wrap_chunk};
use crate::bedrock::shape::BodyFormat;
use crate::bedrock::table::DeltaKind;

/// An event to be sent.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StreamEvent {
    kind: StreamKind,
    event_type: &'static str,
    json: Vec<u8>,
}

impl std::fmt::Debug for StreamEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamEvent")
            .field("event_type", &self.event_type)
            .field("bytes", &self.json.len())
            .finish_non_exhaustive()
    }
}

impl StreamEvent {
    pub(super) fn new(kind: StreamKind, event_type: &'static str, json: &Value) -> Self {
        Self { kind, event_type, json: json.to_string().into_bytes() }
    }

    /// The `:event-type`: `chunk` on InvokeModel.
    pub(crate) fn event_type(&self) -> &'static str {
        self.event_type
    }

    /// The event's JSON; on InvokeModel the model's JSON, not yet wrapped.
    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }

    /// Puts another JSON into the event.
    pub(crate) fn change_json(&mut self, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        self.json = change(std::mem::take(&mut self.json));
    }

    /// The event as a frame, wrapped where InvokeModel wraps.
    pub(crate) fn to_frame(&self) -> Result<Frame, BodyError> {
        match self.kind {
            StreamKind::Invoke => Frame::event(self.event_type, wrap_chunk(&self.json)),
            StreamKind::Converse => Frame::event(self.event_type, self.json.clone()),
        }
    }
}

/// An event that carries `text` on in `substream`: for text that was held back when its block ends.
///
/// For substreams that span blocks, `block` says which block is open.
pub(crate) fn text_event(
    kind: StreamKind,
    format: BodyFormat,
    substream: SubstreamId,
    block: u64,
    text: &str,
) -> Option<StreamEvent> {
    let block = if substream.block == SubstreamId::ANY_BLOCK { block } else { substream.block };
    let converse = || {
        let delta = match substream.part {
            DeltaKind::Text | DeltaKind::Refusal | DeltaKind::Transcript => json!({"text": text}),
            DeltaKind::Reasoning => json!({"reasoningContent": {"text": text}}),
            DeltaKind::ToolArguments | DeltaKind::FunctionArguments => json!({"toolUse": {"input": text}}),
            DeltaKind::ToolResult => json!({"toolResult": [{"text": text}]}),
        };
        json!({"delta": delta, "contentBlockIndex": block})
    };
    if kind == StreamKind::Converse {
        return Some(StreamEvent::new(kind, "contentBlockDelta", &converse()));
    }
    let choice = substream.choice;
    let json = match (format, substream.part) {
        (BodyFormat::Nova, _) => json!({"contentBlockDelta": converse()}),
        (BodyFormat::AnthropicMessages, part) => {
            let delta = match part {
                DeltaKind::ToolArguments => json!({"type": "input_json_delta", "partial_json": text}),
                DeltaKind::Reasoning => json!({"type": "thinking_delta", "thinking": text}),
                _ => json!({"type": "text_delta", "text": text}),
            };
            json!({"type": "content_block_delta", "index": block, "delta": delta})
        }
        (BodyFormat::Titan, _) => {
            json!({"outputText": text, "index": choice, "completionReason": null})
        }
        (BodyFormat::AnthropicText, _) => {
            json!({"type": "completion", "completion": text, "stop_reason": null, "stop": null})
        }
        (BodyFormat::Llama, _) => json!({
            "generation": text,
            "prompt_token_count": null,
            "generation_token_count": null,
            "stop_reason": null,
        }),
        (BodyFormat::MistralText, _) if choice == 0 => {
            json!({"outputs": [{"text": text, "stop_reason": null}]})
        }
        (BodyFormat::MistralChat, _) => json!({"choices": [{
            "index": choice,
            "message": {"role": "assistant", "content": text},
            "stop_reason": null,
        }]}),
        (BodyFormat::OpenAiText, _) => json!({"choices": [{
            "index": choice,
            "text": text,
            "stop_reason": null,
            "finish_reason": null,
        }]}),
        (BodyFormat::OpenAiChat, part) => {
            let delta = match part {
                DeltaKind::ToolArguments => {
                    json!({"tool_calls": [{"index": block, "function": {"arguments": text}}]})
                }
                DeltaKind::FunctionArguments => json!({"function_call": {"arguments": text}}),
                DeltaKind::Reasoning => json!({"reasoning_content": text}),
                DeltaKind::Refusal => json!({"refusal": text}),
                DeltaKind::Transcript => json!({"audio": {"transcript": text}}),
                _ => json!({"content": text}),
            };
            json!({
                "object": "chat.completion.chunk",
                "choices": [{"index": choice, "delta": delta, "finish_reason": null}],
            })
        }
        (BodyFormat::Pegasus, _) => json!({"message": text}),
        (BodyFormat::CohereCommand, _) => {
            json!({"is_finished": false, "index": choice, "text": text})
        }
        (BodyFormat::CohereChat, DeltaKind::ToolArguments) => json!({
            "event_type": "tool-calls-chunk",
            "is_finished": false,
            "tool_call_delta": {"index": block, "parameters": text},
        }),
        (BodyFormat::CohereChat, _) => {
            json!({"event_type": "text-generation", "is_finished": false, "text": text})
        }
        _ => return None,
    };
    Some(StreamEvent::new(kind, "chunk", &json))
}
