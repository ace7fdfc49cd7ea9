//! Events of a model's stream, in whatever form they arrive.

use smallvec::SmallVec;

use super::error::BodyError;
use super::table::DeltaKind;
use super::text_field::{InspectionSummary, Visitor};
use crate::json::FieldEdit;

/// The operation that a stream belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StreamKind {
    /// InvokeModelWithResponseStream: the JSON inside `chunk` events.
    Invoke,
    /// ConverseStream: the JSON of its events.
    Converse,
    /// Server-sent events: the JSON in their data, on the paths that are compatible with other services.
    ServerSent,
}

/// The role of an event in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub(crate) enum EventKind {
    /// The first event.
    MessageStart,
    /// A content block starts. The event may contain the first deltas of its substreams.
    ContentBlockStart,
    /// Substreams continue.
    Delta,
    /// A content block ends, and with it the substreams of [`ModelEvent::block`].
    ContentBlockStop,
    /// A part of a response ends, and with it the substreams of [`ModelEvent::part`].
    PartStop,
    /// Choices end, and with them the substreams of [`ModelEvent::ended_choices`], after the deltas of this event.
    ChoiceStop,
    /// The message ends, and with it all substreams, after the deltas of this event.
    MessageStop,
    /// Counters and traces, after the text.
    Metadata,
    /// A complete response in one event, as from embeddings and from Cohere without `stream`.
    CompleteResponse,
    /// An event without text: a ping, padding, `"[DONE]"`.
    Other,
}

/// Identifies a substream: deltas with equal IDs are parts of the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SubstreamId {
    /// Index of the choice, generation or result; 0 if there is only one.
    pub(crate) choice: u64,
    /// Index of the content block or tool call; [`Self::ANY_BLOCK`] if the text spans content blocks.
    pub(crate) block: u64,
    /// Which text of the content block.
    pub(crate) kind: DeltaKind,
}

impl SubstreamId {
    /// The content block of substreams that span content blocks. Nova on InvokeModel starts one per token, so there a substream ends only
    /// with the message.
    pub(crate) const ANY_BLOCK: u64 = u64::MAX;

    /// Returns where the text is in the response as a whole, in the manner of RFC 6901: choice, content block and kind of delta. A stream
    /// has no document that a real pointer could refer to.
    pub(crate) fn pointer(self) -> String {
        let Self { choice, block, kind } = self;
        match block {
            Self::ANY_BLOCK => format!("/choices/{choice}/{}", kind.name()),
            block => format!("/choices/{choice}/blocks/{block}/{}", kind.name()),
        }
    }
}

/// The pieces of text in an event that continue substreams. Most events have one.
pub(crate) type DeltaTexts<'a> = SmallVec<[(SubstreamId, &'a str); 1]>;

/// An event of a model's stream: a frame's JSON, or a value of the AWS SDK.
pub(crate) trait ModelEvent {
    /// Returns the role of the event in its stream.
    fn kind(&self) -> EventKind;

    /// Returns the index of the content block that the event belongs to, in streams that have content blocks.
    fn block(&self) -> Option<u64>;

    /// Returns `true` if the event ends text that spans content blocks, because another content block starts. Text after that block is new.
    fn interrupts_text(&self) -> bool {
        false
    }

    /// Returns the indices of the choices that this event ends.
    fn ended_choices(&self) -> &[u64] {
        &[]
    }

    /// Returns the part of the response that the event belongs to, in streams that number parts: the choice, and the content block unless
    /// it is all of the choice.
    fn part(&self) -> Option<(u64, Option<u64>)> {
        None
    }

    /// Returns the pieces of text that continue substreams, in the order of the event.
    fn delta_texts(&self) -> DeltaTexts<'_>;

    /// Returns `true` if the event has no other content than one delta of a content block, so that without its text it says nothing.
    fn is_bare_delta(&self) -> bool;

    /// Returns the substreams of the reasoning that this event signs.
    fn signed(&self) -> Vec<SubstreamId>;

    /// Returns `true` if the event has deltas only: without edits, [`Self::rewrite`] changes nothing, and offers no field.
    fn has_deltas_only(&self) -> bool;

    /// Rewrites the event. `edits` are edits of deltas, by their position in [`Self::delta_texts`], ascending; the signatures at the positions
    /// `unsigned` of [`Self::signed`] are emptied; `f` is offered every text field that is complete in this event.
    fn rewrite(
        &mut self,
        edits: &[(usize, FieldEdit)],
        unsigned: &[usize],
        f: &mut Visitor<'_>,
    ) -> Result<InspectionSummary, BodyError>;
}
