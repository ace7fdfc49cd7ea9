//! What a family defines besides its tables.

use serde_json::Value;

use crate::bedrock::model_event::{EventKind, SubstreamId};
use crate::bedrock::progress::Progress;
use crate::bedrock::table::DeltaKind;
use crate::json::{JsonDocument, NodeKind};

/// The ID of a message that no model wrote. It is fixed, so that equal calls have equal responses.
pub(super) const MESSAGE_ID: &str = "msg_guardrail_intervened";

/// A family of models whose bodies have one format.
pub(in crate::bedrock) struct Family {
    /// Parts of the IDs of its models, in lower case, if the format of a request does not show the family.
    pub(super) model_ids: &'static [&'static str],
    /// The substreams of an event belong to content blocks, not to choices.
    pub(in crate::bedrock) has_content_blocks: bool,
    /// Returns `true` if text of this kind continues from content block to content block.
    pub(in crate::bedrock) spans_content_blocks: fn(DeltaKind) -> bool,
    /// Returns `true` if an event starts a content block in which text that spans content blocks does not continue: a tool call.
    pub(in crate::bedrock) interrupts_text: fn(Fields<'_, '_>) -> bool,
    /// Returns the object of an event that contains the index of the content block.
    pub(in crate::bedrock) indexed_object: fn(Fields<'_, '_>) -> Option<usize>,
    /// Returns the role of an event in its stream. The second argument are the choices that it ends.
    pub(in crate::bedrock) event_kind: fn(Fields<'_, '_>, &[u64]) -> EventKind,
    /// Returns the part of the response that an event belongs to, in streams that number parts; see [`ModelEvent::part`].
    ///
    /// [`ModelEvent::part`]: crate::bedrock::model_event::ModelEvent::part
    pub(in crate::bedrock) part: fn(Fields<'_, '_>) -> Option<(u64, Option<u64>)>,
    /// Returns `true` if a delta that ends no choice says nothing beside its text, so that clients miss nothing if it is not sent.
    pub(in crate::bedrock) has_only_delta: fn(Fields<'_, '_>) -> bool,
    /// Returns the choices that an event ends.
    pub(in crate::bedrock) ended_choices: fn(Fields<'_, '_>) -> Vec<u64>,
    /// Makes an event that continues a substream with text.
    pub(in crate::bedrock) text_event: fn(SubstreamId, &str) -> Option<Value>,
    /// Makes a response for a model ID, with a message in place of the model's text. Counters are zero.
    pub(in crate::bedrock) blocked_response: fn(&str, &str) -> Option<Value>,
    /// Makes the events that end a stream of a model ID with a message.
    pub(in crate::bedrock) blocked_events: fn(&str, &str, &Progress) -> Option<Vec<Value>>,
}

impl Family {
    /// A family that returns no text, and the defaults of all others.
    pub(super) const NO_TEXT: Self = Self {
        model_ids: &[],
        has_content_blocks: false,
        spans_content_blocks: |_| false,
        interrupts_text: |_| false,
        indexed_object: |event| Some(event.object),
        event_kind: |_, ended| if ended.is_empty() { EventKind::Delta } else { EventKind::ChoiceStop },
        part: |_| None,
        has_only_delta: |_| false,
        ended_choices: |_| Vec::new(),
        text_event: |_, _| None,
        blocked_response: |_, _| None,
        blocked_events: |_, _, _| None,
    };
}

/// The fields of an object, by which formats are recognized.
#[derive(Clone, Copy)]
pub(in crate::bedrock) struct Fields<'d, 'a> {
    doc: &'d JsonDocument<'a>,
    object: usize,
}

impl<'d, 'a> Fields<'d, 'a> {
    pub(in crate::bedrock) fn new(doc: &'d JsonDocument<'a>, object: usize) -> Self {
        Self { doc, object }
    }

    /// Returns the fields of the value of a field.
    pub(super) fn get(self, name: &str) -> Option<Self> {
        self.doc.get(self.object, name).map(|object| Self { object, ..self })
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn has_any(self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    pub(super) fn has_string(self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.doc.kind(value.object) == NodeKind::String)
    }

    pub(super) fn has_array(self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.doc.kind(value.object) == NodeKind::Array)
    }

    pub(super) fn is_null(self) -> bool {
        self.doc.kind(self.object) == NodeKind::Null
    }

    pub(super) fn is_object(self) -> bool {
        self.doc.kind(self.object) == NodeKind::Object
    }

    /// Returns the text of a field that is a string.
    pub(in crate::bedrock) fn text(self, name: &str) -> Option<std::borrow::Cow<'a, str>> {
        self.doc.get_str(self.object, name)
    }

    /// Returns the items of an array; of any other value, none.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        self.doc.items(self.object).map(move |object| Self { object, ..self })
    }

    /// Returns the names and values of the fields.
    pub(super) fn members(self) -> impl Iterator<Item = (std::borrow::Cow<'a, str>, Self)> {
        self.doc.members(self.object).map(move |(key, object)| (self.doc.string(key), Self { object, ..self }))
    }

    /// Returns the node of the object.
    pub(super) fn node(self) -> usize {
        self.object
    }

    /// Returns `true` if the object contains the reason why its text ended. An empty reason is none: some servers send one in every chunk.
    pub(super) fn has_stop_reason(self) -> bool {
        let reasons = ["finish_reason", "finishReason", "stop_reason", "completionReason"];
        let mut values = reasons.iter().filter_map(|name| self.get(name));
        values.any(|value| value.doc.as_str(value.object).is_some_and(|reason| !reason.is_empty()))
    }

    fn index(self) -> Option<u64> {
        self.number("index")
    }

    /// Returns the whole number of a field.
    pub(in crate::bedrock) fn number(self, name: &str) -> Option<u64> {
        self.doc.get(self.object, name).and_then(|at| self.doc.as_index(at))
    }

    /// Returns the choice that an event ends, if the event is a part of one choice.
    pub(super) fn ended_choice(self) -> Vec<u64> {
        if self.has_stop_reason() { vec![self.index().unwrap_or(0)] } else { Vec::new() }
    }

    /// Returns the choices that an event ends, if this field lists choices.
    pub(super) fn ended_choices_in(self, list: &str) -> Vec<u64> {
        let Some(list) = self.get(list) else { return Vec::new() };
        let items = list.items().enumerate().filter(|(_, item)| item.has_stop_reason());
        items.map(|(position, item)| item.index().unwrap_or(position as u64)).collect()
    }
}
