//! Responses and events that the guardrail makes, in the format of the model.
//!
//! Before the model has returned anything, [`blocked_response`] and [`blocked_events`] replace its whole response. Later,
//! [`blocked_events`] ends the stream from where its [`Progress`] is.

#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::{Value, json};

use super::error::BodyError;
use super::event_stream::{Frame, wrap_chunk};
use super::families::{BodyFormat, converse, operation_format};
use super::model_event::{StreamKind, SubstreamId};
use super::operation::Operation;
use super::progress::Progress;

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

    fn chunk(json: &Value) -> Self {
        Self::new(StreamKind::Invoke, "chunk", json)
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

    /// Returns the event as a frame, wrapped on InvokeModel.
    pub(crate) fn to_frame(&self) -> Result<Frame, BodyError> {
        match self.kind {
            StreamKind::Invoke => Frame::event(self.event_type, wrap_chunk(&self.json)),
            StreamKind::Converse => Frame::event(self.event_type, self.json.clone()),
        }
    }
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
        StreamKind::Invoke => (format.family().text_event)(substream, text).map(|json| StreamEvent::chunk(&json)),
    }
}

/// Makes the response of `operation` to a request of `format`, with `message` in place of the model's text.
///
/// InvokeModel bodies have the text field and the stop reason of their family, and `"amazon-bedrock-guardrailAction": "INTERVENED"`;
/// Converse has `stopReason: guardrail_intervened`. Counters are zero: no model was called, or its response is not returned.
///
/// Returns `None` if a response has no field for a message (embeddings, ranking, images, token counts, asynchronous calls), or if neither
/// the body nor the model ID shows the family of a prompt.
pub(crate) fn blocked_response(
    operation: Operation,
    format: BodyFormat,
    model_id: &str,
    message: &str,
) -> Option<Vec<u8>> {
    let response = match operation_format(operation) {
        Some((format, ..)) => (format.family().blocked_response)(model_id, message)?,
        None => {
            let mut response = (format.for_model(model_id).family().blocked_response)(model_id, message)?;
            set(&mut response, "amazon-bedrock-guardrailAction", "INTERVENED".into());
            response
        }
    };
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
    Some(last_chunks((format.for_model(model_id).family().blocked_events)(model_id, message, progress)?))
}

/// Makes the only event of a stream whose model responds with one, with `message` in it.
pub(crate) fn blocked_single_event(format: BodyFormat, model_id: &str, message: &str) -> Option<Vec<StreamEvent>> {
    Some(last_chunks(vec![(format.for_model(model_id).family().blocked_response)(model_id, message)?]))
}

/// Returns chunks with these events, and with the fields of the last chunk of a stream in the last.
fn last_chunks(mut events: Vec<Value>) -> Vec<StreamEvent> {
    if let Some(last) = events.last_mut() {
        set(last, "amazon-bedrock-guardrailAction", "INTERVENED".into());
        let metrics = json!({
            "inputTokenCount": 0,
            "outputTokenCount": 0,
            "invocationLatency": 0,
            "firstByteLatency": 0,
        });
        set(last, "amazon-bedrock-invocationMetrics", metrics);
    }
    events.iter().map(StreamEvent::chunk).collect()
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = object {
        fields.insert(name.to_owned(), value);
    }
}
