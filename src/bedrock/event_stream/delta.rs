//! The texts of one stream event: which go on from earlier events, and which are whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use crate::bedrock::error::{BodyError, BodyErrorKind};
use crate::bedrock::shape::{self, BodyFormat};
use crate::bedrock::shapes;
use crate::bedrock::table::{DeltaKind, Role};
use crate::bedrock::text_field::{FieldKind, InspectionSummary};
use crate::bedrock::visit::{Visit, Visitor};
use crate::bedrock::walk::{self, Encoding, TextNodes, UnknownContent};
use crate::json::{FieldEdit, JsonDocument, JsonError, NodeKind, splice};

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
    /// A content block opens; its deltas, if it has any, are the first of their substreams.
    ContentBlockStart,
    /// Text goes on.
    Delta,
    /// A content block is over, and with it the substreams of [`Event::block`].
    ContentBlockStop,
    /// Choices are over, and with them the substreams of [`Event::ended_choices`], after the deltas of this
    /// very event.
    ChoiceStop,
    /// No text follows: all substreams are over, after the deltas of this very event.
    MessageStop,
    /// Counters and traces behind the text.
    Metadata,
    /// A whole answer in one event, as embeddings and Cohere without `stream` send it.
    CompleteResponse,
    /// Carries no text: pings, padding, `"[DONE]"`.
    Other,
}

/// The text that a delta continues: deltas with equal substreams are one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SubstreamId {
    /// Index of the choice, generation or result; 0 where there is but one.
    pub(crate) choice: u64,
    /// Index of the content block or tool call; [`Self::ANY_BLOCK`] where a text spans blocks.
    pub(crate) block: u64,
    /// Which text of the block.
    pub(crate) part: DeltaKind,
}

impl SubstreamId {
    /// The block of texts that go on from block to block. Nova on InvokeModel opens one per token: such
    /// a substream is over at the end of the message only.
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
    pub(crate) substream: SubstreamId,
    pub(crate) kind: FieldKind,
    /// Decoded. For [`DeltaKind::ToolArguments`] it is a fragment of JSON.
    pub(crate) text: Cow<'a, str>,
    node: usize,
}

impl fmt::Debug for Delta<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delta")
            .field("substream", &self.substream)
            .field("kind", &self.kind)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// One event, read.
pub(crate) struct Event<'a> {
    doc: JsonDocument<'a>,
    kind: EventKind,
    format: BodyFormat,
    block: Option<u64>,
    ended: Vec<u64>,
    deltas: Vec<Delta<'a>>,
    /// Signatures of reasoning, each with the substream of what it signs.
    signatures: Vec<(SubstreamId, usize)>,
    rest: TextNodes,
    unknown: UnknownContent,
    /// What [`ModelEvent::rewrite`] made of the JSON, if anything changed.
    rewritten: Option<Vec<u8>>,
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.kind)
            .field("format", &self.format)
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
    parse_event(kind, event_type, json, UnknownContent::Reject)
}

/// [`deltas`], with a say in what happens to content of an unknown kind.
pub(crate) fn parse_event<'a>(
    kind: StreamKind,
    event_type: &str,
    json: &'a [u8],
    unknown: UnknownContent,
) -> Result<Event<'a>, BodyError> {
    let doc = JsonDocument::parse(json)?;
    let root = JsonDocument::ROOT;
    let known = match kind {
        StreamKind::Converse => shapes::event_table(event_type).map(|table| (BodyFormat::Converse, table, false)),
        StreamKind::Invoke if event_type != "chunk" => None,
        // Writer ends its streams so.
        StreamKind::Invoke if doc.kind(root) == NodeKind::String && doc.string(root) == "[DONE]" => {
            return Ok(Event::new(doc, EventKind::Other, BodyFormat::OpenAiChat, unknown));
        }
        StreamKind::Invoke => shape::chunk_table(&doc)
            .map(|(format, table)| (format, table, false))
            .or_else(|| shape::response_table(&doc).map(|(format, table)| (format, table, true))),
    };
    let Some((format, table, whole)) = known.filter(|_| doc.kind(root) == NodeKind::Object) else {
        if unknown == UnknownContent::Reject {
            return Err(BodyError::new(BodyErrorKind::UnknownFormat { what: "event" }));
        }
        let mut event = Event::new(doc, EventKind::Other, BodyFormat::Unknown, unknown);
        event.rest = walk::walk_free(&event.doc, root, FieldKind::Free, false);
        return Ok(event);
    };
    let walked = walk::walk(&doc, root, table, Role::Assistant, unknown)?;
    let event_kind = if whole { EventKind::CompleteResponse } else { event_kind(&doc, format, event_type) };
    let mut event = Event::new(doc, event_kind, format, unknown);
    event.ended = ended_choices(&event.doc, format);
    event.split_deltas(kind, walked);
    Ok(event)
}

impl<'a> Event<'a> {
    fn new(doc: JsonDocument<'a>, kind: EventKind, format: BodyFormat, unknown: UnknownContent) -> Self {
        let (ended, deltas, signatures) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            doc,
            kind,
            format,
            block: None,
            ended,
            deltas,
            signatures,
            rest: TextNodes::default(),
            unknown,
            rewritten: None,
        }
    }

    /// Parts the deltas from the texts that are whole in this event.
    fn split_deltas(&mut self, kind: StreamKind, walked: TextNodes) {
        let root = JsonDocument::ROOT;
        let body = match (kind, self.format) {
            (StreamKind::Invoke, BodyFormat::Nova) => self
                .doc
                .members(root)
                .map(|(_, value)| value)
                .find(|&value| self.doc.get(value, "contentBlockIndex").is_some()),
            _ => Some(root),
        };
        let index = body.and_then(|at| own_index(&self.doc, at));
        self.block = is_by_block(self.format).then_some(index).flatten();
        self.rest.skipped = walked.skipped;
        // Remembered, so that many deltas in one wide object stay linear.
        let mut known = HashMap::new();
        for &(node, _) in walked.signatures.iter().filter(|&&(node, _)| self.doc.raw(node) != "\"\"") {
            self.signatures.push((self.substream(kind, node, DeltaKind::Reasoning, &mut known), node));
        }
        self.rest.signatures = walked.signatures;
        for found in walked.found {
            let Encoding::Delta(part) = found.encoding else {
                self.rest.found.push(found);
                continue;
            };
            let substream = self.substream(kind, found.node, part, &mut known);
            self.deltas.push(Delta {
                substream,
                kind: found.kind,
                text: self.doc.string(found.node),
                node: found.node,
            });
        }
    }

    fn substream(
        &self,
        kind: StreamKind,
        node: usize,
        part: DeltaKind,
        known: &mut HashMap<usize, Option<u64>>,
    ) -> SubstreamId {
        // Indices of everything around the text, from the outermost in.
        let mut indices = Vec::new();
        let mut at = node;
        while at != JsonDocument::ROOT {
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
        let spans_blocks = kind == StreamKind::Invoke
            && self.format == BodyFormat::Nova
            && matches!(part, DeltaKind::Text | DeltaKind::Reasoning);
        if spans_blocks {
            SubstreamId { choice: 0, block: SubstreamId::ANY_BLOCK, part }
        } else if is_by_block(self.format) {
            SubstreamId { choice: 0, block: outer, part }
        } else {
            SubstreamId { choice: outer, block: inner, part }
        }
    }

    /// Returns the format of the stream.
    pub(crate) fn format(&self) -> BodyFormat {
        self.format
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
        match self.format {
            BodyFormat::Converse => self.kind == EventKind::Metadata,
            _ => self.doc.get(JsonDocument::ROOT, "amazon-bedrock-invocationMetrics").is_some(),
        }
    }

    /// Returns the JSON that [`ModelEvent::rewrite`] made, or `None` if nothing changed.
    pub(crate) fn into_rewritten(self) -> Option<Vec<u8>> {
        self.rewritten
    }

    /// The texts that are whole in this event, for tests.
    #[cfg(test)]
    pub(super) fn whole_texts(&self) -> impl Iterator<Item = &walk::TextNode> {
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
        self.deltas.iter().map(|delta| (delta.substream, &*delta.text)).collect()
    }

    fn signed(&self) -> Vec<SubstreamId> {
        self.signatures.iter().map(|&(substream, _)| substream).collect()
    }

    fn rewrite(
        &mut self,
        edits: &[(usize, FieldEdit)],
        unsigned: &[usize],
        f: &mut Visitor<'_>,
    ) -> Result<InspectionSummary, BodyError> {
        let mut visit = Visit::new(&self.doc, None, self.unknown);
        for (position, edit) in edits {
            let delta = self.deltas.get(*position).ok_or_else(JsonError::edit)?;
            visit.write(delta.node, edit)?;
        }
        for &position in unsigned {
            let &(_, node) = self.signatures.get(position).ok_or_else(JsonError::edit)?;
            visit.write(node, &FieldEdit::whole(self.doc.string(node).len(), ""))?;
        }
        visit.summary.inspected_bytes = self.deltas.iter().map(|delta| delta.text.len()).sum();
        visit.all(&self.rest, f)?;
        visit.edits.sort_by_key(|edit| edit.range.start);
        let apart = visit.edits.iter().is_sorted_by(|one, next| one.range.end <= next.range.start);
        if !apart {
            return Err(JsonError::edit().into());
        }
        let (edits, summary) = (visit.edits, visit.summary);
        self.rewritten = splice(self.doc.text(), &edits).map(String::into_bytes);
        Ok(summary)
    }
}

/// Whether a stream numbers content blocks, and not choices.
fn is_by_block(format: BodyFormat) -> bool {
    matches!(format, BodyFormat::AnthropicMessages | BodyFormat::Nova | BodyFormat::Converse | BodyFormat::CohereChat)
}

fn own_index(doc: &JsonDocument<'_>, object: usize) -> Option<u64> {
    ["index", "contentBlockIndex"].iter().find_map(|name| doc.get(object, name)).and_then(|value| doc.as_index(value))
}
