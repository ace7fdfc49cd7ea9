//! A validated JSON text with a flat index of its values.

use std::borrow::Cow;
use std::fmt;

use super::error::{JsonError, JsonErrorKind};

use super::{scan, string};

/// What a [`JsonNode`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    Object,
    Array,
    /// The name of a member; the node that follows is its value.
    Key,
    String,
    Number,
    Bool,
    Null,
}

/// One value, or one member name, and where it stands. Small, since a body may have millions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonNode {
    kind: NodeKind,
    escaped: bool,
    start: u32,
    end: u32,
    next: u32,
    parent: u32,
    position: u32,
}

impl JsonNode {
    /// What follows the last node: nothing, behind everything.
    const END: Self =
        Self { kind: NodeKind::Null, escaped: false, start: 0, end: 0, next: u32::MAX, parent: 0, position: 0 };

    #[expect(clippy::cast_possible_truncation, reason = "the scanner refuses texts of 4 GiB before it makes nodes")]
    pub(super) fn new(kind: NodeKind, start: usize, parent: usize, position: u32) -> Self {
        Self { kind, escaped: false, start: start as u32, end: start as u32, next: 0, parent: parent as u32, position }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the scanner refuses texts of 4 GiB before it makes nodes")]
    pub(super) fn close(&mut self, end: usize, next: usize) {
        self.end = end as u32;
        self.next = next as u32;
    }

    pub(super) fn set_escaped(&mut self) {
        self.escaped = true;
    }

    pub(crate) fn kind(self) -> NodeKind {
        self.kind
    }

    /// Offset of the first raw byte; of the quote, for strings.
    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    /// Offset behind the last raw byte.
    pub(crate) fn end(self) -> usize {
        self.end as usize
    }

    /// Index of the first node that is not part of this value.
    pub(crate) fn next(self) -> usize {
        self.next as usize
    }

    /// Index of the array or object that holds this; the outermost value holds itself.
    pub(crate) fn parent(self) -> usize {
        self.parent as usize
    }

    /// Which item of its array this is.
    pub(crate) fn position(self) -> u32 {
        self.position
    }
}

/// A JSON text, checked, with its values in document order.
#[derive(Clone)]
pub(crate) struct JsonDocument<'a> {
    text: &'a str,
    nodes: Vec<JsonNode>,
}

impl fmt::Debug for JsonDocument<'_> {
    /// Sizes only: the text may be what the guardrail is there to hide.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonDocument").field("bytes", &self.text.len()).field("nodes", &self.nodes.len()).finish()
    }
}

impl<'a> JsonDocument<'a> {
    /// Index of the outermost value.
    pub(crate) const ROOT: usize = 0;

    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(body)
            .map_err(|error| JsonError::new(JsonErrorKind::Utf8 { offset: error.valid_up_to() }))?;
        if text.starts_with('\u{feff}') {
            // Some readers skip it and others fail: what the model would see cannot be told.
            return Err(JsonError::new(JsonErrorKind::ByteOrderMark));
        }
        Self::parse_str(text)
    }

    pub(crate) fn parse_str(text: &'a str) -> Result<Self, JsonError> {
        Ok(Self { text, nodes: scan::scan(text)? })
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn node(&self, index: usize) -> JsonNode {
        self.nodes.get(index).copied().unwrap_or(JsonNode::END)
    }

    pub(crate) fn kind(&self, index: usize) -> NodeKind {
        self.node(index).kind
    }

    /// The raw bytes of a value, quotes included.
    pub(crate) fn raw(&self, index: usize) -> &'a str {
        let node = self.node(index);
        self.text.get(node.start()..node.end()).unwrap_or_default()
    }

    /// The raw bytes of a string between its quotes.
    pub(crate) fn inside(&self, index: usize) -> &'a str {
        let raw = self.raw(index);
        raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()
    }

    /// The decoded text of a string or key, lone surrogates read as U+FFFD.
    pub(crate) fn string(&self, index: usize) -> Cow<'a, str> {
        let raw = self.inside(index);
        if self.node(index).escaped { Cow::Owned(string::decode(raw)) } else { Cow::Borrowed(raw) }
    }

    /// The decoded text of a value that is a string.
    pub(crate) fn as_str(&self, index: usize) -> Option<Cow<'a, str>> {
        (self.kind(index) == NodeKind::String).then(|| self.string(index))
    }

    /// A whole number, also where it is written as a float, as Bedrock writes `0.0` with a guardrail on, or as a string.
    pub(crate) fn as_index(&self, index: usize) -> Option<u64> {
        let raw = match self.kind(index) {
            NodeKind::Number => Cow::Borrowed(self.raw(index)),
            NodeKind::String => self.string(index),
            _ => return None,
        };
        raw.parse().ok().or_else(|| {
            let number = raw.parse::<f64>().ok()?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
            ((0.0..4_294_967_296.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
        })
    }

    /// The members of an object as (key, value) indices; of anything else, none.
    pub(crate) fn members(&self, index: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let is_object = self.kind(index) == NodeKind::Object;
        let end = if is_object { self.node(index).next() } else { 0 };
        let mut at = index + 1;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let (key, value) = (at, at + 1);
            at = self.node(value).next();
            Some((key, value))
        })
    }

    /// The items of an array; of anything else, none.
    pub(crate) fn items(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let is_array = self.kind(index) == NodeKind::Array;
        let end = if is_array { self.node(index).next() } else { 0 };
        let mut at = index + 1;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let item = at;
            at = self.node(item).next();
            Some(item)
        })
    }

    /// The value of the first member with this name.
    pub(crate) fn get(&self, index: usize, name: &str) -> Option<usize> {
        self.members(index).find(|&(key, _)| self.string(key) == name).map(|(_, value)| value)
    }

    /// The RFC 6901 pointer of a value; for a key, that of the member it names.
    ///
    /// Takes time by depth, not by size, so that a pointer for each of a million values stays linear.
    pub(crate) fn pointer(&self, target: usize) -> String {
        let mut steps = Vec::new();
        let mut at = target;
        while at != Self::ROOT {
            let node = self.node(at);
            let name = match (node.kind(), self.kind(node.parent())) {
                (NodeKind::Key, _) => self.string(at),
                // A value follows its key.
                (_, NodeKind::Object) => self.string(at - 1),
                _ => Cow::Owned(node.position().to_string()),
            };
            steps.push(name);
            at = node.parent();
        }
        let mut pointer = String::new();
        for name in steps.iter().rev() {
            pointer.push('/');
            for c in name.chars() {
                match c {
                    '~' => pointer.push_str("~0"),
                    '/' => pointer.push_str("~1"),
                    c => pointer.push(c),
                }
            }
        }
        pointer
    }
}
