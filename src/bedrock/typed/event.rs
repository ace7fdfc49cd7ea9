//! The events of ConverseStream, typed: which texts go on from earlier events, and which are whole.

use std::fmt;

use aws_sdk_bedrockruntime::types::{
    ContentBlockDelta, ContentBlockStart, ConverseStreamOutput, ReasoningContentBlockDelta, ToolResultBlockDelta,
};
use serde_json::json;

use crate::bedrock::blocked::Progress;
use crate::bedrock::error::{BodyError, BodyErrorKind};
use crate::bedrock::event_stream::{EventKind, StreamKind, SubstreamId, deltas};
use crate::bedrock::slot::{Coverage, FieldKind, SkipReason};
use crate::bedrock::table::Part;
use crate::bedrock::visit::Visitor;
use crate::json::{FieldEdit, JsonError};

use super::citation::citation_delta;
use super::content::{error, image_source};
use super::free::{free, free_if};
use super::trace::trace;
use super::walk::{Done, Walk};

/// A piece of a text that runs through events.
pub(crate) struct TypedDelta<'a> {
    pub(crate) lane: SubstreamId,
    pub(crate) kind: FieldKind,
    /// For [`Part::ToolArguments`] it is a fragment of JSON.
    pub(crate) text: &'a str,
}

impl fmt::Debug for TypedDelta<'_> {
    /// Without the text: it may be what the guardrail is there to hide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedDelta")
            .field("lane", &self.lane)
            .field("kind", &self.kind)
            .field("bytes", &self.text.len())
            .finish()
    }
}

/// One event of ConverseStream, as the SDK hands it out.
pub(crate) struct TypedEvent {
    event: ConverseStreamOutput,
    kind: EventKind,
}

impl fmt::Debug for TypedEvent {
    /// Without the event, which the SDK prints in full.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedEvent").field("kind", &self.kind).field("block", &self.block()).finish_non_exhaustive()
    }
}

impl TypedEvent {
    /// Takes an event; one of an unknown kind is refused. Unknown content inside is refused by
    /// [`Self::rewrite`].
    pub(crate) fn read(event: ConverseStreamOutput) -> Result<Self, BodyError> {
        use ConverseStreamOutput as Out;
        let kind = match &event {
            Out::MessageStart(_) => EventKind::MessageStart,
            Out::ContentBlockStart(_) => EventKind::BlockStart,
            Out::ContentBlockDelta(_) => EventKind::Delta,
            Out::ContentBlockStop(_) => EventKind::BlockStop,
            Out::MessageStop(_) => EventKind::MessageStop,
            Out::Metadata(_) => EventKind::Metadata,
            _ => return Err(BodyError::new(BodyErrorKind::UnknownShape { what: "event" })),
        };
        Ok(Self { event, kind })
    }

    /// What the event is in the course of its stream.
    pub(crate) fn kind(&self) -> EventKind {
        self.kind
    }

    /// Index of the content block that the event is about.
    pub(crate) fn block(&self) -> Option<u64> {
        let index = match &self.event {
            ConverseStreamOutput::ContentBlockStart(event) => event.content_block_index,
            ConverseStreamOutput::ContentBlockDelta(event) => event.content_block_index,
            ConverseStreamOutput::ContentBlockStop(event) => event.content_block_index,
            _ => return None,
        };
        u64::try_from(index).ok()
    }

    /// The event, to be sent on.
    pub(crate) fn into_inner(self) -> ConverseStreamOutput {
        self.event
    }

    /// The texts that go on from earlier events, in the order of the event.
    pub(crate) fn deltas(&self) -> Vec<TypedDelta<'_>> {
        let delta = |part: Part, text| TypedDelta { lane: self.lane(part), kind: part.slot_kind(), text };
        match self.delta() {
            Some(ContentBlockDelta::Text(text)) => vec![delta(Part::Text, text)],
            Some(ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text))) => {
                vec![delta(Part::Reasoning, text)]
            }
            Some(ContentBlockDelta::ToolUse(call)) => vec![delta(Part::ToolArguments, &call.input)],
            Some(ContentBlockDelta::ToolResult(pieces)) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    ToolResultBlockDelta::Text(text) => Some(delta(Part::ToolResult, text)),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    fn delta(&self) -> Option<&ContentBlockDelta> {
        match &self.event {
            ConverseStreamOutput::ContentBlockDelta(event) => event.delta.as_ref(),
            _ => None,
        }
    }

    /// The strings of [`Self::deltas`], in the same order.
    fn delta_strings(&mut self) -> Vec<&mut String> {
        let ConverseStreamOutput::ContentBlockDelta(event) = &mut self.event else {
            return Vec::new();
        };
        match &mut event.delta {
            Some(
                ContentBlockDelta::Text(text)
                | ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text)),
            ) => vec![text],
            Some(ContentBlockDelta::ToolUse(call)) => vec![&mut call.input],
            Some(ContentBlockDelta::ToolResult(pieces)) => pieces
                .iter_mut()
                .filter_map(|piece| match piece {
                    ToolResultBlockDelta::Text(text) => Some(text),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The lanes of reasoning that signatures in this event are for.
    pub(crate) fn signatures(&self) -> Vec<SubstreamId> {
        match self.delta() {
            Some(ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Signature(signature)))
                if !signature.is_empty() =>
            {
                vec![self.lane(Part::Reasoning)]
            }
            _ => Vec::new(),
        }
    }

    fn lane(&self, part: Part) -> SubstreamId {
        SubstreamId { choice: 0, block: self.block().unwrap_or(0), part }
    }

    /// Writes edits of the deltas, by their position in [`Self::deltas`], empties the signatures at these positions of
    /// [`Self::signatures`], and offers every text that is whole in this event to `f`. Unknown content is refused; after an error the
    /// event must be dropped.
    pub(crate) fn rewrite(
        &mut self,
        edits: &[(usize, FieldEdit)],
        unsigned: &[usize],
        f: &mut Visitor<'_>,
    ) -> Result<Coverage, BodyError> {
        if !unsigned.is_empty()
            && let ConverseStreamOutput::ContentBlockDelta(event) = &mut self.event
            && let Some(ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Signature(signature))) =
                &mut event.delta
        {
            signature.clear();
        }
        let mut strings = self.delta_strings();
        let examined = strings.iter().map(|text| text.len()).sum();
        let mut done = vec![false; strings.len()];
        for (position, edit) in edits {
            let (Some(text), Some(done)) = (strings.get_mut(*position), done.get_mut(*position)) else {
                return Err(JsonError::edit().into());
            };
            // A second edit would count in a text that the first has changed.
            if std::mem::replace(done, true) {
                return Err(JsonError::edit().into());
            }
            **text = edit.apply(text)?;
        }
        let mut walk = Walk::new(f);
        walk.examined(examined);
        self.whole(&mut walk)?;
        Ok(walk.finish())
    }

    /// The texts that are whole in this event.
    fn whole(&mut self, walk: &mut Walk<'_, '_>) -> Done {
        match &mut self.event {
            ConverseStreamOutput::ContentBlockStart(event) => match &mut event.start {
                Some(start) => walk.member("start", |walk| block_start(walk, start)),
                None => Ok(()),
            },
            ConverseStreamOutput::ContentBlockDelta(event) => match &mut event.delta {
                Some(delta) => walk.member("delta", |walk| block_delta(walk, delta)),
                None => Ok(()),
            },
            ConverseStreamOutput::MessageStop(event) => free_if(
                walk,
                "additionalModelResponseFields",
                FieldKind::Free,
                &mut event.additional_model_response_fields,
            ),
            ConverseStreamOutput::Metadata(event) => {
                match event.trace.as_mut().and_then(|trace| trace.guardrail.as_mut()) {
                    Some(guardrail) => {
                        walk.member("trace", |walk| walk.member("guardrail", |walk| trace(walk, guardrail)))
                    }
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Takes note in `progress` that this event is sent on.
    pub(crate) fn observe_in(&self, progress: &mut Progress) -> Result<(), BodyError> {
        // In the event's JSON, less its texts: what an event does to a stream is said once, over there.
        let has_text = matches!(self.delta(), Some(ContentBlockDelta::Text(_)));
        let (name, mut body) = match self.kind {
            EventKind::MessageStart => ("messageStart", json!({})),
            EventKind::BlockStart => ("contentBlockStart", json!({})),
            EventKind::Delta if has_text => ("contentBlockDelta", json!({"delta": {"text": ""}})),
            EventKind::Delta => ("contentBlockDelta", json!({})),
            EventKind::BlockStop => ("contentBlockStop", json!({})),
            EventKind::MessageStop => ("messageStop", json!({})),
            _ => ("metadata", json!({})),
        };
        if let (Some(block), Some(fields)) = (self.block(), body.as_object_mut()) {
            fields.insert("contentBlockIndex".to_owned(), block.into());
        }
        let body = body.to_string();
        progress.observe(&deltas(StreamKind::Converse, name, body.as_bytes())?);
        Ok(())
    }
}

fn block_start(walk: &mut Walk<'_, '_>, start: &mut ContentBlockStart) -> Done {
    match start {
        ContentBlockStart::Image(_) | ContentBlockStart::ToolResult(_) => Ok(()),
        ContentBlockStart::ToolUse(call) => {
            walk.member("toolUse", |walk| walk.text_in("name", FieldKind::ToolInput, &mut call.name))
        }
        _ => Err(walk.unknown()),
    }
}

fn block_delta(walk: &mut Walk<'_, '_>, delta: &mut ContentBlockDelta) -> Done {
    match delta {
        ContentBlockDelta::Text(_) | ContentBlockDelta::ToolUse(_) => Ok(()),
        ContentBlockDelta::Citation(citation) => walk.member("citation", |walk| citation_delta(walk, citation)),
        ContentBlockDelta::Image(image) => walk.member("image", |walk| {
            image_source(walk, image.source.as_ref())?;
            error(walk, &mut image.error)
        }),
        ContentBlockDelta::ReasoningContent(thought) => walk.member("reasoningContent", |walk| match thought {
            ReasoningContentBlockDelta::Text(_) | ReasoningContentBlockDelta::Signature(_) => Ok(()),
            ReasoningContentBlockDelta::RedactedContent(bytes) => walk.member("redactedContent", |walk| {
                walk.skip(SkipReason::Encrypted, bytes.as_ref().len());
                Ok(())
            }),
            _ => Err(walk.unknown()),
        }),
        ContentBlockDelta::ToolResult(pieces) => walk.list("toolResult", pieces, |walk, piece| match piece {
            ToolResultBlockDelta::Text(_) => Ok(()),
            ToolResultBlockDelta::Json(value) => walk.member("json", |walk| free(walk, FieldKind::ToolResult, value)),
            _ => Err(walk.unknown()),
        }),
        _ => Err(walk.unknown()),
    }
}
