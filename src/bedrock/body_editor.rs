//! Offers the text fields of a JSON document to a visitor, and collects its edits.

use std::borrow::Cow;
use std::collections::HashMap;

use super::context_names::{self, ContextNames};
use super::error::BodyError;
use super::text_field::{FieldForm, FieldLocation, InspectionSummary, SkipReason, Skipped, TextField, Visitor};
use super::text_nodes::{NameNodes, TextNode};
use crate::guardrail::Position;
use crate::json::{FieldEdit, JsonDocument, RawEdit, string_edits};

/// A document, and the edits that the visitor makes in it.
pub(super) struct BodyEditor<'d, 'a> {
    pub(super) doc: &'d JsonDocument<'a>,
    /// The string that contains the document.
    outer: Option<&'d FieldLocation<'d>>,
    /// The names that lead to that string.
    names: ContextNames,
    /// Where that string is in its conversation.
    position: Position,
    /// Names with escapes, decoded once.
    decoded: HashMap<usize, Box<str>>,
    /// In document order.
    pub(super) edits: Vec<RawEdit>,
    pub(super) summary: InspectionSummary,
}

impl<'d, 'a> BodyEditor<'d, 'a> {
    pub(super) fn new(doc: &'d JsonDocument<'a>, outer: Option<&'d FieldLocation<'d>>) -> Self {
        Self {
            doc,
            outer,
            names: ContextNames::default(),
            position: Position::Current,
            decoded: HashMap::new(),
            edits: Vec::new(),
            summary: InspectionSummary::default(),
        }
    }

    /// Sets the names that lead to the string that contains the document, and where that string is in its conversation.
    pub(super) fn with_context(self, names: ContextNames, position: Position) -> Self {
        Self { names, position, ..self }
    }

    /// Offers text, and returns the edits of the visitor, if any.
    pub(super) fn offer(&mut self, field: &TextNode, text: Cow<'_, str>, f: &mut Visitor<'_>) -> Option<FieldEdit> {
        let form = field.encoding.form();
        let context =
            if form == FieldForm::Key { String::new() } else { self.names_of(field.names).context(field.kind) };
        if form != FieldForm::ShortNumber {
            self.summary.inspected_bytes += text.len();
        } else if context.is_empty() {
            return None;
        }
        let location = self.location(field.node());
        let position = self.position_of(field);
        f(TextField { kind: field.kind, text, form, position, context, location }).filter(|edit| !edit.is_empty())
    }

    /// Applies an edit of the string at `node` to its raw bytes.
    pub(super) fn write(&mut self, node: usize, edit: &FieldEdit) -> Result<(), BodyError> {
        let (inside, start) = (self.doc.inside(node), self.doc.range(node).start + 1);
        Ok(string_edits(inside, start, &self.doc.string(node), edit, &mut self.edits)?)
    }

    /// Empties the string at `node`.
    pub(super) fn clear(&mut self, node: usize) -> Result<(), BodyError> {
        self.write(node, &FieldEdit::whole(self.doc.string(node).len(), ""))
    }

    /// Replaces a value.
    pub(super) fn replace(&mut self, node: usize, json: String) {
        let at = self.doc.range(node);
        self.edits.push(RawEdit { range: at, bytes: json });
    }

    /// Adds edits, which are in order, and drops the earlier edits of their ranges.
    pub(super) fn override_edits(&mut self, edits: Vec<RawEdit>) {
        self.edits.retain(|edit| {
            let next = edits.partition_point(|new| new.range.end <= edit.range.start);
            edits.get(next).is_none_or(|new| edit.range.end <= new.range.start)
        });
        self.edits.extend(edits);
    }

    /// Puts the edits in document order.
    pub(super) fn sort(&mut self) {
        self.edits.sort_by_key(|edit| edit.range.start);
    }

    /// Lists content that is not inspected.
    pub(super) fn skip(&mut self, node: usize, reason: SkipReason) {
        let at = self.doc.range(node);
        let pointer = self.doc.pointer(node);
        let pointer = match self.outer {
            Some(outer) => format!("{}#{pointer}", outer.pointer()),
            None => pointer,
        };
        self.summary.skipped.push(Skipped { pointer, reason, bytes: at.len() });
    }

    pub(super) fn location(&self, node: usize) -> FieldLocation<'d> {
        FieldLocation::Json { doc: self.doc, node, outer: self.outer }
    }

    /// Returns where text is in the conversation. A document in a string is where the string is.
    pub(super) fn position_of(&self, field: &TextNode) -> Position {
        if self.position == Position::Current { field.position } else { self.position }
    }

    /// Returns the names of a value, after those of the string that contains the document.
    pub(super) fn names_of(&mut self, names: NameNodes) -> ContextNames {
        let mut all = self.names.clone();
        for key in names.nodes() {
            all = all.of_field(&self.name(key));
        }
        all
    }

    /// Returns the end of a field's name. A million values may share a name, so a decoded name is kept.
    fn name(&mut self, key: usize) -> Cow<'a, str> {
        if let Some(known) = self.decoded.get(&key) {
            return Cow::Owned(known.to_string());
        }
        match self.doc.string(key) {
            Cow::Borrowed(name) => Cow::Borrowed(context_names::end(name)),
            Cow::Owned(name) => {
                let name = context_names::end(&name);
                self.decoded.insert(key, name.into());
                Cow::Owned(name.to_owned())
            }
        }
    }
}
