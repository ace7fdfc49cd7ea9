//! Offers each text of a body to a closure, and writes back what the closure changes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::context_names::{self, ContextNames};
use super::error::{BodyError, BodyErrorKind};
use super::operation::Operation;
use super::shape::{self, BodyFormat};
use super::table::{Role, Table};
use super::text_field::{FieldKind, FieldLocation, InspectionSummary, SkipReason, Skipped, TextField, Visited};
use super::unique_names::UniqueNames;
use super::walk::{self, Encoding, NameNodes, TextNode, TextNodes, UnknownContent};
use crate::guardrail::Position;
use crate::json::{FieldEdit, JsonDocument, NodeKind, RawEdit, splice, string_edits};

/// What is done with each text: nothing, or these replacements.
pub(crate) type Visitor<'v> = dyn FnMut(TextField<'_>) -> Option<FieldEdit> + 'v;

/// Offers every text of a request body; content of an unknown kind is refused.
#[cfg(test)]
pub(crate) fn visit_request(operation: Operation, body: &[u8], f: &mut Visitor<'_>) -> Result<Visited, BodyError> {
    visit_request_with(operation, body, UnknownContent::Reject, f)
}

/// [`visit_request`], with a say in what happens to content of an unknown kind.
#[cfg(test)]
pub(crate) fn visit_request_with(
    operation: Operation,
    body: &[u8],
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    visit_request_document(operation, &JsonDocument::parse(body)?, unknown, Vec::new(), f)
}

/// [`visit_request_with`] of a document that is parsed already. `removed` are edits that take fields out of it, in order.
pub(crate) fn visit_request_document(
    operation: Operation,
    doc: &JsonDocument<'_>,
    unknown: UnknownContent,
    removed: Vec<RawEdit>,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    let known = shape::operation_request(operation, doc);
    let mut edited = visit_known(doc, known, "request", Role::User, unknown, None, f)?;
    if !removed.is_empty() {
        edited.edits.retain(|edit| !removed.iter().any(|removed| removed.covers(edit)));
        edited.edits.extend(removed);
        edited.edits.sort_by_key(|edit| edit.range.start);
    }
    Ok(edited.into_visited(doc))
}

/// Offers every text of a response body; content of an unknown kind is refused.
///
/// For the streaming operations this is one chunk that holds a whole answer, as embeddings do.
#[cfg(test)]
pub(crate) fn visit_response(operation: Operation, body: &[u8], f: &mut Visitor<'_>) -> Result<Visited, BodyError> {
    visit_response_with(operation, body, UnknownContent::Reject, f)
}

/// [`visit_response`], with a say in what happens to content of an unknown kind.
pub(crate) fn visit_response_with(
    operation: Operation,
    body: &[u8],
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    let doc = JsonDocument::parse(body)?;
    let known = shape::operation_response(operation, &doc);
    Ok(visit_known(&doc, known, "response", Role::Assistant, unknown, None, f)?.into_visited(&doc))
}

/// A visited document, and the edits that the visitor wants.
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

fn visit_known(
    doc: &JsonDocument<'_>,
    known: Option<(BodyFormat, &'static Table)>,
    what: &'static str,
    role: Role,
    unknown: UnknownContent,
    outer: Option<&FieldLocation<'_>>,
    f: &mut Visitor<'_>,
) -> Result<Edited, BodyError> {
    let (format, walked) = match known {
        Some((format, table)) => (format, walk::walk(doc, JsonDocument::ROOT, table, role, unknown)?),
        None if unknown == UnknownContent::Inspect => {
            (BodyFormat::Unknown, walk::walk_free(doc, JsonDocument::ROOT, FieldKind::Free, false))
        }
        None => return Err(shape::unknown(what)),
    };
    let mut visit = Visit { is_request: role == Role::User, ..Visit::new(doc, outer, unknown) };
    visit.all(&walked, f)?;
    Ok(Edited { format, edits: visit.edits, summary: visit.summary })
}

/// One document in the course of a visit.
pub(super) struct Visit<'d, 'a> {
    pub(super) doc: &'d JsonDocument<'a>,
    pub(super) outer: Option<&'d FieldLocation<'d>>,
    pub(super) unknown: UnknownContent,
    /// The names that lead to the string in which the document stands.
    names: ContextNames,
    /// Names with escapes, decoded once.
    decoded: HashMap<usize, Box<str>>,
    /// In document order.
    pub(super) edits: Vec<RawEdit>,
    pub(super) summary: InspectionSummary,
    /// The object that describes the last file, and whether that is text.
    pub(super) last_file: Option<(usize, bool)>,
    /// A rule masks something in a single token.
    token_found: bool,
    /// The document is a request, or part of one.
    pub(super) is_request: bool,
    /// Objects whose reasoning changes.
    pub(super) changed_reasoning: BTreeSet<usize>,
    /// Where the string in which the document stands is in its conversation.
    position: Position,
    /// Names of members that change, with what they become.
    renamed: Vec<(usize, String)>,
}

impl<'d, 'a> Visit<'d, 'a> {
    pub(super) fn new(
        doc: &'d JsonDocument<'a>,
        outer: Option<&'d FieldLocation<'d>>,
        unknown: UnknownContent,
    ) -> Self {
        Self {
            doc,
            outer,
            unknown,
            names: ContextNames::default(),
            decoded: HashMap::new(),
            edits: Vec::new(),
            summary: InspectionSummary::default(),
            token_found: false,
            last_file: None,
            is_request: false,
            changed_reasoning: BTreeSet::new(),
            position: Position::Current,
            renamed: Vec::new(),
        }
    }

    pub(super) fn all(&mut self, walked: &TextNodes, f: &mut Visitor<'_>) -> Result<(), BodyError> {
        for found in &walked.found {
            self.one(*found, f)?;
        }
        for &(node, reason) in &walked.skipped {
            self.skip(node, reason);
        }
        self.keep_names_apart()?;
        self.empty_tokens(walked)?;
        self.unsign(walked)
    }

    /// Numbers the names that masks make the same. In the order of the names as they were, for the SDK writes an object in any order.
    fn keep_names_apart(&mut self) -> Result<(), BodyError> {
        if self.renamed.is_empty() {
            return Ok(());
        }
        let mut objects: BTreeMap<usize, Vec<(usize, String)>> = BTreeMap::new();
        for (key, name) in std::mem::take(&mut self.renamed) {
            objects.entry(self.doc.node(key).parent()).or_default().push((key, name));
        }
        for (object, mut renamed) in objects {
            let changed: HashSet<usize> = renamed.iter().map(|&(key, _)| key).collect();
            let kept = self.doc.members(object).filter(|(key, _)| !changed.contains(key));
            let mut names = UniqueNames::new(kept.map(|(key, _)| self.doc.string(key).into_owned()));
            renamed.sort_by(|(one, _), (other, _)| self.doc.string(*one).cmp(&self.doc.string(*other)));
            for (key, name) in renamed {
                if let Some(ending) = names.take(&name) {
                    let length = self.doc.string(key).len();
                    self.write(key, &FieldEdit::new(vec![(length..length, ending)]))?;
                }
            }
        }
        self.edits.sort_by_key(|edit| edit.range.start);
        Ok(())
    }

    pub(super) fn skip(&mut self, node: usize, reason: SkipReason) {
        let at = self.doc.node(node);
        let pointer = self.doc.pointer(node);
        let pointer = match self.outer {
            Some(outer) => format!("{}#{pointer}", outer.pointer()),
            None => pointer,
        };
        self.summary.skipped.push(Skipped { pointer, reason, bytes: at.end() - at.start() });
    }

    /// Tokens repeat a text in pieces that are mostly too small to match: once anything changed, they go.
    pub(super) fn empty_tokens(&mut self, walked: &TextNodes) -> Result<(), BodyError> {
        if self.edits.is_empty() && !self.token_found {
            return Ok(());
        }
        for found in &walked.found {
            match found.encoding {
                Encoding::Token => {
                    let length = self.doc.string(found.node).len();
                    self.write(found.node, &FieldEdit::whole(length, ""))?;
                }
                Encoding::TokenBytes => {
                    let at = self.doc.node(found.node);
                    self.edits.push(RawEdit { range: at.start()..at.end(), bytes: "[]".to_owned() });
                }
                _ => {}
            }
        }
        self.edits.sort_by_key(|edit| edit.range.start);
        Ok(())
    }

    pub(super) fn one(&mut self, found: TextNode, f: &mut Visitor<'_>) -> Result<(), BodyError> {
        let TextNode { node, kind, encoding, .. } = found;
        match encoding {
            Encoding::TokenBytes => return Ok(()),
            Encoding::Number | Encoding::ShortNumber => return self.number(&found, f),
            _ => {}
        }
        let text = self.doc.string(node);
        let edit = match encoding {
            Encoding::TokenBytes | Encoding::Number | Encoding::ShortNumber => None,
            Encoding::Token => {
                // One that is found by itself takes all of them with it.
                self.token_found |= self.offer(&TextNode { kind: FieldKind::Token, ..found }, text, f).is_some();
                None
            }
            Encoding::Text | Encoding::Key | Encoding::Delta(_) => self.offer(&found, text, f),
            Encoding::FreeText if !may_hide_text(&text) => self.offer(&found, text, f),
            Encoding::Json | Encoding::FreeText => {
                let names = self.names_of(found.names);
                let here = self.location(node);
                let standing = (kind, self.position_of(&found));
                match visit_json_text(&text, standing, &names, &here, self.unknown, &mut self.summary, f)? {
                    Some(edit) => Some(edit),
                    None => self.offer(&found, text, f),
                }
            }
            Encoding::File(rule) => self.file(&found, rule, &text, f)?,
            Encoding::Body => self.body(node, &text, f)?,
        };
        let Some(edit) = edit else { return Ok(()) };
        if encoding == Encoding::Key {
            self.renamed.push((node, edit.apply(&self.doc.string(node))?));
        }
        if kind == FieldKind::Reasoning {
            self.changed_reasoning.insert(self.doc.node(node).parent());
        }
        self.write(node, &edit)
    }

    /// Offers a number as it is written.
    fn number(&mut self, found: &TextNode, f: &mut Visitor<'_>) -> Result<(), BodyError> {
        let raw = self.doc.raw(found.node);
        if let Some(edit) = self.offer(found, Cow::Borrowed(raw), f) {
            let at = self.doc.node(found.node);
            let bytes = serde_json::Value::from(edit.apply(raw)?).to_string();
            self.edits.push(RawEdit { range: at.start()..at.end(), bytes });
        }
        Ok(())
    }

    /// Carries an edit of the string at `node` over to the raw bytes.
    pub(super) fn write(&mut self, node: usize, edit: &FieldEdit) -> Result<(), BodyError> {
        let (inside, start) = (self.doc.inside(node), self.doc.node(node).start() + 1);
        Ok(string_edits(inside, start, &self.doc.string(node), edit, &mut self.edits)?)
    }

    pub(super) fn offer(&mut self, found: &TextNode, text: Cow<'_, str>, f: &mut Visitor<'_>) -> Option<FieldEdit> {
        let is_key = found.encoding == Encoding::Key;
        let context = if is_key { String::new() } else { self.names_of(found.names).context(found.kind) };
        let context_alone = found.encoding == Encoding::ShortNumber;
        if context_alone && context.is_empty() {
            return None;
        }
        if !context_alone {
            self.summary.inspected_bytes += text.len();
        }
        let location = self.location(found.node);
        let position = self.position_of(found);
        f(TextField { kind: found.kind, text, is_key, position, context, context_alone, location })
            .filter(|edit| !edit.is_empty())
    }

    /// Where a text is in the conversation: that of a document in a string is where the string is.
    fn position_of(&self, found: &TextNode) -> Position {
        if self.position == Position::Current { found.position } else { self.position }
    }

    /// The names of a value, with those of the string in which the document stands.
    fn names_of(&mut self, names: NameNodes) -> ContextNames {
        let mut all = self.names.clone();
        for key in [names.outer, names.own] {
            if key != JsonDocument::ROOT {
                all = all.of_field(&self.name(key));
            }
        }
        all
    }

    /// The end of a field's name. The names of a million values can be one name: what has to be decoded is kept.
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

    fn location(&self, node: usize) -> FieldLocation<'d> {
        FieldLocation::Json { doc: self.doc, node, outer: self.outer }
    }

    /// The body of an InvokeModel request, as CountTokens carries it.
    fn body(&mut self, node: usize, text: &str, f: &mut Visitor<'_>) -> Result<Option<FieldEdit>, BodyError> {
        let bytes = self.base64(node, text)?;
        let visited = visit_invoke_body(&bytes, &self.location(node), self.unknown, f)?;
        self.summary.inspected_bytes += visited.summary.inspected_bytes;
        self.summary.skipped.extend(visited.summary.skipped);
        Ok(visited.body.map(|body| FieldEdit::whole(text.len(), STANDARD.encode(body))))
    }

    fn base64(&self, node: usize, text: &str) -> Result<Vec<u8>, BodyError> {
        STANDARD.decode(text).map_err(|_| BodyError::new(BodyErrorKind::Base64 { pointer: self.doc.pointer(node) }))
    }
}

/// Whether free text may hold JSON in which an escape hides text. JSON without one reads the same as text.
pub(super) fn may_hide_text(text: &str) -> bool {
    text.contains('\\') && text.trim_start().starts_with(['{', '[', '"'])
}

/// JSON in a string that these names lead to: its strings are offered, and the edits escaped once for each layer.
///
/// Nothing comes back if the string holds no JSON; its text is to be offered as it is.
pub(super) fn visit_json_text(
    text: &str,
    (kind, position): (FieldKind, Position),
    names: &ContextNames,
    here: &FieldLocation<'_>,
    unknown: UnknownContent,
    summary: &mut InspectionSummary,
    f: &mut Visitor<'_>,
) -> Result<Option<FieldEdit>, BodyError> {
    let Some(inner) = inner_document(text) else {
        return Ok(None);
    };
    let mut visit = Visit { names: names.clone(), position, ..Visit::new(&inner, Some(here), unknown) };
    visit.all(&walk::walk_free(&inner, JsonDocument::ROOT, kind, true), f)?;
    summary.inspected_bytes += visit.summary.inspected_bytes;
    let replacements = visit.edits.into_iter().map(|e| (e.range, e.bytes)).collect();
    Ok(Some(FieldEdit::new(replacements)))
}

/// The body of an InvokeModel request that stands in something else.
pub(super) fn visit_invoke_body(
    body: &[u8],
    here: &FieldLocation<'_>,
    unknown: UnknownContent,
    f: &mut Visitor<'_>,
) -> Result<Visited, BodyError> {
    let doc = JsonDocument::parse(body)?;
    let known = shape::operation_request(Operation::InvokeModel, &doc);
    Ok(visit_known(&doc, known, "request", Role::User, unknown, Some(here), f)?.into_visited(&doc))
}

/// The document in a string, if it holds text of its own: a bare number is judged as it is written.
fn inner_document(text: &str) -> Option<JsonDocument<'_>> {
    let doc = JsonDocument::parse_str(text).ok()?;
    matches!(doc.kind(JsonDocument::ROOT), NodeKind::Object | NodeKind::Array | NodeKind::String).then_some(doc)
}
