//! Mistral text completion.

use serde_json::{Value, json};

use crate::bedrock::model_event::SubstreamId;
use crate::bedrock::progress::Progress;
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

pub(super) struct MistralText;

impl Family for MistralText {
    fn model_ids(&self) -> &'static [&'static str] {
        &["mistral."]
    }

    fn ended_choices(&self, event: Fields<'_, '_>) -> Vec<u64> {
        event.ended_choices_in("outputs")
    }

    /// Outputs have no index, so only the first can continue.
    fn text_event(&self, substream: SubstreamId, text: &str) -> Option<Value> {
        (substream.choice == 0).then(|| json!({"outputs": [{"text": text, "stop_reason": null}]}))
    }

    fn blocked_response(&self, _: &str, message: &str) -> Option<Value> {
        Some(json!({"outputs": [{"text": message, "stop_reason": "stop"}]}))
    }

    fn blocked_events(&self, model_id: &str, message: &str, _: &Progress) -> Option<Vec<Value>> {
        Some(vec![self.blocked_response(model_id, message)?])
    }
}
