//! Responses and events that the guardrail makes, in the format of the model.
//!
//! Before the model has returned anything, [`blocked_response`] and [`blocked_events`] replace its whole response. Later,
//! [`blocked_events`] ends the stream from where its [`Progress`] is.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde_json::{Value, json};

use super::error::BodyError;
use super::event_stream::{Frame, wrap_chunk, write_event};
use super::families::{BodyFormat, converse, operation_format};
use super::model_event::{StreamKind, SubstreamId};
use super::operation::Operation;
use super::progress::Progress;
use crate::json::JsonDocument;

/// The field in which InvokeModel says what a guardrail did, and its value.
const ACTION: &str = "amazon-bedrock-guardrailAction";
const INTERVENED: &str = "INTERVENED";

/// The data that ends a stream of chat completions.
pub(crate) const END_MARKER: &str = "[DONE]";

/// An event that the guardrail makes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StreamEvent {
    kind: StreamKind,
    event_type: &'static str,
    json: Vec<u8>,
}

impl fmt::Debug for StreamEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamEvent")
            .field("event_type", &self.event_type)
            .field("bytes", &self.json.len())
            .finish_non_exhaustive()
    }
}

impl StreamEvent {
    fn new(kind: StreamKind, event_type: &'static str, json: &Value) -> Self {
        Self { kind, event_type, json: json.to_string().into_bytes() }
    }

    /// An event whose JSON is the model's.
    fn chunk(kind: StreamKind, json: &Value) -> Self {
        Self::new(kind, "chunk", json)
    }

    /// Returns the `:event-type`: `chunk` on InvokeModel.
    #[cfg(test)]
    pub(crate) fn event_type(&self) -> &'static str {
        self.event_type
    }

    /// Returns the event's JSON; on InvokeModel the model's JSON, not yet wrapped.
    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }

    /// Replaces the event's JSON.
    pub(crate) fn change_json(&mut self, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        self.json = change(std::mem::take(&mut self.json));
    }

    /// Returns the event with the ID of its item, unless it has one, and with its number.
    pub(crate) fn of_item(self, id: &str, number: u64) -> Self {
        let Ok(mut json) = serde_json::from_slice::<Value>(&self.json) else { return self };
        if json.get("item_id").is_none() && json.get("output_index").is_some() && json.get("item").is_none() {
            set(&mut json, "item_id", id.into());
        }
        set(&mut json, "sequence_number", number.into());
        Self::new(self.kind, self.event_type, &json)
    }

    /// Appends the event to the bytes of a stream: as a frame, wrapped on InvokeModel, or as a server-sent event.
    pub(crate) fn write(&self, out: &mut impl Extend<u8>) -> Result<(), BodyError> {
        let frame = match self.kind {
            StreamKind::Invoke => Frame::event(self.event_type, wrap_chunk(&self.json)),
            StreamKind::Converse => Frame::event(self.event_type, self.json.clone()),
            StreamKind::ServerSent => {
                write_json_event(&self.json, out);
                return Ok(());
            }
        };
        out.extend(frame?.encode());
        Ok(())
    }
}

/// Appends JSON as a server-sent event. Its name is the `type`, as in the streams of Anthropic and OpenAI Responses; chat completions have
/// neither.
pub(crate) fn write_json_event(json: &[u8], out: &mut impl Extend<u8>) {
    let data = String::from_utf8_lossy(json);
    let name = event_name(&data);
    write_event(name.as_deref(), &data, out);
}

/// Returns the `type` of JSON.
pub(crate) fn event_name(json: &str) -> Option<String> {
    let doc = JsonDocument::parse_str(json).ok()?;
    doc.get_str(JsonDocument::ROOT, "type").map(Cow::into_owned)
}

/// Makes an event that continues a substream with text that was buffered when its content block ended.
///
/// `block` is the open content block, for substreams that span content blocks.
pub(crate) fn text_event(
    kind: StreamKind,
    format: BodyFormat,
    substream: SubstreamId,
    block: u64,
    text: &str,
) -> Option<StreamEvent> {
    let block = if substream.block == SubstreamId::ANY_BLOCK { block } else { substream.block };
    let substream = SubstreamId { block, ..substream };
    match kind {
        StreamKind::Converse => Some(StreamEvent::new(kind, "contentBlockDelta", &converse::delta(substream, text))),
        StreamKind::Invoke | StreamKind::ServerSent => {
            (format.family().text_event)(substream, text).map(|json| StreamEvent::chunk(kind, &json))
        }
    }
}

/// Makes the response of `operation` to a request of `format`, with `message` in place of the model's text.
///
/// Bodies of a family have its text field, its stop reason for a refusal, if it has one, and `"amazon-bedrock-guardrailAction":
/// "INTERVENED"`; Converse has `stopReason: guardrail_intervened`. Counters are zero: no model was called, or its response is not returned.
///
/// Returns `None` if a response has no field for a message (embeddings, ranking, images, token counts, asynchronous calls), or if neither
/// the body nor the model ID shows the family of a prompt.
pub(crate) fn blocked_response(
    operation: Operation,
    format: BodyFormat,
    model_id: &str,
    message: &str,
) -> Option<Vec<u8>> {
    let mut response = match operation_format(operation) {
        Some((format, ..)) => (format.family().blocked_response)(model_id, message)?,
        None => (format.for_model(model_id).family().blocked_response)(model_id, message)?,
    };
    let is_of_model = operation == Operation::InvokeModel || operation.stream_kind() == StreamKind::ServerSent;
    if is_of_model {
        set(&mut response, ACTION, INTERVENED.into());
    }
    serde_json::to_vec(&response).ok()
}

/// Makes the events that end a stream with `message`, as the model's own streams end.
///
/// Before anything was forwarded, that is a whole stream. Later, an open content block of text takes the message. Any other open content
/// block is ended first, and the message has its own. If there are choices, each open choice takes the message. The last chunk contains the
/// action, in Converse `messageStop`. Returns `None` for formats without a stream of text, and after the end of all text.
pub(crate) fn blocked_events(
    kind: StreamKind,
    format: BodyFormat,
    model_id: &str,
    message: &str,
    progress: &Progress,
) -> Option<Vec<StreamEvent>> {
    if progress.has_ended() {
        return None;
    }
    if kind == StreamKind::Converse {
        let events = converse::blocked_events(message, progress).into_iter();
        return Some(events.map(|(name, json)| StreamEvent::new(kind, name, &json)).collect());
    }
    if kind == StreamKind::ServerSent {
        let events = (format.family().blocked_events)(model_id, message, progress)?;
        return Some(last_server_sent(format, events));
    }
    Some(last_chunks((format.for_model(model_id).family().blocked_events)(model_id, message, progress)?))
}

/// Returns server-sent events with the action in the last, and what marks the end of the stream.
fn last_server_sent(format: BodyFormat, mut events: Vec<Value>) -> Vec<StreamEvent> {
    if let Some(last) = events.last_mut() {
        set(last, ACTION, INTERVENED.into());
    }
    let kind = StreamKind::ServerSent;
    let mut events: Vec<_> = events.iter().map(|json| StreamEvent::chunk(kind, json)).collect();
    if format == BodyFormat::OpenAiChat {
        events.push(StreamEvent { kind, event_type: "chunk", json: END_MARKER.into() });
    }
    events
}

/// Makes the only event of a stream whose model responds with one, with `message` in it.
pub(crate) fn blocked_single_event(format: BodyFormat, model_id: &str, message: &str) -> Option<Vec<StreamEvent>> {
    Some(last_chunks(vec![(format.for_model(model_id).family().blocked_response)(model_id, message)?]))
}

/// Returns chunks with these events, and with the fields of the last chunk of a stream in the last.
fn last_chunks(mut events: Vec<Value>) -> Vec<StreamEvent> {
    if let Some(last) = events.last_mut() {
        set(last, ACTION, INTERVENED.into());
        let metrics = json!({
            "inputTokenCount": 0,
            "outputTokenCount": 0,
            "invocationLatency": 0,
            "firstByteLatency": 0,
        });
        set(last, "amazon-bedrock-invocationMetrics", metrics);
    }
    events.iter().map(|json| StreamEvent::chunk(StreamKind::Invoke, json)).collect()
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = object {
        fields.insert(name.to_owned(), value);
    }
}
