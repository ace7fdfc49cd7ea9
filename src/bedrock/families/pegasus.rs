//! TwelveLabs Pegasus: text about a video.

use serde_json::{Value, json};

use crate::bedrock::model_event::SubstreamId;
use crate::bedrock::progress::Progress;
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

pub(super) struct Pegasus;

impl Family for Pegasus {
    fn ended_choices(&self, event: Fields<'_, '_>) -> Vec<u64> {
        event.ended_choice()
    }

    fn text_event(&self, _: SubstreamId, text: &str) -> Option<Value> {
        Some(json!({"message": text}))
    }

    fn blocked_response(&self, _: &str, message: &str) -> Option<Value> {
        Some(json!({"message": message, "finishReason": "stop"}))
    }

    fn blocked_events(&self, model_id: &str, message: &str, _: &Progress) -> Option<Vec<Value>> {
        Some(vec![self.blocked_response(model_id, message)?])
    }
}
