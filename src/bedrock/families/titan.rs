//! Titan Text.

use serde_json::{Value, json};

use crate::bedrock::model_event::SubstreamId;
use crate::bedrock::progress::Progress;
use crate::bedrock::table::FieldRule::{Delta, Plain, PlainTree, Skipped, Text};
use crate::bedrock::table::{DeltaKind, Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, EmbeddingInput, StopSequence, UserText};
use crate::bedrock::text_field::SkipReason::{Image, Video};

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::family::{Family, Fields};

table! {
    /// Titan Text, Titan Embed and Titan Multimodal Embed; the text of Marengo is in the same field.
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("inputText", Text(UserText)),
        ("text.inputText", Text(EmbeddingInput)),
        ("inputImage", Skipped(Image)),
        ("inputType", Plain),
        ("mediaSource", Skipped(Video)),
        ("textTruncate", Plain),
        ("textGenerationConfig.stopSequences[]", Text(StopSequence)),
        ("embeddingConfig", PlainTree),
        ("embeddingTypes[]", Plain),
    ]
}

table! {
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("results[].outputText", Text(AssistantText)),
        ("results[].completionReason", Plain),
    ]
}

table! {
    CHUNK: Tag::None, Some(&RESPONSE_COMMON), [
        ("outputText", Delta(DeltaKind::Text)),
        ("completionReason", Plain),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("inputText").then_some(&REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("results").then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    event.has("outputText").then_some(&CHUNK)
}

pub(super) struct Titan;

impl Family for Titan {
    fn ended_choices(&self, event: Fields<'_, '_>) -> Vec<u64> {
        event.ended_choice()
    }

    fn text_event(&self, substream: SubstreamId, text: &str) -> Option<Value> {
        Some(json!({"outputText": text, "index": substream.choice, "completionReason": null}))
    }

    fn blocked_response(&self, _: &str, message: &str) -> Option<Value> {
        Some(json!({
            "inputTextTokenCount": 0,
            "results": [{"tokenCount": 0, "outputText": message, "completionReason": "FINISH"}],
        }))
    }

    fn blocked_events(&self, _: &str, message: &str, _: &Progress) -> Option<Vec<Value>> {
        Some(vec![json!({
            "outputText": message,
            "index": 0,
            "inputTextTokenCount": 0,
            "totalOutputTextTokenCount": 0,
            "completionReason": "FINISH",
        })])
    }
}
