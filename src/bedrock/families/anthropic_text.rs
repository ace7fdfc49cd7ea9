//! Anthropic text completion.

use serde_json::{Value, json};

use crate::bedrock::model_event::SubstreamId;
use crate::bedrock::progress::Progress;
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

pub(super) struct AnthropicText;

impl Family for AnthropicText {
    fn model_ids(&self) -> &'static [&'static str] {
        &["anthropic.claude"]
    }

    fn ended_choices(&self, event: Fields<'_, '_>) -> Vec<u64> {
        event.ended_choice()
    }

    fn text_event(&self, _: SubstreamId, text: &str) -> Option<Value> {
        Some(json!({"type": "completion", "completion": text, "stop_reason": null, "stop": null}))
    }

    fn blocked_response(&self, _: &str, message: &str) -> Option<Value> {
        Some(json!({
            "type": "completion",
            "completion": message,
            "stop_reason": "stop_sequence",
            "stop": null,
        }))
    }

    fn blocked_events(&self, model_id: &str, message: &str, _: &Progress) -> Option<Vec<Value>> {
        Some(vec![self.blocked_response(model_id, message)?])
    }
}
