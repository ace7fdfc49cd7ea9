//! Cohere Command.

use serde_json::json;

use crate::bedrock::table::FieldRule::{Delta, Plain, Text, Token};
use crate::bedrock::table::{DeltaKind, Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, Echo};

use super::common::RESPONSE_COMMON;
use super::family::{Family, Fields, MESSAGE_ID};
use super::prompt;

table! {
    /// The response repeats the prompt.
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("prompt", Text(Echo)),
        ("generations[].id", Plain),
        ("generations[].text", Text(AssistantText)),
        ("generations[].finish_reason", Plain),
        ("generations[].token_likelihoods[].token", Token),
        ("likelihood", Plain),
    ]
}

table! {
    CHUNK: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("text", Delta(DeltaKind::Text)),
        ("finish_reason", Plain),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    let settings = ["num_generations", "return_likelihoods", "p", "k", "stop_sequences"];
    prompt::request(body).filter(|_| body.has_any(&settings))
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_array("generations").then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    event.has("is_finished").then_some(&CHUNK)
}

/// Some imported models send no more than the text.
pub(super) fn plain_chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    let is_cohere_chat = ["chat_history", "response_id", "generation_id", "citations", "tool_calls", "search_queries"];
    (event.has_string("text") && !event.has_any(&is_cohere_chat)).then_some(&CHUNK)
}

pub(super) static FAMILY: Family = Family {
    model_ids: &["cohere.command"],
    ended_choices: |event| event.ended_choice(),
    text_event: |substream, text| Some(json!({"is_finished": false, "index": substream.choice, "text": text})),
    blocked_response: |_, message| {
        Some(json!({
            "id": MESSAGE_ID,
            "generations": [{"id": MESSAGE_ID, "text": message, "finish_reason": "ERROR_TOXIC"}],
        }))
    },
    blocked_events: |_, message, progress| {
        let events = progress.open_choices().into_iter().flat_map(|index| {
            [
                json!({"is_finished": false, "text": message, "index": index}),
                json!({"is_finished": true, "finish_reason": "ERROR_TOXIC", "index": index}),
            ]
        });
        Some(events.collect())
    },
    ..Family::NO_TEXT
};
