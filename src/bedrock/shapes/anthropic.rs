//! Anthropic: Messages, and the older text completion.

use crate::bedrock::files::FileRule;
use crate::bedrock::table::FieldRule::{
    Delta, File, Free, In, InAs, Messages, Plain, PlainTree, RoleText, Signature, Signed, Skipped, Text,
};
use crate::bedrock::table::{DeltaKind, Role, Tag, Unsigned, table};
use crate::bedrock::text_field::FieldKind::{
    AssistantText, Citation, Document, Reasoning, RequestMetadata, StopSequence, System, ToolDefinition, ToolInput,
    ToolResult,
};
use crate::bedrock::text_field::SkipReason::{Encrypted, Image};

use super::guardrail::{REQUEST_COMMON, RESPONSE_COMMON};

table! {
    MESSAGES_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
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
        // A fetched page is a document block; files that code wrote are a list.
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
    MESSAGES_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
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
    MESSAGES_CHUNK: Tag::Member("type"), Some(&RESPONSE_COMMON), [
        ("*: type", Plain),
        ("message_start: message", In(&MESSAGES_RESPONSE)),
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
    /// A block that opens may carry the beginning of its text already.
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

table! {
    TEXT_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("model", Plain),
        ("type", Plain),
        ("completion", Text(AssistantText)),
        ("stop_reason", Plain),
        ("stop", Text(StopSequence)),
    ]
}

table! {
    TEXT_CHUNK: Tag::None, Some(&TEXT_RESPONSE), [
        ("completion", Delta(DeltaKind::Text)),
    ]
}
