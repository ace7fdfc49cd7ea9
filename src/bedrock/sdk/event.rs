//! The events of ConverseStream as SDK values: deltas, which continue substreams, and fields that are complete in the event.

use std::fmt;

use aws_sdk_bedrockruntime::types::{
    ContentBlockDelta, ContentBlockStart, ConverseStreamOutput, ReasoningContentBlockDelta, ToolResultBlockDelta,
};
use smallvec::{SmallVec, smallvec};

use crate::bedrock::error::{BodyError, BodyErrorKind};
use crate::bedrock::model_event::{DeltaTexts, EventKind, ModelEvent, SubstreamId};
use crate::bedrock::table::DeltaKind;
use crate::bedrock::text_field::Visitor;
use crate::bedrock::text_field::{FieldKind, InspectionSummary, SkipReason};
use crate::json::{FieldEdit, JsonError};

use super::citation::citation_delta;
use super::content::{error, image_source};
use super::free_form::{free, free_if};
use super::trace::trace;
use super::walk::{SdkWalk, WalkResult};

/// An event of ConverseStream as the SDK returns it.
pub(crate) struct SdkEvent {
    event: ConverseStreamOutput,
    kind: EventKind,
}

impl fmt::Debug for SdkEvent {
    // Without the event, which the SDK prints in full.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SdkEvent").field("kind", &self.kind).field("block", &self.block()).finish_non_exhaustive()
    }
}

impl SdkEvent {
    /// Reads an event. An event of an unknown kind is rejected; [`Self::rewrite`] rejects unknown content.
    pub(crate) fn read(event: ConverseStreamOutput) -> Result<Self, BodyError> {
        use ConverseStreamOutput as Out;
        let kind = match &event {
            Out::MessageStart(_) => EventKind::MessageStart,
            Out::ContentBlockStart(_) => EventKind::ContentBlockStart,
            Out::ContentBlockDelta(_) => EventKind::Delta,
            Out::ContentBlockStop(_) => EventKind::ContentBlockStop,
            Out::MessageStop(_) => EventKind::MessageStop,
            Out::Metadata(_) => EventKind::Metadata,
            _ => return Err(BodyError::new(BodyErrorKind::UnknownFormat { what: "event" })),
        };
        Ok(Self { event, kind })
    }

    /// Returns the event to forward.
    pub(crate) fn into_inner(self) -> ConverseStreamOutput {
        self.event
    }

    fn delta(&self) -> Option<&ContentBlockDelta> {
        match &self.event {
            ConverseStreamOutput::ContentBlockDelta(event) => event.delta.as_ref(),
            _ => None,
        }
    }

    /// Returns the strings of [`Self::delta_texts`], in the same order.
    fn delta_strings(&mut self) -> SmallVec<[&mut String; 1]> {
        let ConverseStreamOutput::ContentBlockDelta(event) = &mut self.event else {
            return SmallVec::new();
        };
        match &mut event.delta {
            Some(
                ContentBlockDelta::Text(text)
                | ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text)),
            ) => smallvec![text],
            Some(ContentBlockDelta::ToolUse(call)) => smallvec![&mut call.input],
            Some(ContentBlockDelta::ToolResult(pieces)) => pieces
                .iter_mut()
                .filter_map(|piece| match piece {
                    ToolResultBlockDelta::Text(text) => Some(text),
                    _ => None,
                })
                .collect(),
            _ => SmallVec::new(),
        }
    }

    fn substream(&self, kind: DeltaKind) -> SubstreamId {
        SubstreamId { choice: 0, block: self.block().unwrap_or(0), kind }
    }

    /// Visits the fields that are complete in this event.
    fn complete_fields(&mut self, walk: &mut SdkWalk<'_, '_>) -> WalkResult {
        match &mut self.event {
            ConverseStreamOutput::ContentBlockStart(event) => walk.member_if("start", &mut event.start, block_start),
            ConverseStreamOutput::ContentBlockDelta(event) => walk.member_if("delta", &mut event.delta, block_delta),
            ConverseStreamOutput::MessageStop(event) => free_if(
                walk,
                "additionalModelResponseFields",
                FieldKind::Free,
                &mut event.additional_model_response_fields,
            ),
            ConverseStreamOutput::Metadata(event) => walk.member_if("trace", &mut event.trace, |walk, value| {
                walk.member_if("guardrail", &mut value.guardrail, trace)
            }),
            _ => Ok(()),
        }
    }
}

impl ModelEvent for SdkEvent {
    fn kind(&self) -> EventKind {
        self.kind
    }

    fn block(&self) -> Option<u64> {
        let index = match &self.event {
            ConverseStreamOutput::ContentBlockStart(event) => event.content_block_index,
            ConverseStreamOutput::ContentBlockDelta(event) => event.content_block_index,
            ConverseStreamOutput::ContentBlockStop(event) => event.content_block_index,
            _ => return None,
        };
        u64::try_from(index).ok()
    }

    fn is_bare_delta(&self) -> bool {
        // A delta of the SDK is of one kind, and only a list of tool results can contain more than text.
        let is_single = !matches!(self.delta(), Some(ContentBlockDelta::ToolResult(results)) if results.len() != 1);
        is_single && matches!(self.event, ConverseStreamOutput::ContentBlockDelta(_)) && self.delta_texts().len() == 1
    }

    /// The text of [`DeltaKind::ToolArguments`] is a fragment of JSON.
    fn delta_texts(&self) -> DeltaTexts<'_> {
        match self.delta() {
            Some(ContentBlockDelta::Text(text)) => smallvec![(self.substream(DeltaKind::Text), &**text)],
            Some(ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text))) => {
                smallvec![(self.substream(DeltaKind::Reasoning), &**text)]
            }
            Some(ContentBlockDelta::ToolUse(call)) => {
                smallvec![(self.substream(DeltaKind::ToolArguments), &*call.input)]
            }
            Some(ContentBlockDelta::ToolResult(pieces)) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    ToolResultBlockDelta::Text(text) => Some((self.substream(DeltaKind::ToolResult), &**text)),
                    _ => None,
                })
                .collect(),
            _ => DeltaTexts::new(),
        }
    }

    fn signed(&self) -> Vec<SubstreamId> {
        match self.delta() {
            Some(ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Signature(signature)))
                if !signature.is_empty() =>
            {
                vec![self.substream(DeltaKind::Reasoning)]
            }
            _ => Vec::new(),
        }
    }

    fn has_deltas_only(&self) -> bool {
        use ContentBlockDelta::{ReasoningContent, Text, ToolUse};
        matches!(self.delta(), Some(Text(_) | ToolUse(_) | ReasoningContent(ReasoningContentBlockDelta::Text(_))))
    }

    /// Unknown content is rejected. After an error the event must be dropped.
    fn rewrite(
        &mut self,
        edits: &[(usize, FieldEdit)],
        unsigned: &[usize],
        f: &mut Visitor<'_>,
    ) -> Result<InspectionSummary, BodyError> {
        if !unsigned.is_empty()
            && let ConverseStreamOutput::ContentBlockDelta(event) = &mut self.event
            && let Some(ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Signature(signature))) =
                &mut event.delta
        {
            signature.clear();
        }
        let mut strings = self.delta_strings();
        let inspected = strings.iter().map(|text| text.len()).sum();
        // A second edit of a text would have offsets of what the first has changed.
        if !edits.iter().is_sorted_by(|(one, _), (next, _)| one < next) {
            return Err(JsonError::edit().into());
        }
        for (position, edit) in edits {
            let Some(text) = strings.get_mut(*position) else {
                return Err(JsonError::edit().into());
            };
            **text = edit.apply(text)?;
        }
        drop(strings);
        let mut walk = SdkWalk::new(f);
        walk.add_inspected(inspected);
        self.complete_fields(&mut walk)?;
        Ok(walk.finish())
    }
}

fn block_start(walk: &mut SdkWalk<'_, '_>, start: &mut ContentBlockStart) -> WalkResult {
    match start {
        ContentBlockStart::Image(_) | ContentBlockStart::ToolResult(_) => Ok(()),
        ContentBlockStart::ToolUse(call) => {
            walk.member("toolUse", |walk| walk.text_in("name", FieldKind::ToolInput, &mut call.name))
        }
        _ => Err(walk.unknown()),
    }
}

fn block_delta(walk: &mut SdkWalk<'_, '_>, delta: &mut ContentBlockDelta) -> WalkResult {
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
