//! OpenAI chat and completion, which a dozen families speak; Mistral's chat is a dialect of it.

use crate::bedrock::files::FileForm;
use crate::bedrock::slot::FieldKind::{
    AssistantText, Citation, Document, Echo, Reasoning, RequestMetadata, StopSequence, ToolDefinition, ToolInput,
    UserText,
};
use crate::bedrock::slot::SkipReason::{Audio, Image};
use crate::bedrock::table::Rule::{
    Delta, File, Free, In, InAs, Json, Messages, Opaque, Plain, PlainTree, Said, Signature, Text, Token, TokenBytes,
};
use crate::bedrock::table::{Part, Role, Rule, Tag, Unsigned, table};

use super::guardrail::{REQUEST_COMMON, RESPONSE_COMMON};

table! {
    OPENAI_REQUEST: Tag::None, Some(&REQUEST_COMMON), [
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
    /// A message of a request or response. Writer documents `content` as an object with `text`.
    MESSAGE: Tag::None, None, [
        ("role", Plain),
        ("name", Text(UserText)),
        ("content", Said),
        ("content.text", Said),
        ("content[]", In(&CONTENT_PART)),
        ("refusal", Said),
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
        ("audio.data", Opaque(Audio)),
        ("audio.transcript", Text(AssistantText)),
    ]
}

table! {
    CONTENT_PART: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("*: cache_control", PlainTree),
        ("text|input_text|output_text: text", Said),
        ("refusal: refusal", Said),
        ("thinking: thinking", Text(Reasoning)),
        ("image_url|image: image_url", Opaque(Image)),
        ("input_audio|audio_url: input_audio", Opaque(Audio)),
        ("audio_url: audio_url", Opaque(Audio)),
        ("file|document_url: file", File(FileForm::Url)),
        ("file|document_url: file.filename", Text(Document)),
        ("file|document_url: file.file_data", File(FileForm::Url)),
        ("file|document_url: file.file_id", Plain),
        ("file: file_id", Plain),
        ("document_url: document_url", File(FileForm::Url)),
        ("document_url: document_url.url", File(FileForm::Url)),
        ("document_url: document_name", Text(Document)),
    ]
}

table! {
    OPENAI_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("object", Plain),
        ("model", Plain),
        ("system_fingerprint", Plain),
        ("service_tier", Plain),
        ("choices[].message", InAs(Role::Assistant, &MESSAGE)),
        ("choices[].text", Text(AssistantText)),
        ("choices[].finish_reason", Plain),
        ("choices[].stop_reason", Plain),
        ("choices[].logprobs.content[].token", Token),
        ("choices[].logprobs.content[].bytes", TokenBytes),
        ("choices[].logprobs.content[].top_logprobs[].token", Token),
        ("choices[].logprobs.content[].top_logprobs[].bytes", TokenBytes),
        ("choices[].logprobs.tokens[]", Token),
        ("choices[].logprobs.top_logprobs", Free(Echo)),
        ("usage", PlainTree),
        ("error.message", Text(AssistantText)),
        ("error.type", Plain),
        ("error.code", Plain),
        ("error.param", Plain),
    ]
}

table! {
    /// Mistral chat sends `message` where the others send `delta`; its tool calls come whole.
    OPENAI_CHUNK: Tag::None, Some(&OPENAI_RESPONSE), [
        ("choices[].delta", In(&CHUNK_DELTA)),
        ("choices[].message", In(&CHUNK_MESSAGE)),
        ("choices[].text", Delta(Part::Text)),
        ("obfuscation", Plain),
    ]
}

table! {
    CHUNK_MESSAGE: Tag::None, Some(&MESSAGE), [
        ("content", Delta(Part::Text)),
        ("refusal", Delta(Part::Refusal)),
        ("reasoning", Delta(Part::Reasoning)),
        ("reasoning_content", Delta(Part::Reasoning)),
        ("audio.transcript", Delta(Part::Transcript)),
        ("content.text", Delta(Part::Text)),
        ("content[]", In(&CHUNK_PART)),
        ("thinking", Delta(Part::Reasoning)),
        ("stop_reason", Plain),
        ("channel", Plain),
        ("citations", Free(Citation)),
        ("graph_data", Free(Document)),
        ("llm_data", Free(Document)),
        ("reasoning_details[].text", Delta(Part::Reasoning)),
        ("*", Rule::Unknown),
    ]
}

table! {
    /// A piece of a content part.
    CHUNK_PART: Tag::None, None, [
        ("type", Plain),
        ("text", Delta(Part::Text)),
        ("refusal", Delta(Part::Refusal)),
        ("thinking", Delta(Part::Reasoning)),
        ("thinking[].type", Plain),
        ("thinking[].text", Delta(Part::Reasoning)),
        ("image_url", Opaque(Image)),
        ("*", Rule::Unknown),
    ]
}

table! {
    CHUNK_DELTA: Tag::None, Some(&CHUNK_MESSAGE), [
        ("tool_calls[].function.arguments", Delta(Part::ToolArguments)),
        ("function_call.arguments", Delta(Part::FunctionArguments)),
    ]
}
