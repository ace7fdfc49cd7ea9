//! Llama.

use serde_json::json;

use crate::bedrock::table::FieldRule::{Delta, Plain, Text, Token};
use crate::bedrock::table::{DeltaKind, Table, Tag, table};
use crate::bedrock::text_field::FieldKind::AssistantText;

use super::common::RESPONSE_COMMON;
use super::family::{Family, Fields};
use super::prompt;

table! {
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("generation", Text(AssistantText)),
        ("stop_reason", Plain),
        ("logprobs[].*", Token),
    ]
}

table! {
    CHUNK: Tag::None, Some(&RESPONSE), [
        ("generation", Delta(DeltaKind::Text)),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    prompt::request(body).filter(|_| body.has("max_gen_len"))
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("generation").then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    event.has("generation").then_some(&CHUNK)
}

pub(super) static FAMILY: Family = Family {
    model_ids: &["meta.llama"],
    ended_choices: |event| event.ended_choice(),
    text_event: |_, text| {
        Some(json!({
            "generation": text,
            "prompt_token_count": null,
            "generation_token_count": null,
            "stop_reason": null,
        }))
    },
    blocked_response: |_, message| {
        Some(json!({
            "generation": message,
            "prompt_token_count": 0,
            "generation_token_count": 0,
            "stop_reason": "stop",
        }))
    },
    blocked_events: |model_id, message, _| Some(vec![(FAMILY.blocked_response)(model_id, message)?]),
    ..Family::NO_TEXT
};
