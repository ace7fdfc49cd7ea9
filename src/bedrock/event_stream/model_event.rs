//! An event of a model's stream, in whatever form it arrives.

use smallvec::SmallVec;

use super::delta::{EventKind, SubstreamId};
use crate::bedrock::error::BodyError;
use crate::bedrock::text_field::InspectionSummary;
use crate::bedrock::visit::Visitor;
use crate::json::FieldEdit;

/// The pieces of text in an event that continue substreams. Most events have one.
pub(crate) type DeltaTexts<'a> = SmallVec<[(SubstreamId, &'a str); 1]>;

/// An event of a model's stream: a frame's JSON, or a value of the AWS SDK.
pub(crate) trait ModelEvent {
    /// Returns the role of the event in its stream.
    fn kind(&self) -> EventKind;

    /// Returns the index of the content block that the event belongs to, in streams that have content blocks.
    fn block(&self) -> Option<u64>;

    /// Returns the indices of the choices that this event ends.
    fn ended_choices(&self) -> &[u64] {
        &[]
    }

    /// Returns the pieces of text that continue substreams, in the order of the event.
    fn delta_texts(&self) -> DeltaTexts<'_>;

    /// Returns the substreams of the reasoning that this event signs.
    fn signed(&self) -> Vec<SubstreamId>;

    /// Rewrites the event. `edits` are edits of deltas, by their position in [`Self::delta_texts`]; the signatures at the positions
    /// `unsigned` of [`Self::signed`] are emptied; `f` is offered every text field that is complete in this event.
    fn rewrite(
        &mut self,
        edits: &[(usize, FieldEdit)],
        unsigned: &[usize],
        f: &mut Visitor<'_>,
    ) -> Result<InspectionSummary, BodyError>;
}
