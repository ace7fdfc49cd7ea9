//! Reads the text of a stream event: deltas, which continue substreams, and fields that are complete in the event.

use std::borrow::Cow;
use std::fmt;

use smallvec::SmallVec;

use crate::bedrock::body_editor::BodyEditor;
use crate::bedrock::error::BodyError;
use crate::bedrock::families::{BodyFormat, Family, Fields, converse, is_end_marker, model_chunk, model_response};
use crate::bedrock::model_event::{DeltaTexts, EventKind, ModelEvent, StreamKind, SubstreamId};
use crate::bedrock::table::{DeltaKind, Role};
use crate::bedrock::text_field::{FieldKind, InspectionSummary, Visitor};
use crate::bedrock::text_nodes::{Encoding, TextNodes};
use crate::bedrock::visit::Visit;
use crate::bedrock::walk::{UnknownContent, walk, walk_free};
use crate::json::{FieldEdit, JsonDocument, JsonError, NodeKind, splice};

/// A piece of text that continues a substream.
#[derive(Clone)]
pub(crate) struct Delta<'a> {
    pub(crate) substream: SubstreamId,
    /// Decoded. For [`DeltaKind::ToolArguments`] it is a fragment of JSON.
    pub(crate) text: Cow<'a, str>,
    node: usize,
}

impl fmt::Debug for Delta<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delta")
            .field("substream", &self.substream)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// An event in its JSON form.
pub(crate) struct Event<'a> {
    doc: JsonDocument<'a>,
    kind: EventKind,
    format: BodyFormat,
    block: Option<u64>,
    part: Option<(u64, Option<u64>)>,
    ended: Vec<u64>,
    deltas: Vec<Delta<'a>>,
    /// Signatures of reasoning, each with the substream that it signs.
    signatures: Vec<(SubstreamId, usize)>,
    /// The fields that are complete in this event.
    rest: TextNodes,
    unknown: UnknownContent,
    /// The JSON that [`ModelEvent::rewrite`] made, if anything changed.
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

/// Reads an event. Unknown content is rejected.
#[cfg(test)]
pub(crate) fn deltas<'a>(kind: StreamKind, event_type: &str, json: &'a [u8]) -> Result<Event<'a>, BodyError> {
    parse_event(kind, event_type, json, UnknownContent::Reject)
}

/// Reads an event. `event_type` is the `:event-type` header; for [`StreamKind::Invoke`] `json` is the unwrapped chunk.
pub(crate) fn parse_event<'a>(
    stream: StreamKind,
    event_type: &str,
    json: &'a [u8],
    unknown: UnknownContent,
) -> Result<Event<'a>, BodyError> {
    let doc = JsonDocument::parse(json)?;
    let root = JsonDocument::ROOT;
    let recognized = match stream {
        StreamKind::Converse => {
            converse::event(event_type).map(|(kind, table)| (BodyFormat::Converse, table, Some(kind)))
        }
        StreamKind::Invoke if event_type != "chunk" => None,
        StreamKind::Invoke | StreamKind::ServerSent if is_end_marker(&doc) => {
            return Ok(Event::new(doc, EventKind::Other, BodyFormat::OpenAiChat, unknown));
        }
        StreamKind::Invoke | StreamKind::ServerSent => {
            model_chunk(&doc).map(|(format, table)| (format, table, None)).or_else(|| {
                let response = model_response(&doc);
                response.map(|(format, table)| (format, table, Some(EventKind::CompleteResponse)))
            })
        }
    };
    let Some((format, table, kind)) = recognized.filter(|_| doc.kind(root) == NodeKind::Object) else {
        if unknown == UnknownContent::Reject {
            return Err(BodyError::unknown_format("event"));
        }
        let mut event = Event::new(doc, EventKind::Other, BodyFormat::Unknown, unknown);
        event.rest = walk_free(&event.doc, FieldKind::Free, false)?;
        return Ok(event);
    };
    let nodes = walk(&doc, root, table, Role::Assistant, unknown)?;
    let (family, fields) = (format.family(), Fields::new(&doc, root));
    let ended = (family.ended_choices)(fields);
    let kind = kind.unwrap_or_else(|| (family.event_kind)(fields, &ended));
    let block = (family.indexed_object)(fields).filter(|_| family.has_content_blocks);
    let block = block.and_then(|at| own_index(&doc, at));
    let part = (family.part)(fields);
    let mut event = Event { block, part, ended, ..Event::new(doc, kind, format, unknown) };
    event.split_deltas(family, nodes);
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
            part: None,
            ended,
            deltas,
            signatures,
            rest: TextNodes::default(),
            unknown,
            rewritten: None,
        }
    }

    /// Separates the deltas from the fields that are complete in this event.
    fn split_deltas(&mut self, family: &Family, nodes: TextNodes) {
        self.rest.skipped = nodes.skipped;
        let mut known = Around::default();
        for &(node, _) in nodes.signatures.iter().filter(|&&(node, _)| !self.doc.inside(node).is_empty()) {
            self.signatures.push((self.substream(family, node, DeltaKind::Reasoning, &mut known), node));
        }
        let mut known = Around::default();
        self.rest.signatures = nodes.signatures;
        for field in nodes.fields {
            let Encoding::Delta(kind) = field.encoding else {
                self.rest.fields.push(field);
                continue;
            };
            let substream = self.substream(family, field.node(), kind, &mut known);
            self.deltas.push(Delta { substream, text: self.doc.string(field.node()), node: field.node() });
        }
    }

    fn substream(&self, family: &Family, node: usize, kind: DeltaKind, known: &mut Around) -> SubstreamId {
        if let Some((choice, block)) = self.part {
            return SubstreamId { choice, block: block.unwrap_or(0), kind };
        }
        // The indices of everything around the text, from the inside out.
        known.move_to(&self.doc, node);
        let mut indices: SmallVec<[u64; 4]> = SmallVec::new();
        for &(at, own) in &known.0 {
            let in_array = self.doc.kind(self.doc.parent(at)) == NodeKind::Array;
            match own {
                Some(index) => indices.push(index),
                None if in_array && self.doc.kind(at) == NodeKind::Object => {
                    indices.push(u64::from(self.doc.position(at)));
                }
                None => {}
            }
        }
        let outer = indices.pop().unwrap_or(0);
        let inner = indices.pop().unwrap_or(0);
        if !family.has_content_blocks {
            return SubstreamId { choice: outer, block: inner, kind };
        }
        let block = if (family.spans_content_blocks)(kind) { SubstreamId::ANY_BLOCK } else { outer };
        SubstreamId { choice: 0, block, kind }
    }

    /// Returns the format of the stream.
    pub(crate) fn format(&self) -> BodyFormat {
        self.format
    }

    /// Returns the ID of the item that the event belongs to, and the number of the event, in streams of OpenAI Responses.
    pub(crate) fn item(&self) -> (Option<String>, Option<u64>) {
        let fields = Fields::new(&self.doc, JsonDocument::ROOT);
        (fields.text("item_id").map(Cow::into_owned), fields.number("sequence_number"))
    }

    /// Returns the JSON as it arrived.
    pub(crate) fn json(&self) -> &str {
        self.doc.text()
    }

    /// Returns the pieces of text that continue substreams, in the order of the event.
    #[cfg(test)]
    pub(crate) fn deltas(&self) -> &[Delta<'a>] {
        &self.deltas
    }

    /// Returns `true` if this is the event of its stream that contains traces: the last.
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

    /// Returns the number of fields that are complete in this event.
    #[cfg(test)]
    pub(super) fn complete_fields(&self) -> usize {
        self.rest.fields.len()
    }
}

impl ModelEvent for Event<'_> {
    fn kind(&self) -> EventKind {
        self.kind
    }

    fn block(&self) -> Option<u64> {
        self.block
    }

    fn part(&self) -> Option<(u64, Option<u64>)> {
        self.part
    }

    fn is_bare_delta(&self) -> bool {
        let has_only_delta = self.format.family().has_only_delta;
        self.kind == EventKind::Delta
            && self.deltas.len() == 1
            && self.ended.is_empty()
            && self.signatures.is_empty()
            && self.rest.fields.is_empty()
            && !self.takes_trace()
            && has_only_delta(Fields::new(&self.doc, JsonDocument::ROOT))
    }

    fn interrupts_text(&self) -> bool {
        let interrupts_text = self.format.family().interrupts_text;
        self.kind == EventKind::ContentBlockStart && interrupts_text(Fields::new(&self.doc, JsonDocument::ROOT))
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

    fn has_deltas_only(&self) -> bool {
        self.rest.is_empty()
    }

    fn rewrite(
        &mut self,
        edits: &[(usize, FieldEdit)],
        unsigned: &[usize],
        f: &mut Visitor<'_>,
    ) -> Result<InspectionSummary, BodyError> {
        let mut editor = BodyEditor::new(&self.doc, None);
        for (position, edit) in edits {
            let delta = self.deltas.get(*position).ok_or_else(JsonError::edit)?;
            editor.write(delta.node, edit)?;
        }
        for &position in unsigned {
            let &(_, node) = self.signatures.get(position).ok_or_else(JsonError::edit)?;
            editor.clear(node)?;
        }
        editor.summary.inspected_bytes = self.deltas.iter().map(|delta| delta.text.len()).sum();
        let mut visit = Visit::new(editor, self.unknown);
        visit.all(&self.rest, f)?;
        let BodyEditor { edits, summary, .. } = visit.editor;
        // Sorted by the visit.
        let are_disjoint = edits.iter().is_sorted_by(|one, next| one.range.end <= next.range.start);
        if !are_disjoint {
            return Err(JsonError::edit().into());
        }
        self.rewritten = splice(self.doc.text(), &edits).map(String::into_bytes);
        Ok(summary)
    }
}

/// The arrays and objects around a text, from the inside out, each with the index that it contains.
///
/// Texts come in the order of the document, so what is around several of them is read once: many deltas in one wide object stay linear.
#[derive(Default)]
struct Around(SmallVec<[(usize, Option<u64>); 8]>);

impl Around {
    fn move_to(&mut self, doc: &JsonDocument<'_>, node: usize) {
        let mut last = std::mem::take(&mut self.0).into_iter().peekable();
        let mut at = node;
        while at != JsonDocument::ROOT {
            at = doc.parent(at);
            while last.next_if(|&(known, _)| known > at).is_some() {}
            let own = match last.peek() {
                Some(&(known, own)) if known == at => own,
                _ => own_index(doc, at),
            };
            self.0.push((at, own));
        }
    }
}

fn own_index(doc: &JsonDocument<'_>, object: usize) -> Option<u64> {
    ["index", "contentBlockIndex"].iter().find_map(|name| doc.get(object, name)).and_then(|value| doc.as_index(value))
}
