//! Tags the request of a call.

use std::borrow::Cow;

use super::assessment::BodyAssessment;
use super::call::{Exchange, Inspected};
use super::error::GuardrailError;
use super::response::BlockedResponse;
use super::tag::{Tag, has_room, has_room_in_body, has_room_in_headers};
use crate::bedrock::Operation;
use crate::json::JsonDocument;

/// The values of a header to forward, or the response to blocked ones and why they were.
pub(crate) type MetadataValues = Result<Vec<Vec<u8>>, (BlockedResponse, Box<BodyAssessment>)>;

impl Exchange {
    /// Adds the tag to the body of a request, if that is where it belongs.
    pub(super) fn tagged(&self, inspected: Inspected, original: &JsonDocument<'_>) -> Inspected {
        let Some(tag) =
            self.tag().filter(|_| matches!(self.operation, Operation::Converse | Operation::ConverseStream))
        else {
            return inspected;
        };
        match inspected {
            Inspected::Unchanged => tag.add_to_document(original).into(),
            Inspected::Rewritten(body) => Inspected::Rewritten(tag.add_to_body(&body).unwrap_or(body)),
            Inspected::Blocked(..) => inspected,
        }
    }

    /// Decides if the request is tagged, before its first record, which contains that.
    fn plan_tag(&mut self, has_room: impl FnOnce() -> bool) {
        if self.config.tag_requests
            && let Some(call) = &mut self.call
        {
            call.is_tagged = has_room();
        }
    }

    /// [`Exchange::plan_tag`] for metadata in the body of Converse.
    pub(super) fn plan_tag_in_body(&mut self, doc: &JsonDocument<'_>) {
        self.plan_tag(|| has_room_in_body(doc));
    }

    /// [`Exchange::plan_tag`] for metadata in headers, which only InvokeModel has there. It comes before the body.
    pub(crate) fn plan_tag_in_headers<'a>(&mut self, values: impl Iterator<Item = &'a [u8]>) {
        if matches!(self.operation, Operation::InvokeModel | Operation::InvokeModelWithResponseStream) {
            self.plan_tag(|| has_room_in_headers(values));
        }
    }

    /// [`Exchange::plan_tag`] for metadata in an SDK value with these keys.
    pub(crate) fn plan_tag_in_value<'a>(&mut self, keys: impl Iterator<Item = &'a str>) {
        self.plan_tag(|| has_room(keys.map(Cow::Borrowed)));
    }

    /// Returns the tag of the request, if it has one.
    pub(crate) fn tag(&self) -> Option<Tag<'_>> {
        let call = self.call.as_ref().filter(|call| call.is_tagged)?;
        Some(Tag { decision: &call.id, policy: self.guardrail.policy().digest() })
    }

    /// Inspects the values of the header with the metadata of InvokeModel, and adds the tag. Returns the values to forward, or the response to
    /// blocked ones.
    pub(crate) fn metadata_values(&mut self, mut values: Vec<Vec<u8>>) -> Result<MetadataValues, GuardrailError> {
        for value in &mut values {
            match self.metadata(value)? {
                Inspected::Unchanged => {}
                Inspected::Rewritten(changed) => *value = changed,
                Inspected::Blocked(response, assessment) => return Ok(Err((response, assessment))),
            }
        }
        let is_invoke = matches!(self.operation, Operation::InvokeModel | Operation::InvokeModelWithResponseStream);
        let tag = self.tag().filter(|_| is_invoke);
        let tagged = tag.and_then(|tag| tag.add_to_header(values.first().map(Vec::as_slice)));
        Ok(Ok(tagged.map_or(values, |tagged| vec![tagged])))
    }
}
