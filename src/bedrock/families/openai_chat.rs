//! OpenAI chat, a format that a dozen families share. Completions and Mistral chat are dialects of it.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::bedrock::model_event::EventKind;
use crate::bedrock::table::FieldRule::{
    Delta, File, Free, In, InAs, Json, Messages, Plain, PlainTree, RoleText, Signature, Skipped, Text, Token,
};
use crate::bedrock::table::{DeltaKind, FieldRule, FileRule, Role, Table, Tag, Unsigned, table};
use crate::bedrock::text_field::FieldKind::{
    AssistantText, Citation, Document, Reasoning, RequestMetadata, StopSequence, ToolDefinition, ToolInput, UserText,
};
use crate::bedrock::text_field::SkipReason::{Audio, Image};
use crate::json::JsonDocument;

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::family::{Family, Fields};

table! {
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("model", Plain),
        ("messages", Messages),
        ("messages[]", In(&MESSAGE)),
        ("tools[].type", Plain),
        ("tools[].function.name", Text(ToolDefinition)),
        ("tools[].function.description", Text(ToolDefinition)),
        ("tools[].function.parameters", Free(ToolDefinition)),
        ("functions", Free(ToolDefinition)),
        ("tool_choice", Plain),
        ("tool_choice.type", Plain),
        ("tool_choice.function.name", Text(ToolDefinition)),
        ("response_format.type", Plain),
        ("response_format.json_schema.name", Text(ToolDefinition)),
        ("response_format.json_schema.description", Text(ToolDefinition)),
        ("response_format.json_schema.schema", Free(ToolDefinition)),
        ("documents", Free(Document)),
        ("stop", Text(StopSequence)),
        ("user", Text(RequestMetadata)),
        ("metadata", Free(RequestMetadata)),
        ("safety_identifier", Text(RequestMetadata)),
        ("reasoning_effort", Plain),
        ("service_tier", Plain),
        ("logit_bias", PlainTree),
    ]
}

table! {
    /// A message of a request or response. In the documentation of Writer, `content` is an object with `text`.
    MESSAGE: Tag::None, None, [
        ("role", Plain),
        ("name", Text(UserText)),
        ("content", RoleText),
        ("content.text", RoleText),
        ("content[]", In(&CONTENT_PART)),
        ("refusal", RoleText),
        ("reasoning", Text(Reasoning)),
        ("reasoning_content", Text(Reasoning)),
        ("reasoning_signature", Signature(Unsigned::Empty)),
        ("thought_signature", Signature(Unsigned::Empty)),
        ("reasoning_details[].type", Plain),
        ("reasoning_details[].id", Plain),
        ("reasoning_details[].format", Plain),
        ("reasoning_details[].signature", Signature(Unsigned::Empty)),
        ("reasoning_details[].text", Text(Reasoning)),
        ("tool_call_id", Plain),
        ("tool_calls[].id", Plain),
        ("tool_calls[].type", Plain),
        ("tool_calls[].function.name", Text(ToolInput)),
        ("tool_calls[].function.arguments", Json(ToolInput)),
        ("function_call.name", Text(ToolInput)),
        ("function_call.arguments", Json(ToolInput)),
        ("annotations", Free(Citation)),
        ("audio.id", Plain),
        ("audio.data", Skipped(Audio)),
        ("audio.transcript", Text(AssistantText)),
    ]
}

table! {
    CONTENT_PART: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("*: cache_control", PlainTree),
        ("text|input_text|output_text: text", RoleText),
        ("refusal: refusal", RoleText),
        ("thinking: thinking", Text(Reasoning)),
        ("image_url|image: image_url", Skipped(Image)),
        ("input_audio|audio_url: input_audio", Skipped(Audio)),
        ("audio_url: audio_url", Skipped(Audio)),
        ("file|document_url: file", File(FileRule::Url)),
        ("file|document_url: file.filename", Text(Document)),
        ("file|document_url: file.file_data", File(FileRule::Url)),
        ("file|document_url: file.file_id", Plain),
        ("file: file_id", Plain),
        ("document_url: document_url", File(FileRule::Url)),
        ("document_url: document_url.url", File(FileRule::Url)),
        ("document_url: document_name", Text(Document)),
    ]
}

table! {
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("object", Plain),
        ("model", Plain),
        ("system_fingerprint", Plain),
        ("service_tier", Plain),
        ("choices[].message", InAs(Role::Assistant, &MESSAGE)),
        ("choices[].text", Text(AssistantText)),
        ("choices[].finish_reason", Plain),
        ("choices[].stop_reason", Plain),
        ("choices[].logprobs.content[]", In(&LOGPROB)),
        ("choices[].logprobs.refusal[]", In(&LOGPROB)),
        ("choices[].logprobs.tokens[]", Token),
        // The most likely tokens at each position, as names.
        ("choices[].logprobs.top_logprobs", Token),
        // vLLM returns tokens as their numbers too.
        ("choices[].token_ids", Token),
        ("choices[].prompt_token_ids", Token),
        ("choices[].prompt_logprobs", Token),
        ("prompt_token_ids", Token),
        ("prompt_logprobs", Token),
        ("usage", PlainTree),
        ("error.message", Text(AssistantText)),
        ("error.type", Plain),
        ("error.code", Plain),
        ("error.param", Plain),
    ]
}

table! {
    /// A token, and the most likely others.
    LOGPROB: Tag::None, None, [
        ("token", Token),
        ("token_id", Token),
        ("bytes", Token),
        ("top_logprobs[].token", Token),
        ("top_logprobs[].bytes", Token),
    ]
}

table! {
    /// Mistral chat sends `message` instead of `delta`, with complete tool calls.
    CHUNK: Tag::None, Some(&RESPONSE), [
        ("choices[].delta", In(&CHUNK_DELTA)),
        ("choices[].message", In(&CHUNK_MESSAGE)),
        ("choices[].text", Delta(DeltaKind::Text)),
        ("obfuscation", Plain),
    ]
}

table! {
    CHUNK_MESSAGE: Tag::None, Some(&MESSAGE), [
        ("content", Delta(DeltaKind::Text)),
        ("refusal", Delta(DeltaKind::Refusal)),
        ("reasoning", Delta(DeltaKind::Reasoning)),
        ("reasoning_content", Delta(DeltaKind::Reasoning)),
        ("audio.transcript", Delta(DeltaKind::Transcript)),
        ("content.text", Delta(DeltaKind::Text)),
        ("content[]", In(&CHUNK_PART)),
        ("thinking", Delta(DeltaKind::Reasoning)),
        ("stop_reason", Plain),
        ("channel", Plain),
        ("citations", Free(Citation)),
        ("graph_data", Free(Document)),
        ("llm_data", Free(Document)),
        ("reasoning_details[].text", Delta(DeltaKind::Reasoning)),
        ("*", FieldRule::Unknown),
    ]
}

table! {
    /// A delta of a content part.
    CHUNK_PART: Tag::None, None, [
        ("type", Plain),
        ("text", Delta(DeltaKind::Text)),
        ("refusal", Delta(DeltaKind::Refusal)),
        ("thinking", Delta(DeltaKind::Reasoning)),
        ("thinking[].type", Plain),
        ("thinking[].text", Delta(DeltaKind::Reasoning)),
        ("image_url", Skipped(Image)),
        ("*", FieldRule::Unknown),
    ]
}

table! {
    CHUNK_DELTA: Tag::None, Some(&CHUNK_MESSAGE), [
        ("tool_calls[].function.arguments", Delta(DeltaKind::ToolArguments)),
        ("function_call.arguments", Delta(DeltaKind::FunctionArguments)),
    ]
}

pub(super) fn request(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("messages").then_some(&REQUEST)
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has("choices").then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    event.has("choices").then_some(&CHUNK)
}

/// Returns `true` if an event is the string with which Writer ends its streams.
pub(in crate::bedrock) fn is_end_marker(doc: &JsonDocument<'_>) -> bool {
    doc.as_str(JsonDocument::ROOT).is_some_and(|text| text == "[DONE]")
}

/// Returns `true` if one of the choices has this field.
pub(super) fn choices_have(body: Fields<'_, '_>, name: &str) -> bool {
    body.get("choices").is_some_and(|choices| choices.items().any(|choice| choice.has(name)))
}

/// Returns `true` if a chunk has no more than text of one choice: neither the role of its message nor the usage.
fn has_only_delta(event: Fields<'_, '_>) -> bool {
    let mut choices = event.get("choices").into_iter().flat_map(Fields::items);
    let Some(choice) = choices.next().filter(|_| choices.next().is_none()) else { return false };
    let Some(delta) = choice.get("delta") else { return false };
    let says_more =
        |(name, value): (Cow<'_, str>, Fields<'_, '_>)| !(matches!(&*name, "index" | "delta") || value.is_null());
    event.get("usage").is_none_or(Fields::is_null)
        && !choice.members().any(says_more)
        && delta
            .members()
            .filter(|(_, value)| !value.is_null())
            .all(|(name, _)| !matches!(&*name, "role" | "tool_calls"))
}

const COMPLETION_ID: &str = "chatcmpl-guardrail-intervened";

pub(super) static FAMILY: Family = Family {
    // The last chunk contains counters and no choice.
    event_kind: |event, ended| match event.get("choices") {
        _ if !ended.is_empty() => EventKind::ChoiceStop,
        Some(choices) if choices.items().next().is_none() => EventKind::Metadata,
        _ => EventKind::Delta,
    },
    has_only_delta,
    ended_choices: |event| event.ended_choices_in("choices"),
    text_event: |substream, text| {
        let delta = match substream.kind {
            DeltaKind::ToolArguments => {
                json!({"tool_calls": [{"index": substream.block, "function": {"arguments": text}}]})
            }
            DeltaKind::FunctionArguments => json!({"function_call": {"arguments": text}}),
            DeltaKind::Reasoning | DeltaKind::ReasoningSummary => json!({"reasoning_content": text}),
            DeltaKind::Refusal => json!({"refusal": text}),
            DeltaKind::Transcript => json!({"audio": {"transcript": text}}),
            DeltaKind::Text | DeltaKind::ToolResult => json!({"content": text}),
        };
        Some(json!({
            "object": "chat.completion.chunk",
            "choices": [{"index": substream.choice, "delta": delta, "finish_reason": null}],
        }))
    },
    blocked_response: |model_id, message| {
        Some(json!({
            "id": COMPLETION_ID,
            "object": "chat.completion",
            "created": 0,
            "model": model_id,
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": message},
                "finish_reason": "content_filter",
            }],
            "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        }))
    },
    blocked_events: |model_id, message, progress| {
        let event = |delta: Value, reason: Option<&str>| {
            let choice = |index| json!({"index": index, "delta": delta, "finish_reason": reason});
            json!({
                "id": COMPLETION_ID,
                "object": "chat.completion.chunk",
                "created": 0,
                "model": model_id,
                "choices": progress.each_open_choice(choice),
            })
        };
        Some(vec![
            event(json!({"role": "assistant", "content": message}), None),
            event(json!({}), Some("content_filter")),
        ])
    },
    ..Family::NO_TEXT
};
