//! Converse, its stream events, and the operations beside it.

use crate::bedrock::files::FileRule;
use crate::bedrock::table::FieldRule::{
    Body, Delta, File, Free, In, InAs, Json, Messages, ModelInput, Named, Plain, PlainTree, RoleText, Signature,
    Skipped, Text,
};
use crate::bedrock::table::{DeltaKind, Role, Table, Tag, Unsigned, table};
use crate::bedrock::text_field::FieldKind::{
    AssistantText, Citation, Document, DocumentName, Free as FreeText, PromptVariable, Reasoning, RequestMetadata,
    StopSequence, ToolDefinition, ToolInput, ToolResult, UserText,
};
use crate::bedrock::text_field::SkipReason::{Audio, Encrypted, Image, S3Location, Video};

use super::guardrail::{ASSESSMENT, RESPONSE_COMMON, TRACE};

table! {
    CONVERSE_REQUEST: Tag::None, None, [
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
    /// Numbers under fixed names. A string would be text.
    OFFSETS: Tag::None, None, []
}

table! {
    CONVERSE_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
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

/// The table of a ConverseStream event.
pub(in crate::bedrock) fn event_table(event_type: &str) -> Option<&'static Table> {
    Some(match event_type {
        "messageStart" => &MESSAGE_START,
        "contentBlockStart" => &BLOCK_START,
        "contentBlockDelta" => &BLOCK_DELTA,
        "contentBlockStop" => &BLOCK_STOP,
        "messageStop" => &MESSAGE_STOP,
        "metadata" => &METADATA,
        _ => return None,
    })
}

table! {
    APPLY_GUARDRAIL_REQUEST: Tag::None, None, [
        ("source", Plain),
        ("outputScope", Plain),
        ("content[]", In(&GUARD)),
    ]
}

table! {
    APPLY_GUARDRAIL_RESPONSE: Tag::None, None, [
        ("action", Plain),
        ("actionReason", Text(FreeText)),
        ("outputs[].text", Text(UserText)),
        ("output[].text", Text(UserText)),
        ("blockedResponse", Text(UserText)),
        ("assessments[]", In(&ASSESSMENT)),
        ("usage", PlainTree),
        ("guardrailCoverage", PlainTree),
    ]
}

table! {
    COUNT_REQUEST: Tag::None, None, [("input", In(&COUNT_INPUT))]
}

table! {
    COUNT_INPUT: Tag::Union, None, [
        ("invokeModel.body", Body),
        ("converse", In(&CONVERSE_REQUEST)),
    ]
}

table! { COUNT_RESPONSE: Tag::None, None, [] }

table! {
    ASYNC_REQUEST: Tag::None, None, [
        ("modelId", Plain),
        ("modelInput", ModelInput),
        ("clientRequestToken", Plain),
        ("outputDataConfig", PlainTree),
        ("tags[].key", Text(RequestMetadata)),
        ("tags[].value", Text(RequestMetadata)),
    ]
}

table! { ASYNC_RESPONSE: Tag::None, None, [("invocationArn", Plain)] }
