//! What an event is in the course of its stream, by family.

use crate::bedrock::shape::BodyFormat;
use crate::json::JsonDocument;

use super::delta::EventKind;

/// What an event of this format is.
pub(super) fn event_kind(doc: &JsonDocument<'_>, format: BodyFormat, event_type: &str) -> EventKind {
    let root = JsonDocument::ROOT;
    match format {
        BodyFormat::Converse => converse_kind(event_type),
        // One member names the event; the rest is what the service adds.
        BodyFormat::Nova => doc
            .members(root)
            .map(|(key, _)| converse_kind(&doc.string(key)))
            .find(|&kind| kind != EventKind::Other)
            .unwrap_or(EventKind::Other),
        BodyFormat::AnthropicMessages => match tag(doc, "type").as_deref() {
            Some("message_start") => EventKind::MessageStart,
            Some("content_block_start") => EventKind::ContentBlockStart,
            Some("content_block_delta") => EventKind::Delta,
            Some("content_block_stop") => EventKind::ContentBlockStop,
            // The first has the stop reason, the second only closes; but not every stream has the first. One without a reason only counts.
            Some("message_delta") if !doc.get(root, "delta").is_some_and(|delta| has_reason(doc, delta)) => {
                EventKind::Other
            }
            Some("message_delta" | "message_stop" | "error") => EventKind::MessageStop,
            _ => EventKind::Other,
        },
        BodyFormat::CohereChat => match tag(doc, "event_type").as_deref() {
            Some("stream-start") => EventKind::MessageStart,
            Some("stream-end") => EventKind::MessageStop,
            _ => EventKind::Delta,
        },
        _ if !ended_choices(doc, format).is_empty() => EventKind::ChoiceStop,
        // OpenAI's last chunk has counters and no choice.
        BodyFormat::OpenAiChat if doc.get(root, "choices").is_some_and(|at| doc.items(at).next().is_none()) => {
            EventKind::Metadata
        }
        _ => EventKind::Delta,
    }
}

fn converse_kind(name: &str) -> EventKind {
    match name {
        "messageStart" => EventKind::MessageStart,
        "contentBlockStart" => EventKind::ContentBlockStart,
        "contentBlockDelta" => EventKind::Delta,
        "contentBlockStop" => EventKind::ContentBlockStop,
        "messageStop" => EventKind::MessageStop,
        "metadata" => EventKind::Metadata,
        _ => EventKind::Other,
    }
}

fn tag<'a>(doc: &JsonDocument<'a>, name: &str) -> Option<std::borrow::Cow<'a, str>> {
    doc.get(JsonDocument::ROOT, name).and_then(|at| doc.as_str(at))
}

/// Whether an object says why a text is over. An empty reason is none: some servers send one with every chunk.
fn has_reason(doc: &JsonDocument<'_>, object: usize) -> bool {
    let reasons = ["finish_reason", "finishReason", "stop_reason", "completionReason"];
    let mut values = reasons.iter().filter_map(|name| doc.get(object, name));
    values.any(|value| doc.as_str(value).is_some_and(|reason| !reason.is_empty()))
}

/// The choices that an event of this format ends: those with a reason to stop.
pub(super) fn ended_choices(doc: &JsonDocument<'_>, format: BodyFormat) -> Vec<u64> {
    let root = JsonDocument::ROOT;
    let index = |object: usize| doc.get(object, "index").and_then(|at| doc.as_index(at));
    let list = match format {
        BodyFormat::OpenAiChat | BodyFormat::OpenAiText | BodyFormat::MistralChat => "choices",
        BodyFormat::MistralText => "outputs",
        BodyFormat::Titan
        | BodyFormat::Llama
        | BodyFormat::AnthropicText
        | BodyFormat::CohereCommand
        | BodyFormat::Pegasus => {
            return if has_reason(doc, root) { vec![index(root).unwrap_or(0)] } else { Vec::new() };
        }
        _ => return Vec::new(),
    };
    let Some(list) = doc.get(root, list) else {
        return Vec::new();
    };
    doc.items(list)
        .enumerate()
        .filter(|&(_, item)| has_reason(doc, item))
        .map(|(position, item)| index(item).unwrap_or(position as u64))
        .collect()
}
