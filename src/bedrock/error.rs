//! Why a body could not be examined.

use std::error::Error;
use std::fmt;

/// A body, chunk or event that cannot be examined, and so must not pass by default.
///
/// The message says what is wrong, where, and what to do about it. It never quotes a value of the
/// body: member names appear in pointers, texts do not appear at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyError {
    kind: BodyErrorKind,
}

/// What is wrong. Private to the floor; callers use the accessors of [`BodyError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BodyErrorKind {
    /// There is no byte to read.
    Empty,
    /// The body is longer than the scanner can index.
    TooLong { length: usize },
    /// Not JSON by RFC 8259, from this byte on.
    Syntax { offset: usize, expected: &'static str },
    /// Not UTF-8, from this byte on.
    Utf8 { offset: usize },
    /// Arrays and objects nested beyond the limit.
    TooDeep { offset: usize, limit: usize },
    /// JSON, but none of the shapes that Bedrock models use.
    UnknownShape { what: &'static str },
    /// A content block, event or union member that this version does not know.
    UnknownBlock { pointer: String },
    /// A document in a format of plain text that holds none.
    NotText { pointer: String },
    /// A body begins with a byte order mark, which JSON does not allow.
    ByteOrderMark,
    /// A picture where only text can be evaluated.
    Picture { pointer: String },
    /// A value is cut between two events, in a text that is whole in each.
    Cut { pointer: String },
    /// A member holds base64 that does not decode.
    Base64 { pointer: String },
    /// An edit lies outside its text, cuts a character, or overlaps another.
    Edit,
    /// An event-stream frame that breaks the format.
    Frame { what: &'static str },
}

impl BodyError {
    pub(crate) fn new(kind: BodyErrorKind) -> Self {
        Self { kind }
    }

    pub(crate) fn syntax(offset: usize, expected: &'static str) -> Self {
        Self::new(BodyErrorKind::Syntax { offset, expected })
    }

    pub(crate) fn frame(what: &'static str) -> Self {
        Self::new(BodyErrorKind::Frame { what })
    }

    /// An event of a kind that the SDK does not know either.
    pub(crate) fn unknown_event() -> Self {
        Self::new(BodyErrorKind::UnknownBlock { pointer: String::new() })
    }

    #[cfg(test)]
    pub(crate) fn kind(&self) -> &BodyErrorKind {
        &self.kind
    }

    /// Whether the body is well-formed but of a shape, block or event that this version does not know.
    ///
    /// These are the errors that a setting may open; all others mean that nothing can be examined.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, BodyErrorKind::UnknownShape { .. } | BodyErrorKind::UnknownBlock { .. })
    }

    /// Offset of the byte at fault, where one byte is at fault.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        match self.kind {
            BodyErrorKind::Syntax { offset, .. }
            | BodyErrorKind::Utf8 { offset }
            | BodyErrorKind::TooDeep { offset, .. } => Some(offset),
            _ => None,
        }
    }

    /// RFC 6901 pointer to the member at fault, where one member is at fault.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        match &self.kind {
            BodyErrorKind::UnknownBlock { pointer }
            | BodyErrorKind::NotText { pointer }
            | BodyErrorKind::Picture { pointer }
            | BodyErrorKind::Cut { pointer }
            | BodyErrorKind::Base64 { pointer } => Some(pointer),
            _ => None,
        }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            BodyErrorKind::Empty => {
                write!(f, "the body is empty: send the JSON body of the operation")
            }
            BodyErrorKind::TooLong { length } => {
                write!(f, "the body of {length} bytes is too long to be examined: Bedrock takes at most 25000000 bytes")
            }
            BodyErrorKind::Syntax { offset, expected } => write!(
                f,
                "the body is not JSON at byte {offset}: expected {expected}; only JSON bodies can be examined"
            ),
            BodyErrorKind::ByteOrderMark => {
                write!(f, "the body is not JSON at byte 0: it begins with a byte order mark; send it without one")
            }
            BodyErrorKind::Utf8 { offset } => write!(f, "the body is not UTF-8 at byte {offset}: encode it as UTF-8"),
            BodyErrorKind::TooDeep { offset, limit } => {
                write!(f, "the body is nested more than {limit} levels deep at byte {offset}: flatten it")
            }
            BodyErrorKind::UnknownShape { what } => write!(
                f,
                "the {what} has none of the shapes known to this version: its text cannot be told from \
                 its other members; update, or allow unknown content explicitly"
            ),
            BodyErrorKind::UnknownBlock { pointer } => write!(
                f,
                "the content at '{pointer}' is of a kind unknown to this version: update, or allow \
                 unknown content explicitly"
            ),
            BodyErrorKind::Cut { pointer } => write!(
                f,
                "a value is cut between two events at '{pointer}', where text is not put together: end the stream"
            ),
            BodyErrorKind::NotText { pointer } => {
                write!(
                    f,
                    "the document at '{pointer}' is said to be plain text and is not, or not in UTF-8: encode it as UTF-8, without NUL"
                )
            }
            BodyErrorKind::Picture { pointer } => {
                write!(f, "the picture at '{pointer}' cannot be examined: send text")
            }
            BodyErrorKind::Base64 { pointer } => {
                write!(f, "the member at '{pointer}' is not base64: encode its bytes as base64")
            }
            BodyErrorKind::Edit => {
                write!(f, "an edit does not fit its text: edits must be in order, apart, and on character boundaries")
            }
            BodyErrorKind::Frame { what } => {
                write!(f, "the event stream is broken: {what}; end the stream")
            }
        }
    }
}

impl Error for BodyError {}
