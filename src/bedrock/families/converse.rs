//! Converse and the events of ConverseStream.

use serde_json::{Value, json};

use crate::bedrock::model_event::{EventKind, SubstreamId};
use crate::bedrock::progress::Progress;
use crate::bedrock::table::FieldRule::{
    Delta, File, Free, In, InAs, Json, Messages, Named, Plain, PlainTree, RoleText, Signature, Skipped, Text,
};
use crate::bedrock::table::{DeltaKind, FileRule, Role, Table, Tag, Unsigned, table};
use crate::bedrock::text_field::FieldKind::{
    AssistantText, Citation, Document, DocumentName, Free as FreeText, PromptVariable, Reasoning, RequestMetadata,
    StopSequence, ToolDefinition, ToolInput, ToolResult,
};
use crate::bedrock::text_field::SkipReason::{Audio, Encrypted, Image, S3Location, Video};

use super::common::{RESPONSE_COMMON, TRACE};
use super::family::{Family, Fields};

table! {
    REQUEST: Tag::None, None, [
        ("modelId", Plain),
        ("messages", Messages),
        ("messages[].role", Plain),
        ("messages[].content[]", In(&BLOCK)),
        ("system[]", InAs(Role::System, &BLOCK)),
        ("toolConfig.tools[]", In(&TOOL)),
        ("toolConfig.toolChoice.tool.name", Text(ToolDefinition)),
        ("inferenceConfig.stopSequences[]", Text(StopSequence)),
        ("additionalModelRequestFields", Free(FreeText)),
        ("additionalModelResponseFieldPaths[]", Plain),
        ("promptVariables", Named(PromptVariable)),
        ("promptVariables.*", In(&VARIABLE)),
        ("outputConfig.effort", Plain),
        ("outputConfig.textFormat.type", Plain),
        ("outputConfig.textFormat.structure.jsonSchema.name", Text(ToolDefinition)),
        ("outputConfig.textFormat.structure.jsonSchema.description", Text(ToolDefinition)),
        ("outputConfig.textFormat.structure.jsonSchema.schema", Json(ToolDefinition)),
        ("requestMetadata", Free(RequestMetadata)),
        ("guardrailConfig", PlainTree),
        ("performanceConfig", PlainTree),
        ("serviceTier", PlainTree),
    ]
}

table! { VARIABLE: Tag::Union, None, [("text", Text(PromptVariable))] }

table! {
    TOOL: Tag::Union, None, [
        ("toolSpec.name", Text(ToolDefinition)),
        ("toolSpec.description", Text(ToolDefinition)),
        ("toolSpec.inputSchema.json", Free(ToolDefinition)),
        ("systemTool.name", Text(ToolDefinition)),
        ("cachePoint", PlainTree),
    ]
}

table! {
    BLOCK: Tag::Union, None, [
        ("text", RoleText),
        ("reasoningContent", In(&REASONING)),
        ("toolUse.toolUseId", Plain),
        ("toolUse.type", Plain),
        ("toolUse.name", Text(ToolInput)),
        ("toolUse.input", Free(ToolInput)),
        ("toolResult.toolUseId", Plain),
        ("toolResult.type", Plain),
        ("toolResult.status", Plain),
        ("toolResult.content[]", InAs(Role::Tool, &RESULT)),
        ("document.name", Text(DocumentName)),
        ("document.format", Plain),
        ("document.context", Text(Document)),
        ("document.citations", PlainTree),
        ("document.source", InAs(Role::Document, &DOCUMENT_SOURCE)),
        ("searchResult.source", Text(Document)),
        ("searchResult.title", Text(Document)),
        ("searchResult.content[]", InAs(Role::Document, &BLOCK)),
        ("searchResult.citations", PlainTree),
        ("citationsContent.content[]", In(&BLOCK)),
        ("citationsContent.citations[]", In(&CITATION)),
        ("guardContent", In(&GUARD)),
        ("image.format", Plain),
        ("image.source", Skipped(Image)),
        ("image.error.message", Text(AssistantText)),
        ("video.format", Plain),
        ("video.source", Skipped(Video)),
        ("audio.format", Plain),
        ("audio.source", Skipped(Audio)),
        ("audio.error.message", Text(AssistantText)),
        ("cachePoint", PlainTree),
        ("toolAddition.tool.type", Plain),
        ("toolAddition.tool.name", Text(ToolDefinition)),
        ("toolAddition.tool.serverName", Text(FreeText)),
        ("toolRemoval.tool.type", Plain),
        ("toolRemoval.tool.name", Text(ToolDefinition)),
        ("toolRemoval.tool.serverName", Text(FreeText)),
    ]
}

table! {
    RESULT: Tag::Union, Some(&BLOCK), [("json", Free(ToolResult))]
}

table! {
    REASONING: Tag::Union, None, [
        ("reasoningText.text", Text(Reasoning)),
        ("reasoningText.signature", Signature(Unsigned::Withhold)),
        ("redactedContent", Skipped(Encrypted)),
    ]
}

table! {
    GUARD: Tag::Union, None, [
        ("text.text", RoleText),
        ("text.qualifiers[]", Plain),
        ("image", Skipped(Image)),
    ]
}

table! {
    DOCUMENT_SOURCE: Tag::Union, None, [
        ("text", Text(Document)),
        ("content[]", In(&BLOCK)),
        ("bytes", File(FileRule::Format)),
        ("s3Location", Skipped(S3Location)),
    ]
}

table! {
    CITATION: Tag::None, None, [
        ("title", Text(Citation)),
        ("source", Text(Citation)),
        ("sourceContent[].text", Text(Citation)),
        ("location", In(&LOCATION)),
    ]
}

table! {
    LOCATION: Tag::Union, None, [
        ("web.url", Text(Citation)),
        ("web.domain", Text(Citation)),
        ("documentChar", In(&OFFSETS)),
        ("documentChunk", In(&OFFSETS)),
        ("documentPage", In(&OFFSETS)),
        ("searchResultLocation", In(&OFFSETS)),
    ]
}

table! {
    /// Numbers with fixed names. A string would be text.
    OFFSETS: Tag::None, None, []
}

table! {
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("output.message.role", Plain),
        ("output.message.content[]", InAs(Role::Assistant, &BLOCK)),
        ("stopReason", Plain),
        ("usage", PlainTree),
        ("metrics", PlainTree),
        ("additionalModelResponseFields", Free(FreeText)),
        ("trace.guardrail", In(&TRACE)),
        ("trace.promptRouter", PlainTree),
        ("performanceConfig", PlainTree),
        ("serviceTier", PlainTree),
    ]
}

table! { MESSAGE_START: Tag::None, None, [("role", Plain), ("p", Plain)] }

table! {
    BLOCK_START: Tag::None, None, [("start", In(&START)), ("p", Plain)]
}

table! {
    START: Tag::Union, None, [
        ("toolUse.toolUseId", Plain),
        ("toolUse.type", Plain),
        ("toolUse.name", Text(ToolInput)),
        ("toolResult.toolUseId", Plain),
        ("toolResult.type", Plain),
        ("toolResult.status", Plain),
        ("image.format", Plain),
    ]
}

table! {
    BLOCK_DELTA: Tag::None, None, [("delta", In(&DELTA)), ("p", Plain)]
}

table! {
    DELTA: Tag::Union, None, [
        ("text", Delta(DeltaKind::Text)),
        ("toolUse.input", Delta(DeltaKind::ToolArguments)),
        ("toolResult[].text", Delta(DeltaKind::ToolResult)),
        ("toolResult[].json", Free(ToolResult)),
        ("reasoningContent", In(&REASONING_DELTA)),
        ("citation", In(&CITATION)),
        ("image.source", Skipped(Image)),
        ("image.error.message", Text(AssistantText)),
    ]
}

table! {
    REASONING_DELTA: Tag::Union, None, [
        ("text", Delta(DeltaKind::Reasoning)),
        ("signature", Signature(Unsigned::Withhold)),
        ("redactedContent", Skipped(Encrypted)),
    ]
}

table! { BLOCK_STOP: Tag::None, None, [("p", Plain)] }

table! {
    MESSAGE_STOP: Tag::None, None, [
        ("stopReason", Plain),
        ("additionalModelResponseFields", Free(FreeText)),
        ("p", Plain),
    ]
}

table! {
    METADATA: Tag::None, None, [
        ("usage", PlainTree),
        ("metrics", PlainTree),
        ("trace.guardrail", In(&TRACE)),
        ("trace.promptRouter", PlainTree),
        ("performanceConfig", PlainTree),
        ("serviceTier", PlainTree),
        ("p", Plain),
    ]
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_any(&["output", "stopReason"]).then_some(&RESPONSE)
}

/// Returns the role and the table of an event of this type.
pub(in crate::bedrock) fn event(event_type: &str) -> Option<(EventKind, &'static Table)> {
    Some(match event_type {
        "messageStart" => (EventKind::MessageStart, &MESSAGE_START),
        "contentBlockStart" => (EventKind::ContentBlockStart, &BLOCK_START),
        "contentBlockDelta" => (EventKind::Delta, &BLOCK_DELTA),
        "contentBlockStop" => (EventKind::ContentBlockStop, &BLOCK_STOP),
        "messageStop" => (EventKind::MessageStop, &MESSAGE_STOP),
        "metadata" => (EventKind::Metadata, &METADATA),
        _ => return None,
    })
}

pub(super) static FAMILY: Family = Family {
    has_content_blocks: true,
    has_only_delta: |_| true,
    blocked_response: |_, message| {
        Some(json!({
            "metrics": {"latencyMs": 0},
            "output": {"message": {"content": [{"text": message}], "role": "assistant"}},
            "stopReason": INTERVENED,
            "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
        }))
    },
    ..Family::NO_TEXT
};

const INTERVENED: &str = "guardrail_intervened";

/// Makes the body of an event `contentBlockDelta` that continues a substream.
pub(in crate::bedrock) fn delta(substream: SubstreamId, text: &str) -> Value {
    let delta = match substream.kind {
        DeltaKind::Text | DeltaKind::Refusal | DeltaKind::Transcript => json!({"text": text}),
        DeltaKind::Reasoning | DeltaKind::ReasoningSummary => json!({"reasoningContent": {"text": text}}),
        DeltaKind::ToolArguments | DeltaKind::FunctionArguments => json!({"toolUse": {"input": text}}),
        DeltaKind::ToolResult => json!({"toolResult": [{"text": text}]}),
    };
    json!({"delta": delta, "contentBlockIndex": substream.block})
}

/// Makes the events that end a stream with this message: their types and bodies.
pub(in crate::bedrock) fn blocked_events(message: &str, progress: &Progress) -> Vec<(&'static str, Value)> {
    let mut events = message_events(message, INTERVENED, progress);
    events.push((
        "metadata",
        json!({
            "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
            "metrics": {"latencyMs": 0},
        }),
    ));
    events
}

/// Makes the events of a message up to `messageStop`. An open content block of text takes the message; any other is ended first.
pub(super) fn message_events(message: &str, reason: &str, progress: &Progress) -> Vec<(&'static str, Value)> {
    let mut events = Vec::new();
    if !progress.has_started() {
        events.push(("messageStart", json!({"role": "assistant"})));
    }
    let stop = |block: u64| ("contentBlockStop", json!({"contentBlockIndex": block}));
    let block = match progress.open_block() {
        Some((open, true)) => open,
        open => {
            events.extend(open.map(|(open, _)| stop(open)));
            progress.next_block()
        }
    };
    events.push(("contentBlockDelta", json!({"delta": {"text": message}, "contentBlockIndex": block})));
    events.push(stop(block));
    events.push(("messageStop", json!({"stopReason": reason})));
    events
}
