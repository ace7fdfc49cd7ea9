//! Cohere Command R.

use serde_json::json;

use crate::bedrock::model_event::EventKind;
use crate::bedrock::table::FieldRule::{Delta, Free, History, In, InAs, Plain, PlainTree, RoleText, Text};
use crate::bedrock::table::{DeltaKind, Role, Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{
    AssistantText, Citation, Document, Echo, RequestMetadata, StopSequence, System, ToolDefinition, ToolInput,
    ToolResult, UserText,
};

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::family::{Family, Fields, MESSAGE_ID};

table! {
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("message", Text(UserText)),
        ("preamble", Text(System)),
        ("chat_history", History),
        ("chat_history[]", In(&TURN)),
        ("documents", Free(Document)),
        ("tools[].name", Text(ToolDefinition)),
        ("tools[].description", Text(ToolDefinition)),
        ("tools[].parameter_definitions", Free(ToolDefinition)),
        ("tool_results", Free(ToolResult)),
        ("response_format", Free(ToolDefinition)),
        ("stop_sequences[]", Text(StopSequence)),
        ("conversation_id", Text(RequestMetadata)),
        ("prompt_truncation", Plain),
        ("citation_quality", Plain),
    ]
}

table! {
    TURN: Tag::None, None, [
        ("role", Plain),
        ("message", RoleText),
        ("tool_calls[].name", Text(ToolInput)),
        ("tool_calls[].parameters", Free(ToolInput)),
        ("tool_results", Free(ToolResult)),
    ]
}

table! {
    /// `chat_history` is the whole conversation, including the response.
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("response_id", Plain),
        ("generation_id", Plain),
        ("conversation_id", Plain),
        ("text", Text(AssistantText)),
        ("finish_reason", Plain),
        ("chat_history[]", InAs(Role::Echo, &TURN)),
        ("prompt", Text(Echo)),
        ("citations[].text", Text(Citation)),
        ("citations[].document_ids[]", Plain),
        ("documents", Free(Document)),
        ("search_queries[].text", Text(AssistantText)),
        ("search_queries[].generation_id", Plain),
        ("search_results", Free(Document)),
        ("tool_calls[].name", Text(ToolInput)),
        ("tool_calls[].parameters", Free(ToolInput)),
        ("meta", PlainTree),
        ("token_count", PlainTree),
    ]
}

table! {
    CHUNK: Tag::Member("event_type"), Some(&RESPONSE_COMMON), [
        ("*: event_type", Plain),
        ("stream-start: generation_id", Plain),
        ("search-queries-generation: search_queries[].text", Text(AssistantText)),
        ("search-queries-generation: search_queries[].generation_id", Plain),
        ("search-results: documents", Free(Document)),
        ("search-results: search_results", Free(Document)),
        ("text-generation: text", Delta(DeltaKind::Text)),
        ("citation-generation: citations[].text", Text(Citation)),
        ("citation-generation: citations[].document_ids[]", Plain),
        ("tool-calls-chunk: text", Delta(DeltaKind::Text)),
        ("tool-calls-chunk: tool_call_delta.name", Text(ToolInput)),
        ("tool-calls-chunk: tool_call_delta.parameters", Delta(DeltaKind::ToolArguments)),
        ("tool-calls-generation: text", Text(AssistantText)),
        ("tool-calls-generation: tool_calls[].name", Text(ToolInput)),
        ("tool-calls-generation: tool_calls[].parameters", Free(ToolInput)),
        ("stream-end: finish_reason", Plain),
        ("stream-end: response", In(&RESPONSE)),
        ("debug: prompt", Text(Echo)),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_string("message").then_some(&REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_any(&["chat_history", "text"]).then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    event.has("event_type").then_some(&CHUNK)
}

pub(super) static FAMILY: Family = Family {
    has_content_blocks: true,
    has_only_delta: |_| true,
    event_kind: |event, _| match event.text("event_type").as_deref() {
        Some("stream-start") => EventKind::MessageStart,
        Some("stream-end") => EventKind::MessageStop,
        _ => EventKind::Delta,
    },
    text_event: |substream, text| {
        Some(match substream.kind {
            DeltaKind::ToolArguments => json!({
                "event_type": "tool-calls-chunk",
                "is_finished": false,
                "tool_call_delta": {"index": substream.block, "parameters": text},
            }),
            _ => json!({"event_type": "text-generation", "is_finished": false, "text": text}),
        })
    },
    blocked_response: |_, message| {
        Some(json!({
            "response_id": MESSAGE_ID,
            "generation_id": MESSAGE_ID,
            "text": message,
            "chat_history": [],
            "finish_reason": "ERROR_TOXIC",
        }))
    },
    blocked_events: |_, message, progress| {
        let start = json!({"event_type": "stream-start", "is_finished": false, "generation_id": MESSAGE_ID});
        let text = json!({"event_type": "text-generation", "is_finished": false, "text": message});
        let end = json!({"event_type": "stream-end", "is_finished": true, "finish_reason": "ERROR_TOXIC"});
        Some(if progress.has_started() { vec![text, end] } else { vec![start, text, end] })
    },
    ..Family::NO_TEXT
};
