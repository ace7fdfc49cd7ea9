//! The end of a stream on an intervention.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::bedrock::event_stream::{EventKind, ModelEvent, StreamKind};
use crate::bedrock::shape::{BodyFormat, ResponseFormat};
use crate::bedrock::table::DeltaKind;

use super::event::StreamEvent;
use super::reply::{COMPLETION_ID, MESSAGE_ID, invoke_reply, resolve};

/// How far a stream has come, as far as its end depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    started: bool,
    stopped: bool,
    /// The open block, and whether it holds plain text.
    open: Option<(u64, bool)>,
    next: u64,
    /// The choices seen, and whether each is over.
    choices: BTreeMap<u64, bool>,
}

impl Progress {
    /// Nothing has been sent.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Records an event of which only the released beginnings of its deltas are forwarded.
    pub(crate) fn observe_texts(&mut self, event: &impl ModelEvent) {
        let choices = self.choices.clone();
        self.observe(event);
        for (choice, is_over) in &mut self.choices {
            *is_over = choices.get(choice).copied().unwrap_or(false);
        }
    }

    /// Records an event that is forwarded.
    pub(crate) fn observe(&mut self, event: &impl ModelEvent) {
        self.started = true;
        let block = event.block().unwrap_or(0);
        let deltas = event.delta_texts();
        for (substream, _) in &deltas {
            self.choices.entry(substream.choice).or_insert(false);
        }
        for &choice in event.ended_choices() {
            self.choices.insert(choice, true);
        }
        let has_text = || deltas.iter().any(|(substream, _)| substream.part == DeltaKind::Text);
        match event.kind() {
            EventKind::ContentBlockStart => self.open = Some((block, has_text())),
            EventKind::Delta if event.block().is_some() => {
                let was_text = self.open == Some((block, true));
                self.open = Some((block, was_text || has_text()));
            }
            EventKind::ContentBlockStop => self.open = None,
            EventKind::MessageStop => {
                self.open = None;
                self.stopped = true;
            }
            _ => {}
        }
        if event.block().is_some() {
            self.next = self.next.max(block.saturating_add(1));
        }
    }

    /// Whether all texts are over.
    fn is_over(&self) -> bool {
        self.stopped || !self.choices.is_empty() && self.choices.values().all(|&is_over| is_over)
    }

    /// The choices that are not over; before the first, the one that every answer has.
    fn open_choices(&self) -> Vec<u64> {
        if self.choices.is_empty() {
            return vec![0];
        }
        let open = self.choices.iter().filter(|&(_, &is_over)| !is_over);
        open.map(|(&choice, _)| choice).collect()
    }
}

/// The events that end a stream with `message`, in the way the model's own streams end.
///
/// Before anything was sent that is a whole stream. Later an open block of text takes the message; any
/// other open block is closed first, and the message has a block of its own; where there are choices,
/// each that is open takes the message. The action stands in the
/// last chunk, in Converse in `messageStop`. Nothing comes back for shapes that do not stream text, and
/// behind the end of all texts, where no event holds the message.
pub(crate) fn blocked_events(
    kind: StreamKind,
    format: BodyFormat,
    model_id: &str,
    message: &str,
    progress: &Progress,
) -> Option<Vec<StreamEvent>> {
    if progress.is_over() {
        return None;
    }
    if kind == StreamKind::Converse {
        let event = |name, json: Value| StreamEvent::new(kind, name, &json);
        let mut events = Vec::new();
        for (name, json) in content_block_events(message, "guardrail_intervened", progress) {
            events.push(event(name, json));
        }
        events.push(event(
            "metadata",
            json!({
                "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
                "metrics": {"latencyMs": 0},
            }),
        ));
        return Some(events);
    }
    let chunks = invoke_chunks(resolve(format, model_id)?, model_id, message, progress)?;
    Some(ending(chunks))
}

/// The one event of a stream whose model answers in one piece, with `message` in it.
pub(crate) fn blocked_single_event(format: BodyFormat, model_id: &str, message: &str) -> Option<Vec<StreamEvent>> {
    Some(ending(vec![invoke_reply(resolve(format, model_id)?, model_id, message)?]))
}

/// Whether a stream that answers a request comes in one piece.
pub(crate) fn is_single_event(form: ResponseFormat, model_id: &str) -> bool {
    !form.is_streamed && resolve(form.format, model_id) == Some(BodyFormat::CohereCommand)
}

/// These chunks as events, of which the last says what the last of a stream says.
fn ending(mut chunks: Vec<Value>) -> Vec<StreamEvent> {
    if let Some(Value::Object(last)) = chunks.last_mut() {
        last.insert("amazon-bedrock-guardrailAction".into(), "INTERVENED".into());
        last.insert(
            "amazon-bedrock-invocationMetrics".into(),
            json!({
                "inputTokenCount": 0,
                "outputTokenCount": 0,
                "invocationLatency": 0,
                "firstByteLatency": 0,
            }),
        );
    }
    chunks.iter().map(|json| StreamEvent::new(StreamKind::Invoke, "chunk", json)).collect()
}

/// Converse's events, which are Nova's too.
fn content_block_events(message: &str, reason: &str, progress: &Progress) -> Vec<(&'static str, Value)> {
    let mut events = Vec::new();
    if !progress.started {
        events.push(("messageStart", json!({"role": "assistant"})));
    }
    let block = match progress.open {
        Some((open, true)) => open,
        Some((open, false)) => {
            events.push(("contentBlockStop", json!({"contentBlockIndex": open})));
            progress.next
        }
        None => progress.next,
    };
    events.push(("contentBlockDelta", json!({"delta": {"text": message}, "contentBlockIndex": block})));
    events.push(("contentBlockStop", json!({"contentBlockIndex": block})));
    events.push(("messageStop", json!({"stopReason": reason})));
    events
}

fn invoke_chunks(format: BodyFormat, model_id: &str, message: &str, progress: &Progress) -> Option<Vec<Value>> {
    let choices = progress.open_choices();
    let each = |choice: &dyn Fn(u64) -> Value| -> Value { choices.iter().map(|&index| choice(index)).collect() };
    Some(match format {
        BodyFormat::Nova => {
            let mut chunks: Vec<Value> = content_block_events(message, "end_turn", progress)
                .into_iter()
                .map(|(name, json)| json!({ name: json }))
                .collect();
            chunks.push(json!({"metadata": {
                "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
                "metrics": {},
                "trace": {},
            }}));
            chunks
        }
        BodyFormat::AnthropicMessages => messages_chunks(model_id, message, progress),
        BodyFormat::Titan => vec![json!({
            "outputText": message,
            "index": 0,
            "inputTextTokenCount": 0,
            "totalOutputTextTokenCount": 0,
            "completionReason": "FINISH",
        })],
        BodyFormat::AnthropicText => vec![json!({
            "type": "completion",
            "completion": message,
            "stop_reason": "stop_sequence",
            "stop": null,
        })],
        BodyFormat::Llama => vec![json!({
            "generation": message,
            "prompt_token_count": 0,
            "generation_token_count": 0,
            "stop_reason": "stop",
        })],
        BodyFormat::MistralText => vec![json!({"outputs": [{"text": message, "stop_reason": "stop"}]})],
        BodyFormat::MistralChat => vec![json!({"choices": each(&|index| json!({
            "index": index,
            "message": {"role": "assistant", "content": message},
            "stop_reason": "stop",
        }))})],
        BodyFormat::OpenAiText => vec![json!({"choices": each(&|index| json!({
            "index": index,
            "text": message,
            "stop_reason": "stop",
            "finish_reason": "stop",
        }))})],
        BodyFormat::OpenAiChat => {
            let chunk = |choices: Value| {
                json!({
                    "id": COMPLETION_ID,
                    "object": "chat.completion.chunk",
                    "created": 0,
                    "model": model_id,
                    "choices": choices,
                })
            };
            let delta = json!({"role": "assistant", "content": message});
            vec![
                chunk(each(&|index| json!({"index": index, "delta": delta, "finish_reason": null}))),
                chunk(each(&|index| json!({"index": index, "delta": {}, "finish_reason": "stop"}))),
            ]
        }
        BodyFormat::Pegasus => vec![json!({"message": message, "finishReason": "stop"})],
        BodyFormat::CohereCommand => choices
            .iter()
            .flat_map(|index| {
                [
                    json!({"is_finished": false, "text": message, "index": index}),
                    json!({"is_finished": true, "finish_reason": "COMPLETE", "index": index}),
                ]
            })
            .collect(),
        BodyFormat::CohereChat => {
            let mut chunks = Vec::new();
            if !progress.started {
                chunks.push(json!({
                    "event_type": "stream-start",
                    "is_finished": false,
                    "generation_id": MESSAGE_ID,
                }));
            }
            chunks.push(json!({
                "event_type": "text-generation",
                "is_finished": false,
                "text": message,
            }));
            chunks.push(json!({
                "event_type": "stream-end",
                "is_finished": true,
                "finish_reason": "COMPLETE",
            }));
            chunks
        }
        _ => return None,
    })
}

fn messages_chunks(model_id: &str, message: &str, progress: &Progress) -> Vec<Value> {
    let mut chunks = Vec::new();
    if !progress.started {
        chunks.push(json!({"type": "message_start", "message": {
            "id": MESSAGE_ID,
            "type": "message",
            "role": "assistant",
            "model": model_id,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }}));
    }
    let stop = |block: u64| json!({"type": "content_block_stop", "index": block});
    let block = match progress.open {
        Some((open, true)) => open,
        open => {
            if let Some((open, _)) = open {
                chunks.push(stop(open));
            }
            chunks.push(json!({
                "type": "content_block_start",
                "index": progress.next,
                "content_block": {"type": "text", "text": ""},
            }));
            progress.next
        }
    };
    chunks.push(json!({
        "type": "content_block_delta",
        "index": block,
        "delta": {"type": "text_delta", "text": message},
    }));
    chunks.push(stop(block));
    chunks.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": null},
        "usage": {"output_tokens": 0},
    }));
    chunks.push(json!({"type": "message_stop"}));
    chunks
}
