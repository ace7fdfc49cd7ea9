//! Tags the request of a call.

use std::borrow::Cow;

use super::call::{Exchange, Inspected};
use super::tag::{Tag, has_room, has_room_in_body, has_room_in_headers};
use crate::bedrock::Operation;
use crate::json::JsonDocument;

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

    /// Returns the metadata of InvokeModel with the tag, or `None` if they are forwarded as they are.
    pub(crate) fn tagged_metadata(&self, value: Option<&[u8]>) -> Option<Vec<u8>> {
        let tag = self.tag()?;
        matches!(self.operation, Operation::InvokeModel | Operation::InvokeModelWithResponseStream)
            .then(|| tag.add_to_header(value))?
    }
}
