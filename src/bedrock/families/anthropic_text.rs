//! Anthropic text completion.

use serde_json::json;

use crate::bedrock::table::FieldRule::{Delta, Plain, Text};
use crate::bedrock::table::{DeltaKind, Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, StopSequence};

use super::common::RESPONSE_COMMON;
use super::family::{Family, Fields};
use super::prompt;

table! {
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("model", Plain),
        ("type", Plain),
        ("completion", Text(AssistantText)),
        ("stop_reason", Plain),
        ("stop", Text(StopSequence)),
    ]
}

table! {
    CHUNK: Tag::None, Some(&RESPONSE), [
        ("completion", Delta(DeltaKind::Text)),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("max_tokens_to_sample").then_some(&prompt::REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("completion").then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    event.has("completion").then_some(&CHUNK)
}

pub(super) static FAMILY: Family = Family {
    model_ids: &["anthropic.claude"],
    ended_choices: |event| event.ended_choice(),
    text_event: |_, text| Some(json!({"type": "completion", "completion": text, "stop_reason": null, "stop": null})),
    blocked_response: |_, message| {
        Some(json!({
            "type": "completion",
            "completion": message,
            "stop_reason": "stop_sequence",
            "stop": null,
        }))
    },
    blocked_events: |model_id, message, _| Some(vec![(FAMILY.blocked_response)(model_id, message)?]),
    ..Family::NO_TEXT
};
