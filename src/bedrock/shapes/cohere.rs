//! Cohere: Command, Command R, Embed, Rerank.

use crate::bedrock::table::FieldRule::{
    Delta, Free, History, In, InAs, Json, Plain, PlainTree, RoleText, Skipped, Text, Token,
};
use crate::bedrock::table::{DeltaKind, Role, Tag, table};
use crate::bedrock::text_field::FieldKind::{
    AssistantText, Citation, Document, Echo, EmbeddingInput, RequestMetadata, StopSequence, System, ToolDefinition,
    ToolInput, ToolResult, UserText,
};
use crate::bedrock::text_field::SkipReason::Image;

use super::guardrail::{REQUEST_COMMON, RESPONSE_COMMON};

table! {
    CHAT_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
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
    EMBED_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("texts[]", Text(EmbeddingInput)),
        ("images[]", Skipped(Image)),
        ("inputs[].content[]", In(&EMBED_PART)),
        ("input_type", Plain),
        ("truncate", Plain),
        ("embedding_types[]", Plain),
    ]
}

table! {
    EMBED_PART: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("text: text", Text(EmbeddingInput)),
        ("image_url: image_url", Skipped(Image)),
    ]
}

table! {
    /// A document is a string, an object, or an object written into a string.
    RERANK_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("query", Text(EmbeddingInput)),
        ("documents[]", Json(Document)),
        ("rank_fields[]", Plain),
    ]
}

table! {
    RERANK_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("results[].document", Json(Echo)),
        ("meta", PlainTree),
    ]
}

table! {
    /// The whole prompt comes back.
    COMMAND_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
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
    COMMAND_CHUNK: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("text", Delta(DeltaKind::Text)),
        ("finish_reason", Plain),
    ]
}

table! {
    /// `chat_history` is the whole conversation, the answer once more included.
    CHAT_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
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
    CHAT_CHUNK: Tag::Member("event_type"), Some(&RESPONSE_COMMON), [
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
        ("stream-end: response", In(&CHAT_RESPONSE)),
        ("debug: prompt", Text(Echo)),
    ]
}
