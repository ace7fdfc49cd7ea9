//! Titan Text.

use serde_json::json;

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

pub(super) static FAMILY: Family = Family {
    ended_choices: |event| event.ended_choice(),
    text_event: |substream, text| {
        Some(json!({"outputText": text, "index": substream.choice, "completionReason": null}))
    },
    blocked_response: |_, message| {
        Some(json!({
            "inputTextTokenCount": 0,
            "results": [{"tokenCount": 0, "outputText": message, "completionReason": "CONTENT_FILTERED"}],
        }))
    },
    blocked_events: |_, message, _| {
        Some(vec![json!({
            "outputText": message,
            "index": 0,
            "inputTextTokenCount": 0,
            "totalOutputTextTokenCount": 0,
            "completionReason": "CONTENT_FILTERED",
        })])
    },
    ..Family::NO_TEXT
};
