//! Nova on InvokeModel: the fields of Converse.

use serde_json::{Value, json};

use crate::bedrock::model_event::{EventKind, SubstreamId};
use crate::bedrock::progress::Progress;
use crate::bedrock::table::FieldRule::{In, Plain, PlainTree};
use crate::bedrock::table::{DeltaKind, Table, Tag, table};

use super::common::RESPONSE_COMMON;
use super::converse;
use super::family::{Family, Fields};

table! {
    REQUEST: Tag::None, Some(&converse::REQUEST), [
        ("schemaVersion", Plain),
        ("amazon-bedrock-guardrailConfig", PlainTree),
    ]
}

table! {
    RESPONSE: Tag::None, Some(&converse::RESPONSE), [
        ("amazon-bedrock-guardrailAction", Plain),
    ]
}

table! {
    CHUNK: Tag::Union, Some(&RESPONSE_COMMON), [
        ("messageStart", In(&converse::MESSAGE_START)),
        ("contentBlockStart", In(&converse::BLOCK_START)),
        ("contentBlockDelta", In(&converse::BLOCK_DELTA)),
        ("contentBlockStop", In(&converse::BLOCK_STOP)),
        ("messageStop", In(&converse::MESSAGE_STOP)),
        ("metadata", In(&converse::METADATA)),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    let messages = body.get("messages")?;
    let is_nova =
        body.has_any(&["inferenceConfig", "toolConfig", "schemaVersion"]) || has_untyped_content_blocks(messages);
    is_nova.then_some(&REQUEST)
}

fn has_untyped_content_blocks(messages: Fields<'_, '_>) -> bool {
    let contents = messages.items().filter_map(|message| message.get("content"));
    contents.flat_map(Fields::items).any(|block| block.is_object() && !block.has("type"))
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.get("output")?.has("message").then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    let names =
        ["messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"];
    event.has_any(&names).then_some(&CHUNK)
}

pub(super) struct Nova;

impl Family for Nova {
    fn has_content_blocks(&self) -> bool {
        true
    }

    fn spans_content_blocks(&self, delta: DeltaKind) -> bool {
        matches!(delta, DeltaKind::Text | DeltaKind::Reasoning)
    }

    fn indexed_object(&self, event: Fields<'_, '_>) -> Option<usize> {
        event.members().map(|(_, value)| value).find(|value| value.has("contentBlockIndex")).map(Fields::node)
    }

    /// One field names the event; the service adds others.
    fn event_kind(&self, event: Fields<'_, '_>, _: &[u64]) -> EventKind {
        let known = event.members().find_map(|(name, _)| converse::event(&name));
        known.map_or(EventKind::Other, |(kind, _)| kind)
    }

    fn text_event(&self, substream: SubstreamId, text: &str) -> Option<Value> {
        Some(json!({"contentBlockDelta": converse::delta(substream, text)}))
    }

    fn blocked_response(&self, _: &str, message: &str) -> Option<Value> {
        Some(json!({
            "output": {"message": {"content": [{"text": message}], "role": "assistant"}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
        }))
    }

    fn blocked_events(&self, _: &str, message: &str, progress: &Progress) -> Option<Vec<Value>> {
        let events = converse::message_events(message, "end_turn", progress).into_iter();
        let mut events: Vec<Value> = events.map(|(name, json)| json!({ name: json })).collect();
        events.push(json!({"metadata": {
            "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
            "metrics": {},
            "trace": {},
        }}));
        Some(events)
    }
}
