//! The text fields of a JSON document, by their nodes.

use super::number_text::NumberText;
use super::table::{DeltaKind, FileRule, Unsigned};
use super::text_field::{FieldForm, FieldKind, SkipReason};
use crate::guardrail::Position;

/// How text is stored in its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Text,
    /// Text of free-form JSON, which may contain JSON itself.
    FreeText,
    Key,
    Json,
    /// A number. A masked number becomes a string.
    Number,
    /// A number that is text only together with its name.
    ShortNumber,
    /// An array or object with tokens, which are offered by themselves.
    Tokens,
    File(FileRule),
    Body,
    Delta(DeltaKind),
}

impl Encoding {
    /// Returns the form in which such text is offered.
    pub(super) fn form(self) -> FieldForm {
        match self {
            Self::Key => FieldForm::Key,
            Self::Number => FieldForm::Number,
            Self::ShortNumber => FieldForm::ShortNumber,
            _ => FieldForm::Text,
        }
    }

    /// Returns the encoding of a number that may be text.
    pub(super) fn of_number(raw: &str) -> Option<Self> {
        NumberText::of(raw).map(|number| if number.is_short { Self::ShortNumber } else { Self::Number })
    }
}

/// A node that contains text. Small, because a body may have millions.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextNode {
    node: u32,
    pub(super) names: NameNodes,
    pub(super) kind: FieldKind,
    pub(super) encoding: Encoding,
    pub(super) position: Position,
}

const _: () = assert!(size_of::<TextNode>() <= 20);

impl TextNode {
    pub(super) fn new(
        node: usize,
        (kind, encoding): (FieldKind, Encoding),
        names: NameNodes,
        position: Position,
    ) -> Self {
        Self { node: packed(node), names, kind, encoding, position }
    }

    /// Returns the same node as text of another kind.
    pub(super) fn read_as(self, kind: FieldKind, encoding: Encoding) -> Self {
        Self { kind, encoding, ..self }
    }

    pub(super) fn node(&self) -> usize {
        self.node as usize
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a document has fewer nodes than bytes, which are limited")]
fn packed(node: usize) -> u32 {
    node as u32
}

/// The nodes of the names that lead to a value of free-form JSON: its own, and that of the value around it. Zero, which is never the node
/// of a name, stands for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NameNodes {
    own: u32,
    outer: u32,
}

impl NameNodes {
    /// Returns the names of a value in a free-form field.
    pub(super) fn of_field(self, key: usize) -> Self {
        Self { own: packed(key), outer: self.own }
    }

    /// Returns the node of the value's own name.
    pub(super) fn own(self) -> Option<usize> {
        (self.own != 0).then_some(self.own as usize)
    }

    /// Returns the nodes of the names, the outer one first.
    pub(super) fn nodes(self) -> impl Iterator<Item = usize> {
        [self.outer, self.own].into_iter().filter(|&name| name != 0).map(|name| name as usize)
    }
}

/// The text of a document and its other content, in document order.
#[derive(Default)]
pub(super) struct TextNodes {
    pub(super) fields: Vec<TextNode>,
    pub(super) skipped: Vec<(usize, SkipReason)>,
    /// Signatures of reasoning.
    pub(super) signatures: Vec<(usize, Unsigned)>,
    /// Reasoning that requires a signature.
    pub(super) signed: Vec<usize>,
}

impl TextNodes {
    /// Returns `true` if there are none.
    pub(super) fn is_empty(&self) -> bool {
        let Self { fields, skipped, signatures, signed } = self;
        fields.is_empty() && skipped.is_empty() && signatures.is_empty() && signed.is_empty()
    }
}
