//! The error for text that is not valid JSON, and for an edit that does not fit its text.

use std::error::Error;
use std::fmt;

/// The maximum depth of arrays and objects.
///
/// Bedrock's formats nest about 15 levels deep, tool schemas seldom 30. serde_json and most other parsers stop at 128 as well, so the
/// receiver could not read a deeper body.
pub(crate) const MAX_DEPTH: usize = 128;

/// The error for JSON that cannot be read, or an edit that does not fit its text.
///
/// The message is a predicate ("not UTF-8 at byte 3: …"), so that the caller can name the subject. It never quotes the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonError {
    kind: JsonErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JsonErrorKind {
    /// The text is empty.
    Empty,
    /// The text is longer than the scanner can index.
    TooLong { length: usize },
    /// Not JSON by RFC 8259, from this byte on.
    Syntax { offset: usize, expected: &'static str },
    /// Not UTF-8, from this byte on.
    Utf8 { offset: usize },
    /// Arrays and objects nested beyond the limit.
    TooDeep { offset: usize, limit: usize },
    /// The text begins with a byte order mark, which JSON does not allow.
    ByteOrderMark,
    /// An edit lies outside its text, splits a character, or overlaps another.
    Edit,
}

impl JsonError {
    pub(super) fn new(kind: JsonErrorKind) -> Self {
        Self { kind }
    }

    pub(super) fn syntax(offset: usize, expected: &'static str) -> Self {
        Self::new(JsonErrorKind::Syntax { offset, expected })
    }

    /// The error for a value nested deeper than [`MAX_DEPTH`] at `offset`.
    pub(crate) fn too_deep(offset: usize) -> Self {
        Self::new(JsonErrorKind::TooDeep { offset, limit: MAX_DEPTH })
    }

    /// The error for an edit that does not fit its text.
    pub(crate) fn edit() -> Self {
        Self::new(JsonErrorKind::Edit)
    }

    /// Returns `true` if the JSON is nested beyond the limit.
    pub(crate) fn is_too_deep(&self) -> bool {
        matches!(self.kind, JsonErrorKind::TooDeep { .. })
    }

    /// Returns the offset of the invalid byte, if there is one.
    pub(crate) fn offset(&self) -> Option<usize> {
        match self.kind {
            JsonErrorKind::Syntax { offset, .. }
            | JsonErrorKind::Utf8 { offset }
            | JsonErrorKind::TooDeep { offset, .. } => Some(offset),
            JsonErrorKind::ByteOrderMark => Some(0),
            JsonErrorKind::Empty | JsonErrorKind::TooLong { .. } | JsonErrorKind::Edit => None,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            JsonErrorKind::Empty => f.write_str("empty: send JSON"),
            JsonErrorKind::TooLong { length } => {
                write!(f, "{length} bytes long, more than can be inspected: send less than 512 MiB")
            }
            JsonErrorKind::Syntax { offset, expected } => {
                write!(f, "not JSON at byte {offset}: expected {expected}; only JSON can be inspected")
            }
            JsonErrorKind::Utf8 { offset } => write!(f, "not UTF-8 at byte {offset}: encode it as UTF-8"),
            JsonErrorKind::TooDeep { offset, limit } => {
                write!(f, "nested more than {limit} levels deep at byte {offset}: flatten it")
            }
            JsonErrorKind::ByteOrderMark => {
                f.write_str("not JSON at byte 0: it begins with a byte order mark; send it without one")
            }
            JsonErrorKind::Edit => {
                f.write_str("edited with ranges that are not ordered, disjoint and on character boundaries")
            }
        }
    }
}

impl Error for JsonError {}
