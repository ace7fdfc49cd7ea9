//! An event of our own, and text given out between the model's events.

use serde_json::{Value, json};

use crate::bedrock::error::BodyError;
use crate::bedrock::event_stream::{Frame, StreamKind, SubstreamId, wrap_chunk};
use crate::bedrock::shape::Shape;
use crate::bedrock::table::Part;

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

/// An event that carries `text` on in `lane`: for text that was held back when its block ends.
///
/// For lanes that span blocks, `block` says which block is open.
pub(crate) fn text_event(
    kind: StreamKind,
    shape: Shape,
    lane: SubstreamId,
    block: u64,
    text: &str,
) -> Option<StreamEvent> {
    let block = if lane.block == SubstreamId::ANY_BLOCK { block } else { lane.block };
    let converse = || {
        let delta = match lane.part {
            Part::Text | Part::Refusal | Part::Transcript => json!({"text": text}),
            Part::Reasoning => json!({"reasoningContent": {"text": text}}),
            Part::ToolArguments | Part::FunctionArguments => json!({"toolUse": {"input": text}}),
            Part::ToolResult => json!({"toolResult": [{"text": text}]}),
        };
        json!({"delta": delta, "contentBlockIndex": block})
    };
    if kind == StreamKind::Converse {
        return Some(StreamEvent::new(kind, "contentBlockDelta", &converse()));
    }
    let choice = lane.choice;
    let json = match (shape, lane.part) {
        (Shape::Nova, _) => json!({"contentBlockDelta": converse()}),
        (Shape::AnthropicMessages, part) => {
            let delta = match part {
                Part::ToolArguments => json!({"type": "input_json_delta", "partial_json": text}),
                Part::Reasoning => json!({"type": "thinking_delta", "thinking": text}),
                _ => json!({"type": "text_delta", "text": text}),
            };
            json!({"type": "content_block_delta", "index": block, "delta": delta})
        }
        (Shape::Titan, _) => {
            json!({"outputText": text, "index": choice, "completionReason": null})
        }
        (Shape::AnthropicText, _) => {
            json!({"type": "completion", "completion": text, "stop_reason": null, "stop": null})
        }
        (Shape::Llama, _) => json!({
            "generation": text,
            "prompt_token_count": null,
            "generation_token_count": null,
            "stop_reason": null,
        }),
        (Shape::MistralText, _) if choice == 0 => {
            json!({"outputs": [{"text": text, "stop_reason": null}]})
        }
        (Shape::MistralChat, _) => json!({"choices": [{
            "index": choice,
            "message": {"role": "assistant", "content": text},
            "stop_reason": null,
        }]}),
        (Shape::OpenAiText, _) => json!({"choices": [{
            "index": choice,
            "text": text,
            "stop_reason": null,
            "finish_reason": null,
        }]}),
        (Shape::OpenAiChat, part) => {
            let delta = match part {
                Part::ToolArguments => {
                    json!({"tool_calls": [{"index": block, "function": {"arguments": text}}]})
                }
                Part::FunctionArguments => json!({"function_call": {"arguments": text}}),
                Part::Reasoning => json!({"reasoning_content": text}),
                Part::Refusal => json!({"refusal": text}),
                Part::Transcript => json!({"audio": {"transcript": text}}),
                _ => json!({"content": text}),
            };
            json!({
                "object": "chat.completion.chunk",
                "choices": [{"index": choice, "delta": delta, "finish_reason": null}],
            })
        }
        (Shape::Pegasus, _) => json!({"message": text}),
        (Shape::CohereCommand, _) => {
            json!({"is_finished": false, "index": choice, "text": text})
        }
        (Shape::CohereChat, Part::ToolArguments) => json!({
            "event_type": "tool-calls-chunk",
            "is_finished": false,
            "tool_call_delta": {"index": block, "parameters": text},
        }),
        (Shape::CohereChat, _) => {
            json!({"event_type": "text-generation", "is_finished": false, "text": text})
        }
        _ => return None,
    };
    Some(StreamEvent::new(kind, "chunk", &json))
}
