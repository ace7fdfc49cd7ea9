//! Llama.

use serde_json::{Value, json};

use crate::bedrock::model_event::SubstreamId;
use crate::bedrock::progress::Progress;
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

pub(super) struct Llama;

impl Family for Llama {
    fn model_ids(&self) -> &'static [&'static str] {
        &["meta.llama"]
    }

    fn ended_choices(&self, event: Fields<'_, '_>) -> Vec<u64> {
        event.ended_choice()
    }

    fn text_event(&self, _: SubstreamId, text: &str) -> Option<Value> {
        Some(json!({
            "generation": text,
            "prompt_token_count": null,
            "generation_token_count": null,
            "stop_reason": null,
        }))
    }

    fn blocked_response(&self, _: &str, message: &str) -> Option<Value> {
        Some(json!({
            "generation": message,
            "prompt_token_count": 0,
            "generation_token_count": 0,
            "stop_reason": "stop",
        }))
    }

    fn blocked_events(&self, model_id: &str, message: &str, _: &Progress) -> Option<Vec<Value>> {
        Some(vec![self.blocked_response(model_id, message)?])
    }
}
