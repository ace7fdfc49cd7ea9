//! What an event is in the course of its stream, by family.

use crate::bedrock::shape::Shape;
use crate::json::Document;

use super::delta::EventKind;

/// What an event of this shape is.
pub(super) fn event_kind(doc: &Document<'_>, shape: Shape, event_type: &str) -> EventKind {
    let root = Document::ROOT;
    match shape {
        Shape::Converse => converse_kind(event_type),
        // One member names the event; the rest is what the service adds.
        Shape::Nova => doc
            .members(root)
            .map(|(key, _)| converse_kind(&doc.string(key)))
            .find(|&kind| kind != EventKind::Other)
            .unwrap_or(EventKind::Other),
        Shape::AnthropicMessages => match tag(doc, "type").as_deref() {
            Some("message_start") => EventKind::MessageStart,
            Some("content_block_start") => EventKind::BlockStart,
            Some("content_block_delta") => EventKind::Delta,
            Some("content_block_stop") => EventKind::BlockStop,
            // The first has the stop reason, the second only closes; but not every stream has the first. One without a reason only counts.
            Some("message_delta") if !doc.get(root, "delta").is_some_and(|delta| has_reason(doc, delta)) => {
                EventKind::Other
            }
            Some("message_delta" | "message_stop" | "error") => EventKind::MessageStop,
            _ => EventKind::Other,
        },
        Shape::CohereChat => match tag(doc, "event_type").as_deref() {
            Some("stream-start") => EventKind::MessageStart,
            Some("stream-end") => EventKind::MessageStop,
            _ => EventKind::Delta,
        },
        _ if !ended_choices(doc, shape).is_empty() => EventKind::ChoiceStop,
        // OpenAI's last chunk has counters and no choice.
        Shape::OpenAiChat if doc.get(root, "choices").is_some_and(|at| doc.items(at).next().is_none()) => {
            EventKind::Metadata
        }
        _ => EventKind::Delta,
    }
}

fn converse_kind(name: &str) -> EventKind {
    match name {
        "messageStart" => EventKind::MessageStart,
        "contentBlockStart" => EventKind::BlockStart,
        "contentBlockDelta" => EventKind::Delta,
        "contentBlockStop" => EventKind::BlockStop,
        "messageStop" => EventKind::MessageStop,
        "metadata" => EventKind::Metadata,
        _ => EventKind::Other,
    }
}

fn tag<'a>(doc: &Document<'a>, name: &str) -> Option<std::borrow::Cow<'a, str>> {
    doc.get(Document::ROOT, name).and_then(|at| doc.as_str(at))
}

/// Whether an object says why a text is over. An empty reason is none: some servers send one with every chunk.
fn has_reason(doc: &Document<'_>, object: usize) -> bool {
    let reasons = ["finish_reason", "finishReason", "stop_reason", "completionReason"];
    let mut values = reasons.iter().filter_map(|name| doc.get(object, name));
    values.any(|value| doc.as_str(value).is_some_and(|reason| !reason.is_empty()))
}

/// The choices that an event of this shape ends: those with a reason to stop.
pub(super) fn ended_choices(doc: &Document<'_>, shape: Shape) -> Vec<u64> {
    let root = Document::ROOT;
    let index = |object: usize| doc.get(object, "index").and_then(|at| doc.as_index(at));
    let list = match shape {
        Shape::OpenAiChat | Shape::OpenAiText | Shape::MistralChat => "choices",
        Shape::MistralText => "outputs",
        Shape::Titan | Shape::Llama | Shape::AnthropicText | Shape::CohereCommand | Shape::Pegasus => {
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
