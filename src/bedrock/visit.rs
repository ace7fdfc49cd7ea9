//! Offers each text field of a body to a visitor, and writes back what the visitor changes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::body_editor::BodyEditor;
use super::context_names::ContextNames;
use super::error::BodyError;
use super::families::{BodyFormat, Recognized, operation_request, operation_response};
use super::files::Files;
use super::number_text::NumberText;
use super::operation::Operation;
use super::reasoning::withhold_unsigned;
use super::table::Role;
use super::text_field::{FieldKind, FieldLocation, InspectionSummary, Visitor};
use super::text_nodes::{Encoding, TextNode, TextNodes};
use super::unique_names::UniqueNames;
use super::walk::{UnknownContent, walk, walk_free};
use crate::guardrail::Position;
use crate::json::{FieldEdit, JsonDocument, NodeKind, RawEdit, splice};

/// The result of a visit.
#[derive(Clone)]
pub(crate) struct Visited {
    /// The new body, or `None` if nothing was changed and the body is forwarded byte for byte.
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) summary: InspectionSummary,
    pub(crate) format: BodyFormat,
}

impl fmt::Debug for Visited {
    // Without the body, which contains the caller's text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visited")
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .field("summary", &self.summary)
            .field("format", &self.format)
            .finish()
    }
}

/// Visits a request body. Unknown content is rejected.
#[cfg(test)]
pub(crate) fn visit_request(operation: Operation, body: &[u8], f: &mut Visitor<'_>) -> Result<Visited, BodyError> {
    visit_request_with(operation, body, UnknownContent::Reject, f)
}

#[cfg(test)]
pub(crate) fn visit_request_with(
    operation: Operation,
    body: &[u8],
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    visit_request_document(operation, &JsonDocument::parse(body)?, unknown, Vec::new(), f)
}

/// Visits a request body that is already parsed. `removed` are edits that remove fields from it, in order.
pub(crate) fn visit_request_document(
    operation: Operation,
    doc: &JsonDocument<'_>,
    unknown: UnknownContent,
    removed: Vec<RawEdit>,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    let mut edited = edit_document(doc, operation_request(operation, doc), Role::User, unknown, None, f)?;
    if !removed.is_empty() {
        edited.edits.retain(|edit| !removed.iter().any(|removed| removed.covers(edit)));
        edited.edits.extend(removed);
        edited.edits.sort_by_key(|edit| edit.range.start);
    }
    Ok(edited.into_visited(doc))
}

/// Visits a response body. Unknown content is rejected.
#[cfg(test)]
pub(crate) fn visit_response(operation: Operation, body: &[u8], f: &mut Visitor<'_>) -> Result<Visited, BodyError> {
    visit_response_with(operation, body, UnknownContent::Reject, f)
}

/// Visits a response body; for operations with a stream, a chunk that contains a complete response.
pub(crate) fn visit_response_with(
    operation: Operation,
    body: &[u8],
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    let doc = JsonDocument::parse(body)?;
    let recognized = operation_response(operation, &doc);
    Ok(edit_document(&doc, recognized, Role::Assistant, unknown, None, f)?.into_visited(&doc))
}

/// Visits a document of any format.
pub(crate) fn visit_any_json(
    doc: &JsonDocument<'_>,
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    let nodes = walk_free(doc, FieldKind::Free, true)?;
    let mut visit = Visit::new(BodyEditor::new(doc, None), unknown);
    visit.all(&nodes, f)?;
    let edited = Edited { format: BodyFormat::Unknown, edits: visit.editor.edits, summary: visit.editor.summary };
    Ok(edited.into_visited(doc))
}

/// The edits of a document.
struct Edited {
    format: BodyFormat,
    /// In document order.
    edits: Vec<RawEdit>,
    summary: InspectionSummary,
}

impl Edited {
    fn into_visited(self, doc: &JsonDocument<'_>) -> Visited {
        let body = splice(doc.text(), &self.edits).map(String::into_bytes);
        Visited { body, summary: self.summary, format: self.format }
    }
}

fn edit_document(
    doc: &JsonDocument<'_>,
    recognized: Option<Recognized>,
    role: Role,
    unknown: UnknownContent,
    outer: Option<&FieldLocation<'_>>,
    f: &mut Visitor<'_>,
) -> Result<Edited, BodyError> {
    let is_request = role == Role::User;
    let (format, nodes) = match recognized {
        Some((format, table)) => (format, walk(doc, JsonDocument::ROOT, table, role, unknown)?),
        None if unknown == UnknownContent::Inspect => (BodyFormat::Unknown, walk_free(doc, FieldKind::Free, false)?),
        None => return Err(BodyError::unknown_format(if is_request { "request" } else { "response" })),
    };
    let mut visit = Visit { is_request, ..Visit::new(BodyEditor::new(doc, outer), unknown) };
    visit.all(&nodes, f)?;
    Ok(Edited { format, edits: visit.editor.edits, summary: visit.editor.summary })
}

/// The visit of one document.
pub(super) struct Visit<'d, 'a> {
    pub(super) editor: BodyEditor<'d, 'a>,
    unknown: UnknownContent,
    files: Files,
    /// A rule masks something in a single token.
    token_found: bool,
    /// The document is a request, or part of one.
    is_request: bool,
    /// Objects whose reasoning changes.
    changed_reasoning: BTreeSet<usize>,
    /// The keys that change, with their new names.
    renamed: Vec<(usize, String)>,
}

impl<'d, 'a> Visit<'d, 'a> {
    pub(super) fn new(editor: BodyEditor<'d, 'a>, unknown: UnknownContent) -> Self {
        Self {
            editor,
            unknown,
            files: Files::default(),
            token_found: false,
            is_request: false,
            changed_reasoning: BTreeSet::new(),
            renamed: Vec::new(),
        }
    }

    /// Visits all text fields.
    pub(super) fn all(&mut self, nodes: &TextNodes, f: &mut Visitor<'_>) -> Result<(), BodyError> {
        for field in &nodes.fields {
            self.one(*field, f)?;
        }
        for &(node, reason) in &nodes.skipped {
            self.editor.skip(node, reason);
        }
        self.keep_names_distinct()?;
        self.empty_tokens(nodes)?;
        withhold_unsigned(&mut self.editor, nodes, &self.changed_reasoning, self.is_request)
    }

    /// Numbers names that masking makes equal, in the order of the original names, because the SDK writes objects in any order.
    fn keep_names_distinct(&mut self) -> Result<(), BodyError> {
        if self.renamed.is_empty() {
            return Ok(());
        }
        let doc = self.editor.doc;
        let mut objects: BTreeMap<usize, Vec<(usize, String)>> = BTreeMap::new();
        for (key, name) in std::mem::take(&mut self.renamed) {
            objects.entry(doc.parent(key)).or_default().push((key, name));
        }
        for (object, mut renamed) in objects {
            let changed: HashSet<usize> = renamed.iter().map(|&(key, _)| key).collect();
            let kept = doc.members(object).filter(|(key, _)| !changed.contains(key));
            let mut names = UniqueNames::new(kept.map(|(key, _)| doc.string(key).into_owned()));
            renamed.sort_by(|(one, _), (other, _)| doc.string(*one).cmp(&doc.string(*other)));
            for (key, name) in renamed {
                if let Some(ending) = names.take(&name) {
                    let length = doc.string(key).len();
                    self.editor.write(key, &FieldEdit::new(vec![(length..length, ending)]))?;
                }
            }
        }
        self.editor.sort();
        Ok(())
    }

    /// Empties all tokens once anything has changed. They repeat text in pieces that are mostly too small to match.
    fn empty_tokens(&mut self, nodes: &TextNodes) -> Result<(), BodyError> {
        if self.editor.edits.is_empty() && !self.token_found {
            return Ok(());
        }
        let doc = self.editor.doc;
        let mut end = 0;
        for node in nodes.fields.iter().filter(|field| field.kind == FieldKind::Token).map(TextNode::node) {
            // What is in an array or object goes with it.
            if node < end {
                continue;
            }
            end = doc.next(node);
            match doc.kind(node) {
                NodeKind::String => self.editor.clear(node)?,
                NodeKind::Array => self.editor.replace(node, "[]".to_owned()),
                NodeKind::Object => self.editor.replace(node, "{}".to_owned()),
                _ => self.editor.replace(node, "null".to_owned()),
            }
        }
        self.editor.sort();
        Ok(())
    }

    fn one(&mut self, field: TextNode, f: &mut Visitor<'_>) -> Result<(), BodyError> {
        let TextNode { kind, encoding, .. } = field;
        let node = field.node();
        let doc = self.editor.doc;
        let text = || doc.string(node);
        if kind == FieldKind::Token && encoding != Encoding::Tokens {
            let is_string = matches!(doc.kind(node), NodeKind::String | NodeKind::Key);
            let token = if is_string { text() } else { Cow::Borrowed(doc.raw(node)) };
            // A finding in a single token empties all of them.
            self.token_found |= self.editor.offer(&field, token, f).is_some();
            return Ok(());
        }
        let edit = match encoding {
            Encoding::Tokens => return Ok(()),
            Encoding::Number | Encoding::ShortNumber => return self.number(&field, f),
            Encoding::Text | Encoding::Key | Encoding::Delta(_) => self.editor.offer(&field, text(), f),
            Encoding::Json => self.json(&field, text(), f)?,
            Encoding::FreeText => {
                let text = text();
                if may_hide_text(&text) { self.json(&field, text, f)? } else { self.editor.offer(&field, text, f) }
            }
            Encoding::File(rule) => self.files.visit(&mut self.editor, &field, rule, &text(), f)?,
            Encoding::Body => self.body(node, &text(), f)?,
        };
        let Some(edit) = edit else { return Ok(()) };
        if encoding == Encoding::Key {
            self.renamed.push((node, edit.apply(&doc.string(node))?));
        }
        if kind == FieldKind::Reasoning {
            self.changed_reasoning.insert(doc.parent(node));
        }
        self.editor.write(node, &edit)
    }

    /// Offers the digits of a number.
    fn number(&mut self, field: &TextNode, f: &mut Visitor<'_>) -> Result<(), BodyError> {
        let Some(NumberText { text, .. }) = NumberText::of(self.editor.doc.raw(field.node())) else { return Ok(()) };
        if let Some(edit) = self.editor.offer(field, Cow::Borrowed(&text), f) {
            self.editor.replace(field.node(), serde_json::Value::from(edit.apply(&text)?).to_string());
        }
        Ok(())
    }

    /// Offers the text fields of JSON in a string, or the string if it contains none.
    fn json(
        &mut self,
        field: &TextNode,
        text: Cow<'_, str>,
        f: &mut Visitor<'_>,
    ) -> Result<Option<FieldEdit>, BodyError> {
        let names = self.editor.names_of(field.names);
        let location = self.editor.location(field.node());
        let position = self.editor.position_of(field);
        let summary = &mut self.editor.summary;
        let edit = visit_json_text(&text, (field.kind, position), &names, &location, self.unknown, summary, f)?;
        Ok(edit.or_else(|| self.editor.offer(field, text, f)))
    }

    /// Visits the body of an InvokeModel request in base64, as CountTokens contains it.
    fn body(&mut self, node: usize, text: &str, f: &mut Visitor<'_>) -> Result<Option<FieldEdit>, BodyError> {
        let bytes = STANDARD.decode(text).map_err(|_| BodyError::base64(self.editor.doc.pointer(node)))?;
        let visited = visit_invoke_body(&bytes, &self.editor.location(node), self.unknown, f)?;
        self.editor.summary.merge(visited.summary);
        Ok(visited.body.map(|body| FieldEdit::whole(text.len(), STANDARD.encode(body))))
    }
}

/// Returns `true` if free text may be JSON in which an escape hides text. JSON without escapes reads the same as text.
pub(super) fn may_hide_text(text: &str) -> bool {
    text.contains('\\') && text.trim_start().starts_with(['{', '[', '"'])
}

/// Visits JSON in a string that these names lead to. The edits are escaped once for each string around them.
///
/// Returns `None` if the string contains no JSON, so that its text must be offered as it is.
pub(super) fn visit_json_text(
    text: &str,
    (kind, position): (FieldKind, Position),
    names: &ContextNames,
    location: &FieldLocation<'_>,
    unknown: UnknownContent,
    summary: &mut InspectionSummary,
    f: &mut Visitor<'_>,
) -> Result<Option<FieldEdit>, BodyError> {
    let Some(inner) = inner_document(text) else {
        return Ok(None);
    };
    let editor = BodyEditor::new(&inner, Some(location)).with_context(names.clone(), position);
    let mut visit = Visit::new(editor, unknown);
    visit.all(&walk_free(&inner, kind, true)?, f)?;
    // Skipped content does not occur in free-form JSON.
    summary.inspected_bytes += visit.editor.summary.inspected_bytes;
    let replacements = visit.editor.edits.into_iter().map(|edit| (edit.range, edit.bytes)).collect();
    Ok(Some(FieldEdit::new(replacements)))
}

/// Visits the body of an InvokeModel request that is in another value.
pub(super) fn visit_invoke_body(
    body: &[u8],
    location: &FieldLocation<'_>,
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    let doc = JsonDocument::parse(body)?;
    let recognized = operation_request(Operation::InvokeModel, &doc);
    Ok(edit_document(&doc, recognized, Role::User, unknown, Some(location), f)?.into_visited(&doc))
}

/// Returns the document in a string, if it contains text. A number alone is inspected as it is written.
fn inner_document(text: &str) -> Option<JsonDocument<'_>> {
    let doc = JsonDocument::parse_str(text).ok()?;
    matches!(doc.kind(JsonDocument::ROOT), NodeKind::Object | NodeKind::Array | NodeKind::String).then_some(doc)
}
