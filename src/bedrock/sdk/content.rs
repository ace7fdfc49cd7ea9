//! The text of content blocks.

use aws_sdk_bedrockruntime::types::{
    AudioBlock, CitationGeneratedContent, CitationsContentBlock, ContentBlock, DocumentBlock, DocumentContentBlock,
    DocumentSource, ErrorBlock, GuardrailConverseContentBlock, ImageBlock, ImageSource, Message, ReasoningContentBlock,
    SearchResultBlock, SystemContentBlock, ToolReference, ToolResultBlock, ToolResultContentBlock, VideoBlock,
};
use aws_smithy_types::Blob;

use crate::bedrock::error::BodyError;
use crate::bedrock::history::Speaker;
use crate::bedrock::reasoning::WITHHELD;
use crate::bedrock::table::Role;
use crate::bedrock::text_field::{FieldKind, SkipReason};

use super::citation::citation;
use super::free_form::free;
use super::walk::{SdkWalk, WalkResult};

/// Visits a message of a request. Returns `true` if it calls a tool and no longer begins with reasoning.
pub(super) fn message(walk: &mut SdkWalk<'_, '_>, message: &mut Message) -> Result<bool, BodyError> {
    let role = Role::from_name(message.role.as_str()).unwrap_or(Role::User);
    content(walk, role, &mut message.content)?;
    let begins_unsigned = message.content.first().is_some_and(is_unsigned);
    withhold_unsigned(&mut message.content);
    let begins_anew = message.content.first().is_some_and(|block| !block.is_reasoning_content());
    Ok(begins_unsigned && begins_anew && message.content.iter().any(ContentBlock::is_tool_use))
}

/// Returns the author of a message.
pub(super) fn speaker(message: &Message) -> Speaker {
    let mut blocks = message.content.iter().filter(|block| !matches!(block, ContentBlock::CachePoint(_))).peekable();
    let results_only = blocks.peek().is_some() && blocks.all(ContentBlock::is_tool_result);
    Speaker::of(Role::from_name(message.role.as_str()), results_only)
}

/// Removes reasoning with an empty signature, because it was changed in this request or in the response that it comes from.
fn withhold_unsigned(content: &mut Vec<ContentBlock>) {
    let before = content.len();
    content.retain(|block| !is_unsigned(block));
    if content.is_empty() && before > 0 {
        content.push(ContentBlock::Text(WITHHELD.to_owned()));
    }
}

/// Visits the content of a message of this role.
pub(super) fn content(walk: &mut SdkWalk<'_, '_>, role: Role, blocks: &mut [ContentBlock]) -> WalkResult {
    walk.list("content", blocks, |walk, item| block(walk, role, item))
}

fn block(walk: &mut SdkWalk<'_, '_>, role: Role, block: &mut ContentBlock) -> WalkResult {
    match block {
        ContentBlock::Audio(audio) => walk.member("audio", |walk| audio_block(walk, audio)),
        ContentBlock::CachePoint(_) => Ok(()),
        ContentBlock::CitationsContent(cited) => walk.member("citationsContent", |walk| citations(walk, role, cited)),
        ContentBlock::Document(file) => walk.member("document", |walk| document(walk, file)),
        ContentBlock::GuardContent(guarded) => walk.member("guardContent", |walk| guard_content(walk, role, guarded)),
        ContentBlock::Image(picture) => walk.member("image", |walk| image(walk, picture)),
        ContentBlock::ReasoningContent(thought) => walk.member("reasoningContent", |walk| reasoning(walk, thought)),
        ContentBlock::SearchResult(found) => walk.member("searchResult", |walk| search_result(walk, found)),
        ContentBlock::Text(text) => walk.text_in("text", role.field_kind(), text),
        ContentBlock::ToolAddition(change) => {
            walk.member("toolAddition", |walk| tool_reference(walk, &mut change.tool))
        }
        ContentBlock::ToolRemoval(change) => walk.member("toolRemoval", |walk| tool_reference(walk, &mut change.tool)),
        ContentBlock::ToolResult(result) => walk.member("toolResult", |walk| tool_result(walk, result)),
        ContentBlock::ToolUse(call) => walk.member("toolUse", |walk| {
            walk.text_in("name", FieldKind::ToolInput, &mut call.name)?;
            walk.member("input", |walk| free(walk, FieldKind::ToolInput, &mut call.input))
        }),
        ContentBlock::Video(film) => walk.member("video", |walk| video(walk, film)),
        _ => Err(walk.unknown()),
    }
}

fn is_unsigned(block: &ContentBlock) -> bool {
    match block {
        ContentBlock::ReasoningContent(ReasoningContentBlock::ReasoningText(text)) => {
            text.signature.as_deref() == Some("")
        }
        _ => false,
    }
}

/// Visits a content block of the system prompt.
pub(super) fn system(walk: &mut SdkWalk<'_, '_>, block: &mut SystemContentBlock) -> WalkResult {
    match block {
        SystemContentBlock::CachePoint(_) => Ok(()),
        SystemContentBlock::GuardContent(guarded) => {
            walk.member("guardContent", |walk| guard_content(walk, Role::System, guarded))
        }
        SystemContentBlock::Text(text) => walk.text_in("text", FieldKind::System, text),
        _ => Err(walk.unknown()),
    }
}

fn citations(walk: &mut SdkWalk<'_, '_>, role: Role, cited: &mut CitationsContentBlock) -> WalkResult {
    walk.list_if("content", &mut cited.content, |walk, item| match item {
        CitationGeneratedContent::Text(text) => walk.text_in("text", role.field_kind(), text),
        _ => Err(walk.unknown()),
    })?;
    walk.list_if("citations", &mut cited.citations, citation)
}

fn guard_content(walk: &mut SdkWalk<'_, '_>, role: Role, guarded: &mut GuardrailConverseContentBlock) -> WalkResult {
    match guarded {
        GuardrailConverseContentBlock::Image(image) => {
            let size = image.source.as_ref().map_or(Some(0), |source| source.as_bytes().ok().map(size));
            skipped(walk, "image", SkipReason::Image, size)
        }
        GuardrailConverseContentBlock::Text(text) => {
            walk.member("text", |walk| walk.text_in("text", role.field_kind(), &mut text.text))
        }
        _ => Err(walk.unknown()),
    }
}

fn reasoning(walk: &mut SdkWalk<'_, '_>, thought: &mut ReasoningContentBlock) -> WalkResult {
    match thought {
        ReasoningContentBlock::ReasoningText(text) => walk.member("reasoningText", |walk| {
            if walk.changes_text_in("text", FieldKind::Reasoning, &mut text.text)?
                && let Some(signature) = &mut text.signature
            {
                signature.clear();
            }
            Ok(())
        }),
        ReasoningContentBlock::RedactedContent(bytes) => walk.member("redactedContent", |walk| {
            walk.skip(SkipReason::Encrypted, bytes.as_ref().len());
            Ok(())
        }),
        _ => Err(walk.unknown()),
    }
}

fn tool_reference(walk: &mut SdkWalk<'_, '_>, tool: &mut Option<ToolReference>) -> WalkResult {
    walk.member_if("tool", tool, |walk, tool| {
        walk.text_if("name", FieldKind::ToolDefinition, &mut tool.name)?;
        walk.text_if("serverName", FieldKind::Free, &mut tool.server_name)
    })
}

fn tool_result(walk: &mut SdkWalk<'_, '_>, result: &mut ToolResultBlock) -> WalkResult {
    walk.list("content", &mut result.content, |walk, item| match item {
        ToolResultContentBlock::Document(file) => walk.member("document", |walk| document(walk, file)),
        ToolResultContentBlock::Image(picture) => walk.member("image", |walk| image(walk, picture)),
        ToolResultContentBlock::Json(value) => walk.member("json", |walk| free(walk, FieldKind::ToolResult, value)),
        ToolResultContentBlock::SearchResult(found) => walk.member("searchResult", |walk| search_result(walk, found)),
        ToolResultContentBlock::Text(text) => walk.text_in("text", FieldKind::ToolResult, text),
        ToolResultContentBlock::Video(film) => walk.member("video", |walk| video(walk, film)),
        _ => Err(walk.unknown()),
    })
}

fn document(walk: &mut SdkWalk<'_, '_>, file: &mut DocumentBlock) -> WalkResult {
    walk.text_in("name", FieldKind::DocumentName, &mut file.name)?;
    walk.text_if("context", FieldKind::Document, &mut file.context)?;
    let format = file.format.as_str();
    walk.member_if("source", &mut file.source, |walk, source| match source {
        DocumentSource::Bytes(bytes) => walk.member("bytes", |walk| walk.file(format, bytes)),
        DocumentSource::Content(content) => walk.list("content", content, |walk, item| match item {
            DocumentContentBlock::Text(text) => walk.text_in("text", FieldKind::Document, text),
            _ => Err(walk.unknown()),
        }),
        DocumentSource::S3Location(_) => walk.member("s3Location", |walk| {
            walk.skip(SkipReason::S3Location, 0);
            Ok(())
        }),
        DocumentSource::Text(text) => walk.text_in("text", FieldKind::Document, text),
        _ => Err(walk.unknown()),
    })
}

fn search_result(walk: &mut SdkWalk<'_, '_>, found: &mut SearchResultBlock) -> WalkResult {
    walk.text_in("source", FieldKind::Document, &mut found.source)?;
    walk.text_in("title", FieldKind::Document, &mut found.title)?;
    walk.list("content", &mut found.content, |walk, item| walk.text_in("text", FieldKind::Document, &mut item.text))
}

fn image(walk: &mut SdkWalk<'_, '_>, picture: &mut ImageBlock) -> WalkResult {
    image_source(walk, picture.source.as_ref())?;
    error(walk, &mut picture.error)
}

/// Lists the source of an image, which is not inspected.
pub(super) fn image_source(walk: &mut SdkWalk<'_, '_>, source: Option<&ImageSource>) -> WalkResult {
    let Some(source) = source else { return Ok(()) };
    let stored = source.is_s3_location().then_some(0);
    skipped(walk, "source", SkipReason::Image, source.as_bytes().ok().map(size).or(stored))
}

fn video(walk: &mut SdkWalk<'_, '_>, film: &VideoBlock) -> WalkResult {
    let Some(source) = &film.source else { return Ok(()) };
    let stored = source.is_s3_location().then_some(0);
    skipped(walk, "source", SkipReason::Video, source.as_bytes().ok().map(size).or(stored))
}

fn audio_block(walk: &mut SdkWalk<'_, '_>, audio: &mut AudioBlock) -> WalkResult {
    if let Some(source) = &audio.source {
        let stored = source.is_s3_location().then_some(0);
        skipped(walk, "source", SkipReason::Audio, source.as_bytes().ok().map(size).or(stored))?;
    }
    error(walk, &mut audio.error)
}

/// Returns the size of content before base64. What is stored elsewhere has none.
pub(super) fn size(bytes: &Blob) -> usize {
    bytes.as_ref().len()
}

/// Lists content that is not inspected; without a size, its kind is unknown.
pub(super) fn skipped(
    walk: &mut SdkWalk<'_, '_>,
    name: &'static str,
    reason: SkipReason,
    size: Option<usize>,
) -> WalkResult {
    walk.member(name, |walk| {
        let size = size.ok_or_else(|| walk.unknown())?;
        walk.skip(reason, size);
        Ok(())
    })
}

/// Visits the error of the service in place of an image or audio.
pub(super) fn error(walk: &mut SdkWalk<'_, '_>, error: &mut Option<ErrorBlock>) -> WalkResult {
    walk.member_if("error", error, |walk, error| walk.text_if("message", FieldKind::AssistantText, &mut error.message))
}
