//! Nova on InvokeModel: the fields of Converse.

use serde_json::{Value, json};

use crate::bedrock::model_event::EventKind;
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

pub(super) static FAMILY: Family = Family {
    has_content_blocks: true,
    has_only_delta: |_| true,
    spans_content_blocks: |delta| matches!(delta, DeltaKind::Text | DeltaKind::Reasoning),
    // Content blocks of text start without an event.
    interrupts_text: |event| {
        let start = event.get("contentBlockStart").and_then(|started| started.get("start"));
        start.is_some_and(|start| start.members().next().is_some())
    },
    indexed_object: |event| {
        event.members().map(|(_, value)| value).find(|value| value.has("contentBlockIndex")).map(Fields::node)
    },
    // One field names the event; the service adds others.
    event_kind: |event, _| {
        let known = event.members().find_map(|(name, _)| converse::event(&name));
        known.map_or(EventKind::Other, |(kind, _)| kind)
    },
    text_event: |substream, text| Some(json!({"contentBlockDelta": converse::delta(substream, text)})),
    blocked_response: |_, message| {
        Some(json!({
            "output": {"message": {"content": [{"text": message}], "role": "assistant"}},
            "stopReason": "content_filtered",
            "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
        }))
    },
    blocked_events: |_, message, progress| {
        let events = converse::message_events(message, "content_filtered", progress).into_iter();
        let mut events: Vec<Value> = events.map(|(name, json)| json!({ name: json })).collect();
        events.push(json!({"metadata": {
            "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
            "metrics": {},
            "trace": {},
        }}));
        Some(events)
    },
    ..Family::NO_TEXT
};
