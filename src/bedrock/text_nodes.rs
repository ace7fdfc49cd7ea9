//! The text fields of a JSON document, by their nodes.

use super::table::{DeltaKind, FileRule, Unsigned};
use super::text_field::{FieldKind, NumberText, SkipReason};
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
    Token,
    TokenBytes,
    File(FileRule),
    Body,
    Delta(DeltaKind),
}

impl Encoding {
    /// Returns the encoding of a number that may be text.
    pub(super) fn of_number(raw: &str) -> Option<Self> {
        match NumberText::of(raw) {
            NumberText::Long => Some(Self::Number),
            NumberText::Short => Some(Self::ShortNumber),
            NumberText::None => None,
        }
    }
}

/// A node that contains text.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextNode {
    pub(super) node: usize,
    pub(super) kind: FieldKind,
    pub(super) encoding: Encoding,
    pub(super) names: NameNodes,
    pub(super) position: Position,
}

/// The nodes of the names that lead to a value of free-form JSON: its own, and that of the value around it. Zero, which is never the node
/// of a name, stands for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NameNodes {
    pub(super) own: usize,
    pub(super) outer: usize,
}

impl NameNodes {
    /// Returns the names of a value in a free-form field.
    pub(super) fn of_field(self, key: usize) -> Self {
        Self { own: key, outer: self.own }
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
