//! Goes through a document with a table in hand, and lists the texts.

use std::ops::Range;

use super::error::{BodyError, BodyErrorKind};
use super::files::FileForm;
use super::shape;
use super::slot::{FieldKind, NumberText, SkipReason};
use super::table::{Part, Role, Rule, Table, Tag, Trie, Unsigned};
use super::turns::history;
use crate::guardrail::Position;
use crate::json::{Document, NodeKind};

/// What to do with content of an unknown kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// Refuse the body.
    #[default]
    Refuse,
    /// Examine every string in it, ids and base64 included. An explicit opening: what a text means is
    /// not known, and a change may break the call.
    Examine,
}

/// How a text is stored in its string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
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
    File(FileForm),
    Body,
    Delta(Part),
}

/// A string that holds text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) node: usize,
    pub(super) kind: FieldKind,
    pub(super) form: Form,
    pub(super) names: FieldNames,
    pub(super) position: Position,
}

/// The nodes of the names that lead to a value of free-form JSON: its own, and that of what it stands in. Zero, which is no name's node,
/// for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldNames {
    pub(super) own: usize,
    pub(super) outer: usize,
}

impl FieldNames {
    /// The names of a value in a free-form field.
    fn of_field(self, key: usize) -> Self {
        Self { own: key, outer: self.own }
    }
}

/// What a walk has found, in document order.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) found: Vec<Found>,
    pub(super) skipped: Vec<(usize, SkipReason)>,
    /// Signatures of reasoning.
    pub(super) signatures: Vec<(usize, Unsigned)>,
    /// Reasoning that needs one.
    pub(super) signed: Vec<usize>,
}

/// What the tables say about the place the walk has come to.
#[derive(Clone, Copy)]
enum State {
    At(&'static Trie, usize),
    /// The same, and the names of members are text.
    Named(&'static Trie, usize, FieldKind),
    Free(FieldKind),
    /// As free, but that names of members are no text.
    Strings(FieldKind),
}

#[derive(Clone, Copy)]
struct Frame {
    end: usize,
    is_object: bool,
    state: State,
    role: Role,
    names: FieldNames,
}

/// Lists the texts of the value at `root` by `table`.
///
/// Goes over the flat index with a stack of its own: depth costs memory, never call stack, and the
/// scanner bounds it.
pub(super) fn walk(
    doc: &Document<'_>,
    root: usize,
    table: &'static Table,
    role: Role,
    unknown: Unknown,
) -> Result<Walked, BodyError> {
    let mut walk = Walk::new(doc, unknown, false);
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
pub(super) fn walk_free(doc: &Document<'_>, root: usize, kind: FieldKind, all_numbers: bool) -> Walked {
    let mut walk = Walk::new(doc, Unknown::Examine, all_numbers);
    let mut at = walk.container_or_scalar(root, State::Free(kind), Role::User);
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

fn number_form(raw: &str) -> Option<Form> {
    match NumberText::of(raw) {
        NumberText::Long => Some(Form::Number),
        NumberText::Short => Some(Form::ShortNumber),
        NumberText::None => None,
    }
}

fn item_state(state: State) -> State {
    match state {
        State::At(trie, step) => match trie.items(step) {
            Some(step) => State::At(trie, step),
            None => State::Free(FieldKind::Free),
        },
        State::Named(..) => State::Free(FieldKind::Free),
        State::Free(_) | State::Strings(_) => state,
    }
}

struct Walk<'d, 'a> {
    doc: &'d Document<'a>,
    unknown: Unknown,
    stack: Vec<Frame>,
    /// The names that lead to the value at hand.
    names: FieldNames,
    /// Numbers may be text in every kind: they stand in a string.
    all_numbers: bool,
    /// Nodes of turns before the last one. Conversations do not stand in one another, so the last that was entered is the one at hand.
    history: Range<usize>,
    out: Walked,
}

impl<'d, 'a> Walk<'d, 'a> {
    fn new(doc: &'d Document<'a>, unknown: Unknown, all_numbers: bool) -> Self {
        let names = FieldNames::default();
        Self { doc, unknown, stack: Vec::new(), names, all_numbers, history: 0..0, out: Walked::default() }
    }

    /// The node of the value that comes at `at` in what is open, and what the tables say about it.
    fn next_value(&mut self, at: usize) -> (usize, State) {
        let Some(&Frame { is_object, state, names, .. }) = self.stack.last() else {
            return (at, State::Free(FieldKind::Free));
        };
        self.names = names;
        if !is_object {
            return (at, item_state(state));
        }
        let of_value = self.member_state(at, state);
        // A name that a table knows belongs to the format, and says nothing of the value.
        if matches!(state, State::Free(_) | State::Named(..)) || matches!(of_value, State::Free(_)) {
            self.names = names.of_field(at);
        }
        (at + 1, of_value)
    }

    fn member_state(&mut self, key: usize, state: State) -> State {
        match state {
            State::At(trie, step) | State::Named(trie, step, _) => {
                if let State::Named(_, _, kind) = state {
                    self.find(key, kind, Form::Key);
                }
                match trie.member(step, &self.doc.string(key)) {
                    Some(step) => State::At(trie, step),
                    None => State::Free(FieldKind::Free),
                }
            }
            State::Free(kind) => {
                self.find(key, kind, Form::Key);
                state
            }
            State::Strings(_) => state,
        }
    }

    fn find(&mut self, node: usize, kind: FieldKind, form: Form) {
        let position = kind.position(self.history.contains(&node));
        self.out.found.push(Found { node, kind, form, names: self.names, position });
    }

    /// Handles one value by its rule; the index where the walk goes on is returned.
    fn value(&mut self, node: usize, state: State, role: Role) -> Result<usize, BodyError> {
        let State::At(trie, step) = state else {
            return Ok(self.container_or_scalar(node, state, role));
        };
        let Some(rule) = trie.rule(step) else {
            return Ok(self.container_or_scalar(node, state, role));
        };
        let kind = self.doc.kind(node);
        let over = self.doc.node(node).next();
        let is_container = matches!(kind, NodeKind::Object | NodeKind::Array);
        let text = |walk: &mut Self, slot_kind, form| {
            if kind == NodeKind::String {
                walk.find(node, slot_kind, form);
                over
            } else if is_container && trie.goes_on(step) {
                walk.enter(node, state, role)
            } else {
                walk.container_or_scalar(node, State::Free(slot_kind), role)
            }
        };
        Ok(match rule {
            Rule::Said => text(self, role.slot_kind(), Form::Text),
            Rule::Text(slot_kind) => text(self, slot_kind, Form::Text),
            Rule::Json(slot_kind) => text(self, slot_kind, Form::Json),
            Rule::Token => text(self, FieldKind::Echo, Form::Token),
            Rule::TokenBytes => {
                self.find(node, FieldKind::Echo, Form::TokenBytes);
                over
            }
            Rule::File(form) => text(self, FieldKind::Document, Form::File(form)),
            Rule::Body => text(self, FieldKind::Free, Form::Body),
            Rule::Delta(part) => text(self, part.slot_kind(), Form::Delta(part)),
            // Free-form JSON may be written into a string.
            Rule::Free(slot_kind) if kind == NodeKind::String => text(self, slot_kind, Form::Json),
            Rule::Free(slot_kind) => self.container_or_scalar(node, State::Free(slot_kind), role),
            Rule::Strings(slot_kind) => self.container_or_scalar(node, State::Strings(slot_kind), role),
            Rule::Named(slot_kind) => self.container_or_scalar(node, State::Named(trie, step, slot_kind), role),
            Rule::Unknown if self.unknown == Unknown::Refuse && self.holds_text(node) => {
                return Err(BodyError::new(BodyErrorKind::UnknownBlock { pointer: self.doc.pointer(node) }));
            }
            Rule::Unknown => self.container_or_scalar(node, State::Free(FieldKind::Free), role),
            Rule::Plain if is_container => {
                let state = if trie.goes_on(step) { state } else { State::Free(FieldKind::Free) };
                self.enter(node, state, role)
            }
            Rule::Plain | Rule::PlainTree => over,
            Rule::Messages => {
                if kind == NodeKind::Array {
                    self.history = history(self.doc, node);
                }
                self.container_or_scalar(node, state, role)
            }
            Rule::Earlier => {
                self.history = node..over;
                self.container_or_scalar(node, state, role)
            }
            Rule::Signed(slot_kind) => {
                self.out.signed.push(node);
                text(self, slot_kind, Form::Text)
            }
            Rule::Signature(unsigned) if kind == NodeKind::String => {
                self.out.signatures.push((node, unsigned));
                over
            }
            Rule::Signature(_) => self.container_or_scalar(node, State::Free(FieldKind::Free), role),
            Rule::Opaque(_) if kind == NodeKind::Null => over,
            Rule::Opaque(reason) => {
                self.out.skipped.push((node, reason));
                over
            }
            Rule::In(_) | Rule::InAs(..) if kind == NodeKind::Array && trie.items(step).is_some() => {
                self.enter(node, state, role)
            }
            Rule::In(table) => self.nested(node, table, role)?,
            Rule::InAs(role, table) => self.nested(node, table, role)?,
            Rule::ModelInput => match shape::request_table(self.doc, node) {
                Some((_, table)) => self.nested(node, table, role)?,
                None if self.unknown == Unknown::Examine => {
                    self.container_or_scalar(node, State::Free(FieldKind::Free), role)
                }
                None => {
                    return Err(BodyError::new(BodyErrorKind::UnknownShape { what: "model input" }));
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
            return Ok(self.container_or_scalar(node, State::Free(role.slot_kind()), role));
        }
        let state = self.table_state(node, table)?;
        Ok(self.container_or_scalar(node, state, role))
    }

    /// Where in `table` an object begins, by its tag.
    fn table_state(&self, node: usize, table: &'static Table) -> Result<State, BodyError> {
        let trie = table.trie();
        let at_root = State::At(trie, 0);
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
                    Some(Some(root)) if values.all(|other| other == Some(root)) => Some(State::At(trie, root)),
                    _ => None,
                }
            }
            (_, NodeKind::Array) => None,
            _ => Some(State::Free(FieldKind::Free)),
        };
        match known {
            Some(state) => Ok(state),
            None if self.unknown == Unknown::Examine => Ok(State::Free(FieldKind::Free)),
            None => Err(BodyError::new(BodyErrorKind::UnknownBlock { pointer: self.doc.pointer(node) })),
        }
    }

    fn container_or_scalar(&mut self, node: usize, state: State, role: Role) -> usize {
        match self.doc.kind(node) {
            NodeKind::Object | NodeKind::Array => self.enter(node, state, role),
            NodeKind::String => {
                let kind = match state {
                    State::At(..) => FieldKind::Free,
                    State::Named(_, _, kind) | State::Free(kind) | State::Strings(kind) => kind,
                };
                let form = if matches!(state, State::Strings(_)) { Form::Text } else { Form::FreeText };
                self.find(node, kind, form);
                self.doc.node(node).next()
            }
            NodeKind::Number => {
                if let State::Free(kind) | State::Strings(kind) = state
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

    fn enter(&mut self, node: usize, state: State, role: Role) -> usize {
        let is_object = self.doc.kind(node) == NodeKind::Object;
        // An echo stays an echo, whoever said it first.
        let named = match state {
            State::At(..) if role != Role::Echo => {
                self.doc.get(node, "role").and_then(|value| self.doc.as_str(value)).and_then(|name| Role::named(&name))
            }
            _ => None,
        };
        self.stack.push(Frame {
            end: self.doc.node(node).next(),
            is_object,
            state,
            role: named.unwrap_or(role),
            names: self.names,
        });
        node + 1
    }
}
