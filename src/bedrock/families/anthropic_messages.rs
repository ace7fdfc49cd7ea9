//! Anthropic Messages.

use serde_json::json;

use crate::bedrock::model_event::EventKind;
use crate::bedrock::table::FieldRule::{
    Delta, File, Free, In, InAs, Messages, Plain, PlainTree, RoleText, Signature, Signed, Skipped, Text,
};
use crate::bedrock::table::{DeltaKind, FileRule, Role, Table, Tag, Unsigned, table};
use crate::bedrock::text_field::FieldKind::{
    AssistantText, Citation, Document, Reasoning, RequestMetadata, StopSequence, System, ToolDefinition, ToolInput,
    ToolResult,
};
use crate::bedrock::text_field::SkipReason::{Encrypted, Image};

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::family::{Family, Fields, MESSAGE_ID};

table! {
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("anthropic_version", Plain),
        ("anthropic_beta[]", Plain),
        ("model", Plain),
        ("service_tier", Plain),
        ("system", Text(System)),
        ("system[]", InAs(Role::System, &BLOCK)),
        ("messages", Messages),
        ("messages[].role", Plain),
        ("messages[].content", RoleText),
        ("messages[].content[]", In(&BLOCK)),
        ("tools[].type", Plain),
        ("tools[].name", Text(ToolDefinition)),
        ("tools[].description", Text(ToolDefinition)),
        ("tools[].input_schema", Free(ToolDefinition)),
        ("tools[].input_examples", Free(ToolDefinition)),
        ("tools[].cache_control", PlainTree),
        ("tool_choice.type", Plain),
        ("tool_choice.name", Text(ToolDefinition)),
        ("stop_sequences[]", Text(StopSequence)),
        ("metadata", Free(RequestMetadata)),
        ("thinking", PlainTree),
        ("cache_control", PlainTree),
    ]
}

table! {
    BLOCK: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("*: cache_control", PlainTree),
        ("text: text", RoleText),
        ("text: citations[]", In(&CITATION)),
        ("thinking: thinking", Signed(Reasoning)),
        ("thinking: signature", Signature(Unsigned::Withhold)),
        ("redacted_thinking: data", Skipped(Encrypted)),
        ("tool_use|server_tool_use|mcp_tool_use: id", Plain),
        ("tool_use|server_tool_use|mcp_tool_use: name", Text(ToolInput)),
        ("tool_use|server_tool_use|mcp_tool_use: input", Free(ToolInput)),
        ("tool_use|server_tool_use|mcp_tool_use: caller", PlainTree),
        ("mcp_tool_use: server_name", Plain),
        ("tool_result|*_tool_result: tool_use_id", Plain),
        ("tool_result: content", Text(ToolResult)),
        ("tool_result: content[]", InAs(Role::Tool, &BLOCK)),
        ("*_tool_result: caller", PlainTree),
        ("*_tool_result: content", Text(ToolResult)),
        ("*_tool_result: content.type", Plain),
        // A fetched page is a document content block; files that code wrote are a list.
        ("*_tool_result: content.content", InAs(Role::Tool, &BLOCK)),
        ("*_tool_result: content.content[].type", Plain),
        ("*_tool_result: content.content[].file_id", Plain),
        ("*_tool_result: content[].type", Plain),
        ("*_tool_result: content[].text", Text(ToolResult)),
        ("*_tool_result: content[].title", Text(ToolResult)),
        ("*_tool_result: content[].url", Text(ToolResult)),
        ("*_tool_result: content[].encrypted_content", Skipped(Encrypted)),
        ("image: source", Skipped(Image)),
        ("document: title", Text(Document)),
        ("document: context", Text(Document)),
        ("document: citations", PlainTree),
        ("document: source", In(&DOCUMENT_SOURCE)),
        ("search_result: title", Text(Document)),
        ("search_result: source", Text(Document)),
        ("search_result: content[]", InAs(Role::Document, &BLOCK)),
        ("search_result: citations", PlainTree),
        ("compaction: content", Text(AssistantText)),
        ("container_upload: file_id", Plain),
        ("tool_reference: tool_name", Text(ToolDefinition)),
    ]
}

table! {
    DOCUMENT_SOURCE: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("*: media_type", Plain),
        ("text: data", Text(Document)),
        ("content: content", Text(Document)),
        ("content: content[]", InAs(Role::Document, &BLOCK)),
        ("base64: data", File(FileRule::MediaType)),
        ("url: url", Text(Document)),
        ("file: file_id", Plain),
    ]
}

table! {
    CITATION: Tag::None, None, [
        ("type", Plain),
        ("cited_text", Text(Citation)),
        ("document_title", Text(Citation)),
        ("title", Text(Citation)),
        ("source", Text(Citation)),
        ("url", Text(Citation)),
        ("file_id", Plain),
        ("encrypted_index", Plain),
    ]
}

table! {
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("type", Plain),
        ("role", Plain),
        ("model", Plain),
        ("content[]", InAs(Role::Assistant, &BLOCK)),
        ("stop_reason", Plain),
        ("stop_sequence", Text(StopSequence)),
        ("stop_details.type", Plain),
        ("stop_details.category", Plain),
        ("stop_details.explanation", Text(AssistantText)),
        ("usage", PlainTree),
        ("container", PlainTree),
        ("error.type", Plain),
        ("error.message", Text(AssistantText)),
    ]
}

table! {
    CHUNK: Tag::Member("type"), Some(&RESPONSE_COMMON), [
        ("*: type", Plain),
        ("message_start: message", In(&RESPONSE)),
        ("content_block_start: content_block", InAs(Role::Assistant, &START_BLOCK)),
        ("content_block_delta: delta", In(&DELTA)),
        ("content_block_stop: type", Plain),
        ("message_delta: delta.stop_reason", Plain),
        ("message_delta: delta.stop_sequence", Text(StopSequence)),
        ("message_delta: delta.stop_details.type", Plain),
        ("message_delta: delta.stop_details.category", Plain),
        ("message_delta: delta.stop_details.explanation", Text(AssistantText)),
        ("message_delta: delta.container", PlainTree),
        ("message_delta: usage", PlainTree),
        ("message_stop: type", Plain),
        ("ping: type", Plain),
        ("error: error.type", Plain),
        ("error: error.message", Text(AssistantText)),
    ]
}

table! {
    /// A content block that starts may contain the beginning of its text.
    START_BLOCK: Tag::Member("type"), Some(&BLOCK), [
        ("text: text", Delta(DeltaKind::Text)),
        ("thinking: thinking", Delta(DeltaKind::Reasoning)),
        ("compaction: content", Delta(DeltaKind::Text)),
    ]
}

table! {
    DELTA: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("text_delta: text", Delta(DeltaKind::Text)),
        ("input_json_delta: partial_json", Delta(DeltaKind::ToolArguments)),
        ("thinking_delta: thinking", Delta(DeltaKind::Reasoning)),
        ("signature_delta: signature", Signature(Unsigned::Withhold)),
        ("citations_delta: citation", In(&CITATION)),
        ("compaction_delta: content", Delta(DeltaKind::Text)),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    (body.has("anthropic_version") && !body.has("prompt")).then_some(&REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    (body.has_array("content") && body.has_any(&["type", "role"])).then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    (event.has("type") && !event.has("content")).then_some(&CHUNK)
}

pub(super) static FAMILY: Family = Family {
    has_content_blocks: true,
    has_only_delta: |_| true,
    event_kind: |event, _| {
        match event.text("type").as_deref() {
            Some("message_start") => EventKind::MessageStart,
            Some("content_block_start") => EventKind::ContentBlockStart,
            Some("content_block_delta") => EventKind::Delta,
            Some("content_block_stop") => EventKind::ContentBlockStop,
            // `message_delta` contains the stop reason and `message_stop` only ends the stream, but some streams lack the first. A
            // `message_delta` without a reason only counts tokens.
            Some("message_delta") if !event.get("delta").is_some_and(Fields::has_stop_reason) => EventKind::Other,
            Some("message_delta" | "message_stop" | "error") => EventKind::MessageStop,
            _ => EventKind::Other,
        }
    },
    text_event: |substream, text| {
        let delta = match substream.kind {
            DeltaKind::ToolArguments => json!({"type": "input_json_delta", "partial_json": text}),
            DeltaKind::Reasoning => json!({"type": "thinking_delta", "thinking": text}),
            _ => json!({"type": "text_delta", "text": text}),
        };
        Some(json!({"type": "content_block_delta", "index": substream.block, "delta": delta}))
    },
    blocked_response: |model_id, message| {
        Some(json!({
            "id": MESSAGE_ID,
            "type": "message",
            "role": "assistant",
            "model": model_id,
            "content": [{"type": "text", "text": message}],
            "stop_reason": "refusal",
            "stop_sequence": null,
            "usage": {"input_tokens": 0, "output_tokens": 0},
        }))
    },
    blocked_events: |model_id, message, progress| {
        let mut events = Vec::new();
        if !progress.has_started() {
            events.push(json!({"type": "message_start", "message": {
                "id": MESSAGE_ID,
                "type": "message",
                "role": "assistant",
                "model": model_id,
                "content": [],
                "stop_reason": null,
                "stop_sequence": null,
                "usage": {"input_tokens": 0, "output_tokens": 0},
            }}));
        }
        let stop = |block: u64| json!({"type": "content_block_stop", "index": block});
        let block = match progress.open_block() {
            Some((open, true)) => open,
            open => {
                events.extend(open.map(|(open, _)| stop(open)));
                events.push(json!({
                    "type": "content_block_start",
                    "index": progress.next_block(),
                    "content_block": {"type": "text", "text": ""},
                }));
                progress.next_block()
            }
        };
        events.push(json!({
            "type": "content_block_delta",
            "index": block,
            "delta": {"type": "text_delta", "text": message},
        }));
        events.push(stop(block));
        events.push(json!({
            "type": "message_delta",
            "delta": {"stop_reason": "refusal", "stop_sequence": null},
            "usage": {"output_tokens": 0},
        }));
        events.push(json!({"type": "message_stop"}));
        Some(events)
    },
    ..Family::NO_TEXT
};
