//! TwelveLabs Pegasus: text about a video.

use serde_json::json;

use crate::bedrock::table::FieldRule::{Delta, Free, Plain, Skipped, Text};
use crate::bedrock::table::{DeltaKind, Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{ToolDefinition, UserText};
use crate::bedrock::text_field::SkipReason::Video;

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::embedding::has_vectors;
use super::family::{Family, Fields};
use super::media;

table! {
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("inputPrompt", Text(UserText)),
        ("mediaSource", Skipped(Video)),
        ("responseFormat", Free(ToolDefinition)),
    ]
}

table! {
    CHUNK: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("message", Delta(DeltaKind::Text)),
        ("finishReason", Plain),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("inputPrompt").then_some(&REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    (body.has("message") && body.has("finishReason")).then_some(&media::RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    let is_other = event.has("__type") || has_vectors(event) || media::has_images(event);
    (event.has_string("message") && !is_other).then_some(&CHUNK)
}

pub(super) static FAMILY: Family = Family {
    ended_choices: |event| event.ended_choice(),
    text_event: |_, text| Some(json!({"message": text})),
    blocked_response: |_, message| Some(json!({"message": message, "finishReason": "stop"})),
    blocked_events: |model_id, message, _| Some(vec![(FAMILY.blocked_response)(model_id, message)?]),
    ..Family::NO_TEXT
};
