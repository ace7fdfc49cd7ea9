//! OpenAI Responses, on the path for clients of OpenAI.
//!
//! Its output is a list of items, and its stream numbers them: a choice is an item, and a content block a part of it. When text ends, the
//! stream repeats it: in the event of its end, in those of its part and its item, and in the complete response. Each copy is inspected.

use serde_json::{Value, json};

use crate::bedrock::model_event::EventKind;
use crate::bedrock::progress::Progress;
use crate::bedrock::table::FieldRule::{
    Delta, File, Free, In, InAs, Json, Messages, Plain, PlainTree, RoleText, Skipped, Text, Unknown,
};
use crate::bedrock::table::{DeltaKind, FileRule, Role, Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{
    AssistantText, Citation, Document, Echo, Reasoning, RequestMetadata, System, ToolDefinition, ToolInput, ToolResult,
};
use crate::bedrock::text_field::SkipReason::{Audio, Encrypted, Image};

use super::common::{REQUEST_COMMON, RESPONSE_COMMON};
use super::family::{Family, Fields, MESSAGE_ID};
use super::openai_chat::LOGPROB;

table! {
    REQUEST: Tag::None, Some(&REQUEST_COMMON), [
        ("model", Plain),
        ("instructions", Text(System)),
        ("input", Messages),
        ("input[]", InAs(Role::User, &ITEM)),
        ("previous_response_id", Plain),
        ("conversation", Plain),
        ("conversation.id", Plain),
        ("prompt.id", Plain),
        ("prompt.version", Plain),
        ("tools[].type", Plain),
        ("tools[].name", Text(ToolDefinition)),
        ("tools[].description", Text(ToolDefinition)),
        ("tools[].parameters", Free(ToolDefinition)),
        ("tool_choice", Plain),
        ("tool_choice.type", Plain),
        ("tool_choice.mode", Plain),
        ("tool_choice.name", Text(ToolDefinition)),
        ("text.format.type", Plain),
        ("text.format.name", Text(ToolDefinition)),
        ("text.format.description", Text(ToolDefinition)),
        ("text.format.schema", Free(ToolDefinition)),
        ("text.verbosity", Plain),
        ("reasoning.effort", Plain),
        ("reasoning.summary", Plain),
        ("reasoning.generate_summary", Plain),
        ("include[]", Plain),
        ("metadata", Free(RequestMetadata)),
        ("user", Text(RequestMetadata)),
        ("safety_identifier", Text(RequestMetadata)),
        ("prompt_cache_key", Text(RequestMetadata)),
        ("prompt_cache_retention", Plain),
        ("service_tier", Plain),
        ("truncation", Plain),
        ("stream_options", PlainTree),
    ]
}

table! {
    /// An item of a conversation. A message may lack its type.
    ITEM: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("*: id", Plain),
        ("*: status", Plain),
        ("*: call_id", Plain),
        ("message|: role", Plain),
        ("message|: phase", Plain),
        ("message|: content", RoleText),
        ("message|: content[]", In(&PART)),
        ("reasoning: summary[]", InAs(Role::Assistant, &PART)),
        ("reasoning: content[]", InAs(Role::Assistant, &PART)),
        ("reasoning: encrypted_content", Skipped(Encrypted)),
        ("function_call|custom_tool_call: name", Text(ToolInput)),
        ("function_call: arguments", Json(ToolInput)),
        ("custom_tool_call: input", Json(ToolInput)),
        ("function_call_output|custom_tool_call_output: output", Text(ToolResult)),
        ("function_call_output|custom_tool_call_output: output[]", InAs(Role::Tool, &PART)),
        ("item_reference: id", Plain),
    ]
}

table! {
    /// A content part of an item.
    PART: Tag::Member("type"), None, [
        ("*: type", Plain),
        ("input_text|output_text: text", RoleText),
        ("output_text: annotations", Free(Citation)),
        ("output_text: logprobs[]", In(&LOGPROB)),
        ("refusal: refusal", RoleText),
        ("summary_text|reasoning_text: text", Text(Reasoning)),
        ("input_image: image_url", Skipped(Image)),
        ("input_image: file_id", Plain),
        ("input_image: detail", Plain),
        ("input_audio: input_audio", Skipped(Audio)),
        ("input_file: file_id", Plain),
        ("input_file: file_url", File(FileRule::Url)),
        ("input_file: file_data", File(FileRule::Url)),
        ("input_file: filename", Text(Document)),
    ]
}

table! {
    /// A response repeats settings of its request.
    RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("id", Plain),
        ("object", Plain),
        ("status", Plain),
        ("model", Plain),
        ("error.code", Plain),
        ("error.type", Plain),
        ("error.param", Plain),
        ("error.message", Text(AssistantText)),
        ("incomplete_details.reason", Plain),
        ("output[]", InAs(Role::Assistant, &ITEM)),
        ("output_text", Text(AssistantText)),
        ("instructions", Text(Echo)),
        ("instructions[]", InAs(Role::Echo, &ITEM)),
        ("tools[].type", Plain),
        ("tools[].name", Text(Echo)),
        ("tools[].description", Text(Echo)),
        ("tools[].parameters", Free(Echo)),
        ("tool_choice", Plain),
        ("tool_choice.type", Plain),
        ("tool_choice.mode", Plain),
        ("tool_choice.name", Text(Echo)),
        ("text.format.type", Plain),
        ("text.format.name", Text(Echo)),
        ("text.format.description", Text(Echo)),
        ("text.format.schema", Free(Echo)),
        ("text.verbosity", Plain),
        ("reasoning.effort", Plain),
        ("reasoning.summary", Plain),
        ("reasoning.generate_summary", Plain),
        ("metadata", Free(Echo)),
        ("user", Text(Echo)),
        ("safety_identifier", Text(Echo)),
        ("prompt_cache_key", Text(Echo)),
        ("prompt_cache_retention", Plain),
        ("previous_response_id", Plain),
        ("conversation.id", Plain),
        ("service_tier", Plain),
        ("truncation", Plain),
        ("usage", PlainTree),
    ]
}

table! {
    /// A response that starts contains no text of the model.
    STARTED_RESPONSE: Tag::None, Some(&RESPONSE), [
        ("output", Unknown),
        ("output[]", Unknown),
        ("output_text", Unknown),
    ]
}

table! {
    /// An item that starts contains no text; what follows continues it.
    STARTED_ITEM: Tag::Member("type"), Some(&ITEM), [
        ("message|: content", Unknown),
        ("message|: content[]", Unknown),
        ("reasoning: summary", Unknown),
        ("reasoning: summary[]", Unknown),
        ("reasoning: content", Unknown),
        ("reasoning: content[]", Unknown),
        ("function_call: arguments", Unknown),
        ("custom_tool_call: input", Unknown),
    ]
}

table! {
    /// A part that starts may contain the beginning of its text.
    STARTED_PART: Tag::Member("type"), Some(&PART), [
        ("output_text: text", Delta(DeltaKind::Text)),
        ("refusal: refusal", Delta(DeltaKind::Refusal)),
        ("reasoning_text: text", Delta(DeltaKind::Reasoning)),
        ("summary_text: text", Delta(DeltaKind::ReasoningSummary)),
    ]
}

table! {
    EVENT: Tag::Member("type"), Some(&RESPONSE_COMMON), [
        ("*: type", Plain),
        ("*: item_id", Plain),
        ("*: obfuscation", Plain),
        ("response.created|response.queued|response.in_progress: response", In(&STARTED_RESPONSE)),
        ("response.completed|response.failed|response.incomplete: response", In(&RESPONSE)),
        ("response.output_item.added: item", InAs(Role::Assistant, &STARTED_ITEM)),
        ("response.output_item.done: item", InAs(Role::Assistant, &ITEM)),
        ("response.content_part.added: part", InAs(Role::Assistant, &STARTED_PART)),
        ("response.content_part.done: part", InAs(Role::Assistant, &PART)),
        ("response.reasoning_summary_part.added: part", InAs(Role::Assistant, &STARTED_PART)),
        ("response.reasoning_summary_part.done: part", InAs(Role::Assistant, &PART)),
        ("response.output_text.delta: delta", Delta(DeltaKind::Text)),
        ("response.output_text.done: text", Text(AssistantText)),
        ("response.output_text.delta|response.output_text.done: logprobs[]", In(&LOGPROB)),
        ("response.output_text.annotation.added: annotation", Free(Citation)),
        ("response.refusal.delta: delta", Delta(DeltaKind::Refusal)),
        ("response.refusal.done: refusal", Text(AssistantText)),
        ("response.function_call_arguments.delta: delta", Delta(DeltaKind::ToolArguments)),
        ("response.function_call_arguments.done: arguments", Json(ToolInput)),
        ("response.function_call_arguments.done: name", Text(ToolInput)),
        ("response.reasoning_text.delta: delta", Delta(DeltaKind::Reasoning)),
        ("response.reasoning_text.done: text", Text(Reasoning)),
        ("response.reasoning_summary_text.delta: delta", Delta(DeltaKind::ReasoningSummary)),
        ("response.reasoning_summary_text.done: text", Text(Reasoning)),
        ("error: code", Plain),
        ("error: param", Plain),
        ("error: message", Text(AssistantText)),
    ]
}

pub(super) fn response(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_array("output").then_some(&RESPONSE)
}

pub(super) fn chunk(event: Fields<'_, '_>) -> Option<&'static Table> {
    let kind = event.text("type")?;
    (kind.starts_with("response.") || kind == "error" && event.has("message")).then_some(&EVENT)
}

const RESPONSE_ID: &str = "resp_guardrail_intervened";

pub(super) static FAMILY: Family = Family {
    part: |event| {
        let number = |name| event.number(name);
        Some((number("output_index")?, number("content_index").or_else(|| number("summary_index"))))
    },
    event_kind: |event, _| match event.text("type").as_deref() {
        Some("response.created") => EventKind::MessageStart,
        Some("response.completed" | "response.failed" | "response.incomplete" | "error") => EventKind::MessageStop,
        Some(name) if name.ends_with(".done") => EventKind::PartStop,
        Some(name) if name.ends_with(".delta") || name.ends_with("part.added") => EventKind::Delta,
        _ => EventKind::Other,
    },
    text_event: |substream, text| {
        let (name, index) = match substream.kind {
            DeltaKind::ToolArguments | DeltaKind::FunctionArguments => ("function_call_arguments", None),
            DeltaKind::Reasoning => ("reasoning_text", Some("content_index")),
            DeltaKind::ReasoningSummary => ("reasoning_summary_text", Some("summary_index")),
            DeltaKind::Refusal => ("refusal", Some("content_index")),
            DeltaKind::Text | DeltaKind::ToolResult | DeltaKind::Transcript => ("output_text", Some("content_index")),
        };
        let mut event =
            json!({"type": format!("response.{name}.delta"), "output_index": substream.choice, "delta": text});
        if let (Value::Object(fields), Some(index)) = (&mut event, index) {
            fields.insert(index.to_owned(), substream.block.into());
        }
        Some(event)
    },
    blocked_response: |model_id, message| Some(whole(model_id, "incomplete", vec![item(message)])),
    blocked_events: |model_id, message, progress| Some(last_events(model_id, message, progress)),
    ..Family::NO_TEXT
};

/// A response that the guardrail makes.
fn whole(model_id: &str, status: &str, output: Vec<Value>) -> Value {
    let details = if status == "incomplete" { json!({"reason": "content_filter"}) } else { Value::Null };
    json!({
        "id": RESPONSE_ID,
        "object": "response",
        "created_at": 0,
        "status": status,
        "error": null,
        "incomplete_details": details,
        "instructions": null,
        "max_output_tokens": null,
        "metadata": {},
        "model": model_id,
        "output": output,
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "temperature": null,
        "tool_choice": "auto",
        "tools": [],
        "top_p": null,
        "usage": {
            "input_tokens": 0,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 0,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 0,
        },
    })
}

fn item(message: &str) -> Value {
    let content = [part(message)];
    json!({"id": MESSAGE_ID, "type": "message", "status": "completed", "role": "assistant", "content": content})
}

fn part(message: &str) -> Value {
    json!({"type": "output_text", "text": message, "annotations": [], "logprobs": []})
}

/// An item with the message, and the end of the stream. Text of earlier items stays with the caller; the response at the end does not
/// repeat it.
fn last_events(model_id: &str, message: &str, progress: &Progress) -> Vec<Value> {
    let index = progress.next_choice();
    let mut events = Vec::new();
    if !progress.has_started() {
        let started = whole(model_id, "in_progress", Vec::new());
        events.push(json!({"type": "response.created", "response": started}));
        events.push(json!({"type": "response.in_progress", "response": started}));
    }
    let event = |name: &str, mut fields: Value| {
        if let Value::Object(fields) = &mut fields {
            fields.insert("type".to_owned(), format!("response.{name}").into());
            fields.insert("output_index".to_owned(), index.into());
        }
        fields
    };
    let of_part = |name: &str, field: &str, value: Value| {
        event(name, json!({"item_id": MESSAGE_ID, "content_index": 0, field: value}))
    };
    let started =
        json!({"id": MESSAGE_ID, "type": "message", "status": "in_progress", "role": "assistant", "content": []});
    events.push(event("output_item.added", json!({"item": started})));
    events.push(of_part("content_part.added", "part", part("")));
    events.push(of_part("output_text.delta", "delta", message.into()));
    events.push(of_part("output_text.done", "text", message.into()));
    events.push(of_part("content_part.done", "part", part(message)));
    events.push(event("output_item.done", json!({"item": item(message)})));
    let ended = whole(model_id, "incomplete", vec![item(message)]);
    events.push(json!({"type": "response.incomplete", "response": ended}));
    for (number, event) in events.iter_mut().enumerate() {
        if let Value::Object(fields) = event {
            fields.insert("sequence_number".to_owned(), number.into());
        }
    }
    events
}
