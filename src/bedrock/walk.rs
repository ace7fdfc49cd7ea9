//! Lists the text fields of a JSON document by the table of its format.

use std::ops::Range;

use super::error::{BodyError, BodyErrorKind};
use super::families::model_request;
use super::history::history;
use super::known_names::is_known;
use super::table::{FieldRule, Role, Table, Tag, Trie};
use super::text_field::FieldKind;
use super::text_nodes::{Encoding, NameNodes, TextNode, TextNodes};
use crate::json::{JsonDocument, NodeKind, reserve_by_share};

/// What happens to content of a kind that this version does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownContent {
    /// The body is rejected.
    #[default]
    Reject,
    /// Every string in it is inspected, IDs and base64 included. What such text means is not known, so a change may break the call.
    Inspect,
}

/// What the tables define for a value.
#[derive(Clone, Copy)]
enum WalkState {
    /// The rules from this node of a table on.
    At(&'static Trie, usize),
    /// The same; the names of fields are text as well.
    Named(&'static Trie, usize, FieldKind),
    /// Strings and names of fields are text.
    Free(FieldKind),
    /// Strings are text, names of fields are not.
    Strings(FieldKind),
    /// Content that is not text: only fields that no format has are text.
    Skipped,
}

/// The state of values that no table lists.
const ANY_TEXT: WalkState = WalkState::Free(FieldKind::Free);

/// An array or object that has not ended.
#[derive(Clone, Copy)]
struct WalkFrame {
    end: usize,
    is_object: bool,
    state: WalkState,
    role: Role,
    names: NameNodes,
}

/// Lists the text fields of the value at `root` by `table`.
///
/// Iterates over the flat index with its own stack: depth costs memory, never call stack, and the parser limits it.
pub(super) fn walk(
    doc: &JsonDocument<'_>,
    root: usize,
    table: &'static Table,
    role: Role,
    unknown: UnknownContent,
) -> Result<TextNodes, BodyError> {
    let walk = JsonWalk::new(doc, unknown, false);
    let state = walk.table_state(root, table)?;
    walk.run(root, state, role)
}

/// Lists every string and field name of the document; with `all_numbers` every long number too, whatever the kind.
pub(super) fn walk_free(doc: &JsonDocument<'_>, kind: FieldKind, all_numbers: bool) -> Result<TextNodes, BodyError> {
    let walk = JsonWalk::new(doc, UnknownContent::Inspect, all_numbers);
    walk.run(JsonDocument::ROOT, WalkState::Free(kind), Role::User)
}

fn item_state(state: WalkState) -> WalkState {
    match state {
        WalkState::At(trie, step) => match trie.items(step) {
            Some(step) => WalkState::At(trie, step),
            None => ANY_TEXT,
        },
        WalkState::Named(..) => ANY_TEXT,
        WalkState::Free(_) | WalkState::Strings(_) | WalkState::Skipped => state,
    }
}

struct JsonWalk<'d, 'a> {
    doc: &'d JsonDocument<'a>,
    unknown: UnknownContent,
    stack: Vec<WalkFrame>,
    /// The names that lead to the current value.
    names: NameNodes,
    /// Numbers of every kind may be text, because the document is in a string.
    all_numbers: bool,
    /// Nodes of turns before the last one. Conversations are not nested, so there is one range at a time.
    history: Range<usize>,
    out: TextNodes,
}

impl<'d, 'a> JsonWalk<'d, 'a> {
    fn new(doc: &'d JsonDocument<'a>, unknown: UnknownContent, all_numbers: bool) -> Self {
        let names = NameNodes::default();
        Self { doc, unknown, stack: Vec::new(), names, all_numbers, history: 0..0, out: TextNodes::default() }
    }

    fn run(mut self, root: usize, state: WalkState, role: Role) -> Result<TextNodes, BodyError> {
        let mut at = self.container_or_scalar(root, state, role);
        while let Some(frame) = self.stack.last() {
            if at >= frame.end {
                self.stack.pop();
                continue;
            }
            let role = frame.role;
            let (value, state) = self.next_value(at);
            at = self.value(value, state, role)?;
        }
        Ok(self.out)
    }

    /// Returns the value that begins at node `at` of the innermost container, and its state.
    fn next_value(&mut self, at: usize) -> (usize, WalkState) {
        let Some(&WalkFrame { is_object, state, names, .. }) = self.stack.last() else {
            return (at, ANY_TEXT);
        };
        self.names = names;
        if !is_object {
            return (at, item_state(state));
        }
        let of_value = self.member_state(at, state);
        // A name that a table lists belongs to the format and does not describe the value.
        if matches!(state, WalkState::Free(_) | WalkState::Named(..)) || matches!(of_value, WalkState::Free(_)) {
            self.names = names.of_field(at);
        }
        (at + 1, of_value)
    }

    fn member_state(&mut self, key: usize, state: WalkState) -> WalkState {
        match state {
            WalkState::At(trie, step) => {
                let name = self.doc.string(key);
                // The name of a field that no format has is the caller's or the model's, whatever its value is.
                if !trie.lists(step, &name) && !is_known(&name) {
                    self.find(key, FieldKind::Free, Encoding::Key);
                }
                trie.member(step, &name).map_or(ANY_TEXT, |step| WalkState::At(trie, step))
            }
            WalkState::Named(trie, step, kind) => {
                self.find(key, kind, Encoding::Key);
                trie.member(step, &self.doc.string(key)).map_or(ANY_TEXT, |step| WalkState::At(trie, step))
            }
            WalkState::Free(kind) => {
                self.find(key, kind, Encoding::Key);
                state
            }
            WalkState::Skipped if !is_known(&self.doc.string(key)) => {
                self.find(key, FieldKind::Free, Encoding::Key);
                ANY_TEXT
            }
            WalkState::Strings(_) | WalkState::Skipped => state,
        }
    }

    /// Returns the state of content of an unknown kind, or the error if it is rejected.
    fn unknown(&self, error: BodyErrorKind) -> Result<WalkState, BodyError> {
        match self.unknown {
            UnknownContent::Reject => Err(BodyError::new(error)),
            UnknownContent::Inspect => Ok(ANY_TEXT),
        }
    }

    fn unknown_content(&self, node: usize) -> Result<WalkState, BodyError> {
        self.unknown(BodyErrorKind::UnknownContent { pointer: self.doc.pointer(node) })
    }

    fn find(&mut self, node: usize, kind: FieldKind, encoding: Encoding) {
        let position = kind.position(self.history.contains(&node));
        reserve_by_share(&mut self.out.fields, node, self.doc.next(JsonDocument::ROOT));
        self.out.fields.push(TextNode::new(node, (kind, encoding), self.names, position));
    }

    /// Lists the text of a value by its rule, and returns the node to continue at.
    fn value(&mut self, node: usize, state: WalkState, role: Role) -> Result<usize, BodyError> {
        let WalkState::At(trie, step) = state else {
            return Ok(self.container_or_scalar(node, state, role));
        };
        let Some(rule) = trie.rule(step) else {
            return Ok(self.container_or_scalar(node, state, role));
        };
        let kind = self.doc.kind(node);
        if matches!(rule, FieldRule::RoleText | FieldRule::Text(FieldKind::UserText | FieldKind::EmbeddingInput))
            && self.is_tokens(node)
        {
            let state = self.unknown_content(node)?;
            return Ok(self.container_or_scalar(node, state, role));
        }
        let over = self.doc.next(node);
        let is_container = matches!(kind, NodeKind::Object | NodeKind::Array);
        // A number in place of text is text, too.
        let text = |walk: &mut Self, field_kind, encoding| {
            if kind == NodeKind::String {
                walk.find(node, field_kind, encoding);
                over
            } else if kind == NodeKind::Number {
                walk.number(node, field_kind)
            } else if is_container && trie.has_children(step) {
                walk.enter(node, state, role)
            } else {
                walk.container_or_scalar(node, WalkState::Free(field_kind), role)
            }
        };
        Ok(match rule {
            FieldRule::RoleText => text(self, role.field_kind(), Encoding::Text),
            FieldRule::Text(field_kind) => text(self, field_kind, Encoding::Text),
            FieldRule::Json(field_kind) => text(self, field_kind, Encoding::Json),
            FieldRule::Token => {
                if is_container {
                    self.find(node, FieldKind::Token, Encoding::Tokens);
                }
                text(self, FieldKind::Token, Encoding::Text)
            }
            FieldRule::File(rule) => text(self, FieldKind::Document, Encoding::File(rule)),
            FieldRule::Body => text(self, FieldKind::Free, Encoding::Body),
            FieldRule::Delta(part) => text(self, part.field_kind(), Encoding::Delta(part)),
            // Free-form JSON may be written into a string.
            FieldRule::Free(field_kind) if kind == NodeKind::String => text(self, field_kind, Encoding::Json),
            FieldRule::Free(field_kind) => self.container_or_scalar(node, WalkState::Free(field_kind), role),
            FieldRule::Strings(field_kind) => self.container_or_scalar(node, WalkState::Strings(field_kind), role),
            FieldRule::Named(field_kind) => {
                self.container_or_scalar(node, WalkState::Named(trie, step, field_kind), role)
            }
            FieldRule::Unknown => {
                let state = if self.has_text(node) { self.unknown_content(node)? } else { ANY_TEXT };
                self.container_or_scalar(node, state, role)
            }
            FieldRule::Plain if is_container => {
                let state = if trie.has_children(step) { state } else { ANY_TEXT };
                self.enter(node, state, role)
            }
            FieldRule::Plain | FieldRule::PlainTree => over,
            FieldRule::Messages => {
                if kind == NodeKind::Array {
                    self.history = history(self.doc, node);
                }
                self.container_or_scalar(node, state, role)
            }
            FieldRule::History => {
                self.history = node..over;
                self.container_or_scalar(node, state, role)
            }
            FieldRule::Signed(field_kind) => {
                self.out.signed.push(node);
                text(self, field_kind, Encoding::Text)
            }
            FieldRule::Signature(unsigned) if kind == NodeKind::String => {
                self.out.signatures.push((node, unsigned));
                over
            }
            FieldRule::Signature(_) => self.container_or_scalar(node, ANY_TEXT, role),
            FieldRule::Skipped(_) if kind == NodeKind::Null => over,
            FieldRule::Skipped(reason) => {
                self.out.skipped.push((node, reason));
                self.container_or_scalar(node, WalkState::Skipped, role)
            }
            FieldRule::In(_) | FieldRule::InAs(..) if kind == NodeKind::Array && trie.items(step).is_some() => {
                self.enter(node, state, role)
            }
            FieldRule::In(table) => self.nested(node, table, role)?,
            FieldRule::InAs(role, table) => self.nested(node, table, role)?,
            FieldRule::ModelInput => match model_request(self.doc, node) {
                Some((_, table)) => self.nested(node, table, role)?,
                None => {
                    let state = self.unknown(BodyErrorKind::UnknownFormat { what: "model input" })?;
                    self.container_or_scalar(node, state, role)
                }
            },
        })
    }

    /// Returns `true` for a list of tokens by their numbers, or a list of such lists: text that cannot be inspected.
    fn is_tokens(&self, node: usize) -> bool {
        let is_number = |item| self.doc.kind(item) == NodeKind::Number;
        let mut items = self.doc.items(node);
        items.any(|item| is_number(item) || self.doc.items(item).any(is_number))
    }

    /// Returns `true` if a value contains a string that is not empty.
    fn has_text(&self, node: usize) -> bool {
        let nodes = node..self.doc.next(node);
        nodes.into_iter().any(|at| self.doc.kind(at) == NodeKind::String && self.doc.raw(at) != "\"\"")
    }

    fn nested(&mut self, node: usize, table: &'static Table, role: Role) -> Result<usize, BodyError> {
        // A string in place of an object is text of the role.
        if self.doc.kind(node) == NodeKind::String {
            return Ok(self.container_or_scalar(node, WalkState::Free(role.field_kind()), role));
        }
        let state = self.table_state(node, table)?;
        Ok(self.container_or_scalar(node, state, role))
    }

    /// Returns the state of an object that `table` describes, by its tag.
    fn table_state(&self, node: usize, table: &'static Table) -> Result<WalkState, BodyError> {
        let trie = table.trie();
        let at_root = WalkState::At(trie, 0);
        let known = match (table.tag, self.doc.kind(node)) {
            (Tag::None, NodeKind::Object) => Some(at_root),
            // Fields that the service adds do not make the content unknown; they are inspected.
            (Tag::Union, NodeKind::Object) => self
                .doc
                .members(node)
                .map(|(key, _)| self.doc.string(key))
                .all(|key| trie.member(0, &key).is_some() || key.starts_with("amazon-bedrock-"))
                .then_some(at_root),
            (Tag::Member(tag), NodeKind::Object) => {
                let mut values = self.doc.values_of(node, tag).map(|value| trie.variant(&self.doc.as_str(value)?));
                // Readers may take either of two different tags, so they make the content unknown.
                match values.next() {
                    Some(Some(root)) if values.all(|other| other == Some(root)) => Some(WalkState::At(trie, root)),
                    None => trie.variant("").map(|root| WalkState::At(trie, root)),
                    _ => None,
                }
            }
            // A number in place of a content block is a token.
            (_, NodeKind::Array | NodeKind::Number) => None,
            _ => Some(ANY_TEXT),
        };
        known.map_or_else(|| self.unknown_content(node), Ok)
    }

    fn container_or_scalar(&mut self, node: usize, state: WalkState, role: Role) -> usize {
        match self.doc.kind(node) {
            NodeKind::Object | NodeKind::Array => self.enter(node, state, role),
            NodeKind::String if matches!(state, WalkState::Skipped) => self.doc.next(node),
            NodeKind::String => {
                let kind = match state {
                    WalkState::At(..) | WalkState::Skipped => FieldKind::Free,
                    WalkState::Named(_, _, kind) | WalkState::Free(kind) | WalkState::Strings(kind) => kind,
                };
                let encoding = if matches!(state, WalkState::Strings(_)) { Encoding::Text } else { Encoding::FreeText };
                self.find(node, kind, encoding);
                self.doc.next(node)
            }
            NodeKind::Number => match state {
                WalkState::Free(kind) | WalkState::Strings(kind) if self.all_numbers || self.may_be_data(kind) => {
                    self.number(node, kind)
                }
                _ => self.doc.next(node),
            },
            _ => self.doc.next(node),
        }
    }

    /// Returns `true` if a number in free-form JSON of this kind, with the current names, may be data.
    fn may_be_data(&self, kind: FieldKind) -> bool {
        let name = self.names.own().map(|key| self.doc.string(key));
        kind.inspects_number(&name.unwrap_or_default())
    }

    /// Lists a number, if it may be text.
    fn number(&mut self, node: usize, kind: FieldKind) -> usize {
        if let Some(encoding) = Encoding::of_number(self.doc.raw(node)) {
            self.find(node, kind, encoding);
        }
        self.doc.next(node)
    }

    fn enter(&mut self, node: usize, state: WalkState, role: Role) -> usize {
        let is_object = self.doc.kind(node) == NodeKind::Object;
        // An echo remains an echo, whatever its role.
        let named = match state {
            WalkState::At(..) if role != Role::Echo => {
                self.doc.get_str(node, "role").and_then(|name| Role::from_name(&name))
            }
            _ => None,
        };
        self.stack.push(WalkFrame {
            end: self.doc.next(node),
            is_object,
            state,
            role: named.unwrap_or(role),
            names: self.names,
        });
        node + 1
    }
}
