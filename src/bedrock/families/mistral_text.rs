//! Mistral text completion.

use serde_json::json;

use crate::bedrock::table::FieldRule::{Delta, Plain, Text};
use crate::bedrock::table::{DeltaKind, Table, Tag, table};
use crate::bedrock::text_field::FieldKind::AssistantText;

use super::common::RESPONSE_COMMON;
use super::family::{Family, Fields};

table! {
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("outputs[].text", Text(AssistantText)),
        ("outputs[].stop_reason", Plain),
    ]
}

table! {
    CHUNK: Tag::None, Some(&RESPONSE), [
        ("outputs[].text", Delta(DeltaKind::Text)),
    ]
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_array("outputs").then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    event.has("outputs").then_some(&CHUNK)
}

pub(super) static FAMILY: Family = Family {
    model_ids: &["mistral."],
    ended_choices: |event| event.ended_choices_in("outputs"),
    // Outputs have no index, so only the first can continue.
    text_event: |substream, text| {
        (substream.choice == 0).then(|| json!({"outputs": [{"text": text, "stop_reason": null}]}))
    },
    blocked_response: |_, message| Some(json!({"outputs": [{"text": message, "stop_reason": "stop"}]})),
    blocked_events: |model_id, message, _| Some(vec![(FAMILY.blocked_response)(model_id, message)?]),
    ..Family::NO_TEXT
};
