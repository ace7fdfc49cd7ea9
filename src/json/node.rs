//! One value of a document.

/// What a [`JsonNode`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    Object,
    Array,
    /// The name of a field; the next node is its value.
    Key,
    String,
    Number,
    Bool,
    Null,
}

/// One value or field name, and its range. Small, because a body may have millions.
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
    /// The node after the last: nothing, after everything.
    pub(super) const END: Self =
        Self { kind: NodeKind::Null, escaped: false, start: 0, end: 0, next: u32::MAX, parent: 0, position: 0 };

    #[expect(clippy::cast_possible_truncation, reason = "the scanner rejects 4 GiB before it makes nodes")]
    pub(super) fn new(kind: NodeKind, start: usize, parent: usize, position: u32) -> Self {
        Self { kind, escaped: false, start: start as u32, end: start as u32, next: 0, parent: parent as u32, position }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the scanner rejects 4 GiB before it makes nodes")]
    pub(super) fn close(&mut self, end: usize, next: usize) {
        self.end = end as u32;
        self.next = next as u32;
    }

    pub(super) fn set_escaped(&mut self) {
        self.escaped = true;
    }

    /// Returns `true` if a string contains escapes.
    pub(super) fn is_escaped(self) -> bool {
        self.escaped
    }

    pub(crate) fn kind(self) -> NodeKind {
        self.kind
    }

    /// Returns the offset of the first raw byte; for strings, of the quote.
    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    /// Returns the offset after the last raw byte.
    pub(crate) fn end(self) -> usize {
        self.end as usize
    }

    /// Returns the index of the first node that is not part of this value.
    pub(crate) fn next(self) -> usize {
        self.next as usize
    }

    /// Returns the index of the array or object that contains this value; the outermost value contains itself.
    pub(crate) fn parent(self) -> usize {
        self.parent as usize
    }

    /// Returns the position in the array.
    pub(crate) fn position(self) -> u32 {
        self.position
    }
}
