//! The values of a document in document order, packed: a body may have millions.

use std::ops::Range;

/// What a node is.
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

/// Bits of [`Node::head`] that hold the offset of the first byte; the others hold the kind.
const START_BITS: u32 = 29;

/// Longest document, in bytes.
pub(crate) const MAX_LENGTH: usize = (1 << START_BITS) - 1;

/// Set in [`Node::link`] of a string that has escapes.
const ESCAPED: u32 = 1 << 31;

/// Nodes between two [`Place`]s that are kept.
const STRIDE: usize = 32;

/// One value or field name.
#[derive(Clone, Copy)]
struct Node {
    /// The kind, and the offset of the first byte.
    head: u32,
    /// Of an array or object, its index in [`Tape::containers`]; of the others, the offset after the last byte, and [`ESCAPED`].
    link: u32,
}

impl Node {
    /// The node after the last: nothing, after everything.
    const END: Self = Self::new(NodeKind::Null, 0, 0);

    const fn new(kind: NodeKind, start: u32, link: u32) -> Self {
        Self { head: (kind as u32) << START_BITS | start, link }
    }

    fn kind(self) -> NodeKind {
        const KINDS: [NodeKind; 7] = [
            NodeKind::Object,
            NodeKind::Array,
            NodeKind::Key,
            NodeKind::String,
            NodeKind::Number,
            NodeKind::Bool,
            NodeKind::Null,
        ];
        KINDS.get((self.head >> START_BITS) as usize).copied().unwrap_or(NodeKind::Null)
    }

    fn start(self) -> usize {
        (self.head & ((1 << START_BITS) - 1)) as usize
    }

    fn is_container(self) -> bool {
        matches!(self.kind(), NodeKind::Object | NodeKind::Array)
    }
}

/// What an array or object needs beside its node.
#[derive(Clone, Copy)]
struct Container {
    end: u32,
    next: u32,
    place: Place,
}

/// The array or object that contains a node, and the number of nodes directly in it that precede the node.
#[derive(Clone, Copy, Default)]
struct Place {
    parent: u32,
    position: u32,
}

/// The nodes of a document. Keys precede their values; an array or object precedes what it contains.
#[derive(Clone, Default)]
pub(super) struct Tape {
    nodes: Vec<Node>,
    containers: Vec<Container>,
    /// The place of every [`STRIDE`]th node.
    places: Vec<Place>,
}

impl Tape {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn kind(&self, index: usize) -> NodeKind {
        self.node(index).kind()
    }

    pub(super) fn range(&self, index: usize) -> Range<usize> {
        let node = self.node(index);
        let end = self.container(node).map_or(node.link & !ESCAPED, |container| container.end);
        node.start()..end as usize
    }

    /// Returns `true` for a string or key that has escapes.
    pub(super) fn is_escaped(&self, index: usize) -> bool {
        let node = self.node(index);
        !node.is_container() && node.link & ESCAPED != 0
    }

    /// Returns the length in bytes, with the quotes, of a key that has no escapes.
    pub(super) fn plain_length(&self, index: usize) -> Option<usize> {
        let node = self.nodes.get(index)?;
        (node.link & ESCAPED == 0).then(|| (node.link as usize).saturating_sub(node.start()))
    }

    /// Returns the index of the first node that is not part of the value at `index`.
    pub(super) fn next(&self, index: usize) -> usize {
        match self.nodes.get(index) {
            Some(&node) => self.container(node).map_or(index + 1, |container| container.next as usize),
            None => usize::MAX,
        }
    }

    pub(super) fn parent(&self, index: usize) -> usize {
        self.place(index).parent as usize
    }

    pub(super) fn position(&self, index: usize) -> u32 {
        self.place(index).position
    }

    fn node(&self, index: usize) -> Node {
        self.nodes.get(index).copied().unwrap_or(Node::END)
    }

    fn container(&self, node: Node) -> Option<&Container> {
        if node.is_container() { self.containers.get(node.link as usize) } else { None }
    }

    /// Returns the place of a node: kept for arrays and objects, and for the others found from the kept place before it.
    #[expect(clippy::cast_possible_truncation, reason = "nodes are fewer than bytes, and those are limited")]
    fn place(&self, index: usize) -> Place {
        if let Some(container) = self.container(self.node(index)) {
            return container.place;
        }
        let mut place = self.places.get(index / STRIDE).copied().unwrap_or_default();
        let mut at = index - index % STRIDE;
        while at < index {
            let next = self.next(at);
            if next > index {
                place = Place { parent: at as u32, position: 0 };
                at += 1;
                continue;
            }
            at = next;
            place.position += 1;
            // Those that end before the node.
            while let Some(ended) =
                self.container(self.node(place.parent as usize)).filter(|around| around.next as usize <= at)
            {
                place = Place { position: ended.place.position + 1, ..ended.place };
            }
        }
        place
    }
}

/// Bytes of a short document for each of its nodes, about.
const BYTES_PER_NODE: usize = 10;

/// Room is made for this many nodes at most before they are read.
const MOST_EXPECTED: usize = 256;

/// Makes room for another item of a list that grows with its input, of which `done` of `total` is read.
///
/// Doubling takes three times the memory of a large list while it is copied. This extrapolates the length instead.
pub(crate) fn reserve_by_share<T>(list: &mut Vec<T>, done: usize, total: usize) {
    /// Lists this short may double.
    const SHORT: usize = 4096;

    let length = list.len();
    if length < list.capacity() || length < SHORT {
        return;
    }
    let whole = (length as u128 * total as u128 / done.max(1) as u128) as usize;
    list.reserve_exact(whole.saturating_sub(length).max(length / 8));
}

/// An array or object that has not ended.
struct OpenContainer {
    index: u32,
    link: u32,
    items: u32,
}

/// A tape that is written, and the arrays and objects that have not ended.
pub(super) struct TapeWriter {
    tape: Tape,
    open: Vec<OpenContainer>,
    /// Length of the document in bytes.
    length: usize,
}

#[expect(clippy::cast_possible_truncation, reason = "the scanner rejects documents longer than MAX_LENGTH")]
impl TapeWriter {
    /// Starts the tape of a document of this many bytes.
    pub(super) fn new(length: usize) -> Self {
        let nodes = Vec::with_capacity((length / BYTES_PER_NODE).min(MOST_EXPECTED));
        Self { tape: Tape { nodes, ..Tape::default() }, open: Vec::new(), length }
    }

    /// Adds a value or name that contains no other.
    pub(super) fn leaf(&mut self, kind: NodeKind, range: Range<usize>) {
        self.push(Node::new(kind, range.start as u32, range.end as u32));
    }

    /// Adds a string or a name, which has escapes if `is_escaped`.
    pub(super) fn string(&mut self, kind: NodeKind, range: Range<usize>, is_escaped: bool) {
        let flag = if is_escaped { ESCAPED } else { 0 };
        self.push(Node::new(kind, range.start as u32, range.end as u32 | flag));
    }

    /// Adds an array or object, which contains what follows until [`close`](Self::close).
    pub(super) fn open(&mut self, kind: NodeKind, start: usize) {
        let link = self.tape.containers.len() as u32;
        let index = self.tape.nodes.len() as u32;
        let place = self.push(Node::new(kind, start as u32, link));
        reserve_by_share(&mut self.tape.containers, start, self.length);
        self.tape.containers.push(Container { end: 0, next: 0, place });
        self.open.push(OpenContainer { index, link, items: 0 });
    }

    /// Ends the innermost array or object before byte `end`.
    pub(super) fn close(&mut self, end: usize) {
        let next = self.tape.nodes.len() as u32;
        let ended = self.open.pop().and_then(|open| self.tape.containers.get_mut(open.link as usize));
        if let Some(container) = ended {
            (container.end, container.next) = (end as u32, next);
        }
    }

    /// Returns the kind of the innermost array or object that has not ended.
    pub(super) fn around(&self) -> Option<NodeKind> {
        self.open.last().map(|open| self.tape.kind(open.index as usize))
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn finish(self) -> Tape {
        self.tape
    }

    fn push(&mut self, node: Node) -> Place {
        let place =
            self.open.last().map_or(Place::default(), |open| Place { parent: open.index, position: open.items });
        if let Some(open) = self.open.last_mut() {
            open.items += 1;
        }
        if self.tape.nodes.len().is_multiple_of(STRIDE) {
            self.tape.places.push(place);
        }
        reserve_by_share(&mut self.tape.nodes, node.start(), self.length);
        self.tape.nodes.push(node);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::reserve_by_share;

    #[test]
    fn a_list_that_grows_evenly_is_copied_once_and_not_much_too_large() {
        for (items, total) in [(1_000_000usize, 2_000_000usize), (300_000, 24_000_000), (10, 100)] {
            let (mut list, mut copies) = (Vec::new(), 0);
            for item in 0..items {
                let before = list.capacity();
                reserve_by_share(&mut list, item * total / items, total);
                copies += usize::from(before != list.capacity());
                list.push(item);
            }
            assert!(copies <= 2 && list.capacity() <= items.max(4096) * 9 / 8 + 1, "{copies}, {}", list.capacity());
        }
    }

    /// Items, how much of the input is read, and the room that is made for more of them.
    #[test]
    fn only_a_long_list_is_extrapolated() {
        for (items, done, total, room) in [
            (0, 0, 100, 0),
            (64, 1, 100, 0),
            (4095, 1, 100, 0),
            (4096, 1, 3, 8192),
            (4096, 3, 3, 512),
            (8000, 5, 4, 1000),
        ] {
            let mut list = vec![0_u8; items];
            reserve_by_share(&mut list, done, total);
            assert_eq!(list.capacity() - items, room, "{items} items at {done} of {total}");
        }
    }
}
