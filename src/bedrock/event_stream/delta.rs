//! The texts of one stream event: which go on from earlier events, and which are whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use crate::bedrock::error::{BodyError, BodyErrorKind};
use crate::bedrock::shape::{self, Shape};
use crate::bedrock::shapes;
use crate::bedrock::slot::{Coverage, FieldKind};
use crate::bedrock::table::{Part, Role};
use crate::bedrock::visit::{Visit, Visitor};
use crate::bedrock::walk::{self, Form, Unknown, Walked};
use crate::json::{Document, FieldEdit, JsonError, NodeKind, splice};

use super::kind::{ended_choices, event_kind};
use super::model_event::{DeltaTexts, ModelEvent};

/// Which operation a stream belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StreamKind {
    /// InvokeModelWithResponseStream: the JSON inside of `chunk` events.
    Invoke,
    /// ConverseStream: the JSON of its events.
    Converse,
}

/// What an event is in the course of its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub(crate) enum EventKind {
    /// The first event. No text follows out of order before it.
    MessageStart,
    /// A content block opens; its deltas, if it has any, are the first of their lanes.
    BlockStart,
    /// Text goes on.
    Delta,
    /// A content block is over, and with it the lanes of [`Event::block`].
    BlockStop,
    /// Choices are over, and with them the lanes of [`Event::ended_choices`], after the deltas of this
    /// very event.
    ChoiceStop,
    /// No text follows: all lanes are over, after the deltas of this very event.
    MessageStop,
    /// Counters and traces behind the text.
    Metadata,
    /// A whole answer in one event, as embeddings and Cohere without `stream` send it.
    Whole,
    /// Carries no text: pings, padding, `"[DONE]"`.
    Other,
}

/// The text that a delta continues: deltas with equal lanes are one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SubstreamId {
    /// Index of the choice, generation or result; 0 where there is but one.
    pub(crate) choice: u64,
    /// Index of the content block or tool call; [`Self::ANY_BLOCK`] where a text spans blocks.
    pub(crate) block: u64,
    /// Which text of the block.
    pub(crate) part: Part,
}

impl SubstreamId {
    /// The block of texts that go on from block to block. Nova on InvokeModel opens one per token: such
    /// a lane is over at the end of the message only.
    pub(crate) const ANY_BLOCK: u64 = u64::MAX;

    /// Where the text stands in the answer as a whole, in the manner of RFC 6901: choice, block and part. A stream has no document
    /// that a real pointer could point into.
    pub(crate) fn pointer(self) -> String {
        let Self { choice, block, part } = self;
        match block {
            Self::ANY_BLOCK => format!("/choices/{choice}/{}", part.name()),
            block => format!("/choices/{choice}/blocks/{block}/{}", part.name()),
        }
    }
}

/// A piece of a text that runs through events.
#[derive(Clone)]
pub(crate) struct Delta<'a> {
    pub(crate) lane: SubstreamId,
    pub(crate) kind: FieldKind,
    /// Decoded. For [`Part::ToolArguments`] it is a fragment of JSON.
    pub(crate) text: Cow<'a, str>,
    node: usize,
}

impl fmt::Debug for Delta<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delta")
            .field("lane", &self.lane)
            .field("kind", &self.kind)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// One event, read.
pub(crate) struct Event<'a> {
    doc: Document<'a>,
    kind: EventKind,
    shape: Shape,
    block: Option<u64>,
    ended: Vec<u64>,
    deltas: Vec<Delta<'a>>,
    /// Signatures of reasoning, each with the lane of what it signs.
    signatures: Vec<(SubstreamId, usize)>,
    rest: Walked,
    unknown: Unknown,
    /// What [`ModelEvent::rewrite`] made of the JSON, if anything changed.
    rewritten: Option<Vec<u8>>,
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.kind)
            .field("shape", &self.shape)
            .field("block", &self.block)
            .field("deltas", &self.deltas)
            .finish_non_exhaustive()
    }
}

/// Reads an event; content of an unknown kind is refused.
///
/// `event_type` is the `:event-type` header; for [`StreamKind::Invoke`] `json` is the unwrapped chunk.
#[cfg(test)]
pub(crate) fn deltas<'a>(kind: StreamKind, event_type: &str, json: &'a [u8]) -> Result<Event<'a>, BodyError> {
    parse_event(kind, event_type, json, Unknown::Refuse)
}

/// [`deltas`], with a say in what happens to content of an unknown kind.
pub(crate) fn parse_event<'a>(
    kind: StreamKind,
    event_type: &str,
    json: &'a [u8],
    unknown: Unknown,
) -> Result<Event<'a>, BodyError> {
    let doc = Document::parse(json)?;
    let root = Document::ROOT;
    let known = match kind {
        StreamKind::Converse => shapes::event_table(event_type).map(|table| (Shape::Converse, table, false)),
        StreamKind::Invoke if event_type != "chunk" => None,
        // Writer ends its streams so.
        StreamKind::Invoke if doc.kind(root) == NodeKind::String && doc.string(root) == "[DONE]" => {
            return Ok(Event::new(doc, EventKind::Other, Shape::OpenAiChat, unknown));
        }
        StreamKind::Invoke => shape::chunk_table(&doc)
            .map(|(shape, table)| (shape, table, false))
            .or_else(|| shape::response_table(&doc).map(|(shape, table)| (shape, table, true))),
    };
    let Some((shape, table, whole)) = known.filter(|_| doc.kind(root) == NodeKind::Object) else {
        if unknown == Unknown::Refuse {
            return Err(BodyError::new(BodyErrorKind::UnknownShape { what: "event" }));
        }
        let mut event = Event::new(doc, EventKind::Other, Shape::Unknown, unknown);
        event.rest = walk::walk_free(&event.doc, root, FieldKind::Free, false);
        return Ok(event);
    };
    let walked = walk::walk(&doc, root, table, Role::Assistant, unknown)?;
    let event_kind = if whole { EventKind::Whole } else { event_kind(&doc, shape, event_type) };
    let mut event = Event::new(doc, event_kind, shape, unknown);
    event.ended = ended_choices(&event.doc, shape);
    event.split_deltas(kind, walked);
    Ok(event)
}

impl<'a> Event<'a> {
    fn new(doc: Document<'a>, kind: EventKind, shape: Shape, unknown: Unknown) -> Self {
        let (ended, deltas, signatures) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            doc,
            kind,
            shape,
            block: None,
            ended,
            deltas,
            signatures,
            rest: Walked::default(),
            unknown,
            rewritten: None,
        }
    }

    /// Parts the deltas from the texts that are whole in this event.
    fn split_deltas(&mut self, kind: StreamKind, walked: Walked) {
        let root = Document::ROOT;
        let body = match (kind, self.shape) {
            (StreamKind::Invoke, Shape::Nova) => self
                .doc
                .members(root)
                .map(|(_, value)| value)
                .find(|&value| self.doc.get(value, "contentBlockIndex").is_some()),
            _ => Some(root),
        };
        let index = body.and_then(|at| own_index(&self.doc, at));
        self.block = is_by_block(self.shape).then_some(index).flatten();
        self.rest.skipped = walked.skipped;
        // Remembered, so that many deltas in one wide object stay linear.
        let mut known = HashMap::new();
        for &(node, _) in walked.signatures.iter().filter(|&&(node, _)| self.doc.raw(node) != "\"\"") {
            self.signatures.push((self.lane(kind, node, Part::Reasoning, &mut known), node));
        }
        self.rest.signatures = walked.signatures;
        for found in walked.found {
            let Form::Delta(part) = found.form else {
                self.rest.found.push(found);
                continue;
            };
            let lane = self.lane(kind, found.node, part, &mut known);
            self.deltas.push(Delta { lane, kind: found.kind, text: self.doc.string(found.node), node: found.node });
        }
    }

    fn lane(&self, kind: StreamKind, node: usize, part: Part, known: &mut HashMap<usize, Option<u64>>) -> SubstreamId {
        // Indices of everything around the text, from the outermost in.
        let mut indices = Vec::new();
        let mut at = node;
        while at != Document::ROOT {
            let parent = self.doc.node(at).parent();
            at = parent;
            let in_array = self.doc.kind(self.doc.node(at).parent()) == NodeKind::Array;
            let own = *known.entry(at).or_insert_with(|| own_index(&self.doc, at));
            match own {
                Some(index) => indices.push(index),
                None if in_array && self.doc.kind(at) == NodeKind::Object => {
                    indices.push(u64::from(self.doc.node(at).position()));
                }
                None => {}
            }
        }
        let outer = indices.pop().unwrap_or(0);
        let inner = indices.pop().unwrap_or(0);
        let spans_blocks =
            kind == StreamKind::Invoke && self.shape == Shape::Nova && matches!(part, Part::Text | Part::Reasoning);
        if spans_blocks {
            SubstreamId { choice: 0, block: SubstreamId::ANY_BLOCK, part }
        } else if is_by_block(self.shape) {
            SubstreamId { choice: 0, block: outer, part }
        } else {
            SubstreamId { choice: outer, block: inner, part }
        }
    }

    /// Returns the shape of the stream.
    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// Returns the JSON as it arrived.
    pub(crate) fn json(&self) -> &str {
        self.doc.text()
    }

    /// The texts that go on from earlier events, in the order of the event.
    #[cfg(test)]
    pub(crate) fn deltas(&self) -> &[Delta<'a>] {
        &self.deltas
    }

    /// Returns `true` if this is the event of its stream that holds traces: the last.
    pub(crate) fn takes_trace(&self) -> bool {
        match self.shape {
            Shape::Converse => self.kind == EventKind::Metadata,
            _ => self.doc.get(Document::ROOT, "amazon-bedrock-invocationMetrics").is_some(),
        }
    }

    /// Returns the JSON that [`ModelEvent::rewrite`] made, or `None` if nothing changed.
    pub(crate) fn into_rewritten(self) -> Option<Vec<u8>> {
        self.rewritten
    }

    /// The texts that are whole in this event, for tests.
    #[cfg(test)]
    pub(super) fn whole_texts(&self) -> impl Iterator<Item = &walk::Found> {
        self.rest.found.iter()
    }
}

impl ModelEvent for Event<'_> {
    fn kind(&self) -> EventKind {
        self.kind
    }

    fn block(&self) -> Option<u64> {
        self.block
    }

    fn ended_choices(&self) -> &[u64] {
        &self.ended
    }

    fn delta_texts(&self) -> DeltaTexts<'_> {
        self.deltas.iter().map(|delta| (delta.lane, &*delta.text)).collect()
    }

    fn signed(&self) -> Vec<SubstreamId> {
        self.signatures.iter().map(|&(lane, _)| lane).collect()
    }

    fn rewrite(
        &mut self,
        edits: &[(usize, FieldEdit)],
        unsigned: &[usize],
        f: &mut Visitor<'_>,
    ) -> Result<Coverage, BodyError> {
        let mut visit = Visit::new(&self.doc, None, self.unknown);
        for (position, edit) in edits {
            let delta = self.deltas.get(*position).ok_or_else(JsonError::edit)?;
            visit.write(delta.node, edit)?;
        }
        for &position in unsigned {
            let &(_, node) = self.signatures.get(position).ok_or_else(JsonError::edit)?;
            visit.write(node, &FieldEdit::whole(self.doc.string(node).len(), ""))?;
        }
        visit.coverage.inspected_bytes = self.deltas.iter().map(|delta| delta.text.len()).sum();
        visit.all(&self.rest, f)?;
        visit.edits.sort_by_key(|edit| edit.range.start);
        let apart = visit.edits.iter().is_sorted_by(|one, next| one.range.end <= next.range.start);
        if !apart {
            return Err(JsonError::edit().into());
        }
        let (edits, coverage) = (visit.edits, visit.coverage);
        self.rewritten = splice(self.doc.text(), &edits).map(String::into_bytes);
        Ok(coverage)
    }
}

/// Whether a stream numbers content blocks, and not choices.
fn is_by_block(shape: Shape) -> bool {
    matches!(shape, Shape::AnthropicMessages | Shape::Nova | Shape::Converse | Shape::CohereChat)
}

fn own_index(doc: &Document<'_>, object: usize) -> Option<u64> {
    ["index", "contentBlockIndex"].iter().find_map(|name| doc.get(object, name)).and_then(|value| doc.as_index(value))
}
