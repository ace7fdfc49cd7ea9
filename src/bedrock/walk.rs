//! Goes through a document with a table in hand, and lists the texts.

use std::ops::Range;

use super::error::{BodyError, BodyErrorKind};
use super::files::FileRule;
use super::history::history;
use super::shape;
use super::table::{DeltaKind, FieldRule, Role, Table, Tag, Trie, Unsigned};
use super::text_field::{FieldKind, NumberText, SkipReason};
use crate::guardrail::Position;
use crate::json::{JsonDocument, NodeKind};

/// What to do with content of an unknown kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownContent {
    /// Reject the body.
    #[default]
    Reject,
    /// Inspect every string in it, ids and base64 included. An explicit opening: what a text means is
    /// not known, and a change may break the call.
    Inspect,
}

/// How a text is stored in its string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Text,
    /// Text of free-form JSON, which may hold JSON itself.
    FreeText,
    Key,
    Json,
    /// A number. One that is masked becomes a string.
    Number,
    /// A number that only its name can make text.
    ShortNumber,
    Token,
    TokenBytes,
    File(FileRule),
    Body,
    Delta(DeltaKind),
}

/// A string that holds text.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextNode {
    pub(super) node: usize,
    pub(super) kind: FieldKind,
    pub(super) encoding: Encoding,
    pub(super) names: NameNodes,
    pub(super) position: Position,
}

/// The nodes of the names that lead to a value of free-form JSON: its own, and that of what it stands in. Zero, which is no name's node,
/// for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NameNodes {
    pub(super) own: usize,
    pub(super) outer: usize,
}

impl NameNodes {
    /// The names of a value in a free-form field.
    fn of_field(self, key: usize) -> Self {
        Self { own: key, outer: self.own }
    }
}

/// What a walk has found, in document order.
#[derive(Default)]
pub(super) struct TextNodes {
    pub(super) found: Vec<TextNode>,
    pub(super) skipped: Vec<(usize, SkipReason)>,
    /// Signatures of reasoning.
    pub(super) signatures: Vec<(usize, Unsigned)>,
    /// Reasoning that needs one.
    pub(super) signed: Vec<usize>,
}

/// What the tables say about the place the walk has come to.
#[derive(Clone, Copy)]
enum WalkState {
    At(&'static Trie, usize),
    /// The same, and the names of members are text.
    Named(&'static Trie, usize, FieldKind),
    Free(FieldKind),
    /// As free, but that names of members are no text.
    Strings(FieldKind),
}

#[derive(Clone, Copy)]
struct WalkFrame {
    end: usize,
    is_object: bool,
    state: WalkState,
    role: Role,
    names: NameNodes,
}

/// Lists the texts of the value at `root` by `table`.
///
/// Goes over the flat index with a stack of its own: depth costs memory, never call stack, and the
/// scanner bounds it.
pub(super) fn walk(
    doc: &JsonDocument<'_>,
    root: usize,
    table: &'static Table,
    role: Role,
    unknown: UnknownContent,
) -> Result<TextNodes, BodyError> {
    let mut walk = JsonWalk::new(doc, unknown, false);
    let state = walk.table_state(root, table)?;
    let mut at = walk.container_or_scalar(root, state, role);
    while let Some(frame) = walk.stack.last() {
        if at >= frame.end {
            walk.stack.pop();
            continue;
        }
        let role = frame.role;
        let (value, state) = walk.next_value(at);
        at = walk.value(value, state, role)?;
    }
    Ok(walk.out)
}

/// Lists every string and member name below `root`; with `all_numbers` every long number too, whatever the kind.
pub(super) fn walk_free(doc: &JsonDocument<'_>, root: usize, kind: FieldKind, all_numbers: bool) -> TextNodes {
    let mut walk = JsonWalk::new(doc, UnknownContent::Inspect, all_numbers);
    let mut at = walk.container_or_scalar(root, WalkState::Free(kind), Role::User);
    while let Some(frame) = walk.stack.last() {
        if at >= frame.end {
            walk.stack.pop();
            continue;
        }
        let (value, state) = walk.next_value(at);
        at = walk.container_or_scalar(value, state, Role::User);
    }
    walk.out
}

fn number_form(raw: &str) -> Option<Encoding> {
    match NumberText::of(raw) {
        NumberText::Long => Some(Encoding::Number),
        NumberText::Short => Some(Encoding::ShortNumber),
        NumberText::None => None,
    }
}

fn item_state(state: WalkState) -> WalkState {
    match state {
        WalkState::At(trie, step) => match trie.items(step) {
            Some(step) => WalkState::At(trie, step),
            None => WalkState::Free(FieldKind::Free),
        },
        WalkState::Named(..) => WalkState::Free(FieldKind::Free),
        WalkState::Free(_) | WalkState::Strings(_) => state,
    }
}

struct JsonWalk<'d, 'a> {
    doc: &'d JsonDocument<'a>,
    unknown: UnknownContent,
    stack: Vec<WalkFrame>,
    /// The names that lead to the value at hand.
    names: NameNodes,
    /// Numbers may be text in every kind: they stand in a string.
    all_numbers: bool,
    /// Nodes of turns before the last one. Conversations do not stand in one another, so the last that was entered is the one at hand.
    history: Range<usize>,
    out: TextNodes,
}

impl<'d, 'a> JsonWalk<'d, 'a> {
    fn new(doc: &'d JsonDocument<'a>, unknown: UnknownContent, all_numbers: bool) -> Self {
        let names = NameNodes::default();
        Self { doc, unknown, stack: Vec::new(), names, all_numbers, history: 0..0, out: TextNodes::default() }
    }

    /// The node of the value that comes at `at` in what is open, and what the tables say about it.
    fn next_value(&mut self, at: usize) -> (usize, WalkState) {
        let Some(&WalkFrame { is_object, state, names, .. }) = self.stack.last() else {
            return (at, WalkState::Free(FieldKind::Free));
        };
        self.names = names;
        if !is_object {
            return (at, item_state(state));
        }
        let of_value = self.member_state(at, state);
        // A name that a table knows belongs to the format, and says nothing of the value.
        if matches!(state, WalkState::Free(_) | WalkState::Named(..)) || matches!(of_value, WalkState::Free(_)) {
            self.names = names.of_field(at);
        }
        (at + 1, of_value)
    }

    fn member_state(&mut self, key: usize, state: WalkState) -> WalkState {
        match state {
            WalkState::At(trie, step) | WalkState::Named(trie, step, _) => {
                if let WalkState::Named(_, _, kind) = state {
                    self.find(key, kind, Encoding::Key);
                }
                match trie.member(step, &self.doc.string(key)) {
                    Some(step) => WalkState::At(trie, step),
                    None => WalkState::Free(FieldKind::Free),
                }
            }
            WalkState::Free(kind) => {
                self.find(key, kind, Encoding::Key);
                state
            }
            WalkState::Strings(_) => state,
        }
    }

    fn find(&mut self, node: usize, kind: FieldKind, encoding: Encoding) {
        let position = kind.position(self.history.contains(&node));
        self.out.found.push(TextNode { node, kind, encoding, names: self.names, position });
    }

    /// Handles one value by its rule; the index where the walk goes on is returned.
    fn value(&mut self, node: usize, state: WalkState, role: Role) -> Result<usize, BodyError> {
        let WalkState::At(trie, step) = state else {
            return Ok(self.container_or_scalar(node, state, role));
        };
        let Some(rule) = trie.rule(step) else {
            return Ok(self.container_or_scalar(node, state, role));
        };
        let kind = self.doc.kind(node);
        let over = self.doc.node(node).next();
        let is_container = matches!(kind, NodeKind::Object | NodeKind::Array);
        let text = |walk: &mut Self, field_kind, form| {
            if kind == NodeKind::String {
                walk.find(node, field_kind, form);
                over
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
            FieldRule::Token => text(self, FieldKind::Echo, Encoding::Token),
            FieldRule::TokenBytes => {
                self.find(node, FieldKind::Echo, Encoding::TokenBytes);
                over
            }
            FieldRule::File(form) => text(self, FieldKind::Document, Encoding::File(form)),
            FieldRule::Body => text(self, FieldKind::Free, Encoding::Body),
            FieldRule::Delta(part) => text(self, part.field_kind(), Encoding::Delta(part)),
            // Free-form JSON may be written into a string.
            FieldRule::Free(field_kind) if kind == NodeKind::String => text(self, field_kind, Encoding::Json),
            FieldRule::Free(field_kind) => self.container_or_scalar(node, WalkState::Free(field_kind), role),
            FieldRule::Strings(field_kind) => self.container_or_scalar(node, WalkState::Strings(field_kind), role),
            FieldRule::Named(field_kind) => {
                self.container_or_scalar(node, WalkState::Named(trie, step, field_kind), role)
            }
            FieldRule::Unknown if self.unknown == UnknownContent::Reject && self.holds_text(node) => {
                return Err(BodyError::new(BodyErrorKind::UnknownContent { pointer: self.doc.pointer(node) }));
            }
            FieldRule::Unknown => self.container_or_scalar(node, WalkState::Free(FieldKind::Free), role),
            FieldRule::Plain if is_container => {
                let state = if trie.has_children(step) { state } else { WalkState::Free(FieldKind::Free) };
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
            FieldRule::Signature(_) => self.container_or_scalar(node, WalkState::Free(FieldKind::Free), role),
            FieldRule::Skipped(_) if kind == NodeKind::Null => over,
            FieldRule::Skipped(reason) => {
                self.out.skipped.push((node, reason));
                over
            }
            FieldRule::In(_) | FieldRule::InAs(..) if kind == NodeKind::Array && trie.items(step).is_some() => {
                self.enter(node, state, role)
            }
            FieldRule::In(table) => self.nested(node, table, role)?,
            FieldRule::InAs(role, table) => self.nested(node, table, role)?,
            FieldRule::ModelInput => match shape::request_table(self.doc, node) {
                Some((_, table)) => self.nested(node, table, role)?,
                None if self.unknown == UnknownContent::Inspect => {
                    self.container_or_scalar(node, WalkState::Free(FieldKind::Free), role)
                }
                None => {
                    return Err(BodyError::new(BodyErrorKind::UnknownFormat { what: "model input" }));
                }
            },
        })
    }

    /// Whether there is a string in a value that is not empty.
    fn holds_text(&self, node: usize) -> bool {
        let nodes = node..self.doc.node(node).next();
        nodes.into_iter().any(|at| self.doc.kind(at) == NodeKind::String && self.doc.raw(at) != "\"\"")
    }

    fn nested(&mut self, node: usize, table: &'static Table, role: Role) -> Result<usize, BodyError> {
        // A bare string where an object is usual is said by whoever has the role.
        if self.doc.kind(node) == NodeKind::String {
            return Ok(self.container_or_scalar(node, WalkState::Free(role.field_kind()), role));
        }
        let state = self.table_state(node, table)?;
        Ok(self.container_or_scalar(node, state, role))
    }

    /// Where in `table` an object begins, by its tag.
    fn table_state(&self, node: usize, table: &'static Table) -> Result<WalkState, BodyError> {
        let trie = table.trie();
        let at_root = WalkState::At(trie, 0);
        let known = match (table.tag, self.doc.kind(node)) {
            (Tag::None, NodeKind::Object) => Some(at_root),
            // What the service itself adds does not make the content unknown; it is examined.
            (Tag::Union, NodeKind::Object) => self
                .doc
                .members(node)
                .map(|(key, _)| self.doc.string(key))
                .all(|key| trie.member(0, &key).is_some() || key.starts_with("amazon-bedrock-"))
                .then_some(at_root),
            (Tag::Member(tag), NodeKind::Object) => {
                let mut values =
                    self.doc.members(node).filter(|&(key, _)| self.doc.string(key) == tag).map(|(_, value)| {
                        let name = self.doc.as_str(value)?;
                        trie.variant(&name)
                    });
                // Two tags that differ could be read either way: that is unknown content too.
                match values.next() {
                    Some(Some(root)) if values.all(|other| other == Some(root)) => Some(WalkState::At(trie, root)),
                    _ => None,
                }
            }
            (_, NodeKind::Array) => None,
            _ => Some(WalkState::Free(FieldKind::Free)),
        };
        match known {
            Some(state) => Ok(state),
            None if self.unknown == UnknownContent::Inspect => Ok(WalkState::Free(FieldKind::Free)),
            None => Err(BodyError::new(BodyErrorKind::UnknownContent { pointer: self.doc.pointer(node) })),
        }
    }

    fn container_or_scalar(&mut self, node: usize, state: WalkState, role: Role) -> usize {
        match self.doc.kind(node) {
            NodeKind::Object | NodeKind::Array => self.enter(node, state, role),
            NodeKind::String => {
                let kind = match state {
                    WalkState::At(..) => FieldKind::Free,
                    WalkState::Named(_, _, kind) | WalkState::Free(kind) | WalkState::Strings(kind) => kind,
                };
                let form = if matches!(state, WalkState::Strings(_)) { Encoding::Text } else { Encoding::FreeText };
                self.find(node, kind, form);
                self.doc.node(node).next()
            }
            NodeKind::Number => {
                if let WalkState::Free(kind) | WalkState::Strings(kind) = state
                    && (kind.inspects_numbers() || self.all_numbers)
                    && let Some(form) = number_form(self.doc.raw(node))
                {
                    self.find(node, kind, form);
                }
                self.doc.node(node).next()
            }
            _ => self.doc.node(node).next(),
        }
    }

    fn enter(&mut self, node: usize, state: WalkState, role: Role) -> usize {
        let is_object = self.doc.kind(node) == NodeKind::Object;
        // An echo stays an echo, whoever said it first.
        let named = match state {
            WalkState::At(..) if role != Role::Echo => self
                .doc
                .get(node, "role")
                .and_then(|value| self.doc.as_str(value))
                .and_then(|name| Role::from_name(&name)),
            _ => None,
        };
        self.stack.push(WalkFrame {
            end: self.doc.node(node).next(),
            is_object,
            state,
            role: named.unwrap_or(role),
            names: self.names,
        });
        node + 1
    }
}
