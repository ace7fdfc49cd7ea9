//! Why a body could not be examined.

use std::error::Error;
use std::fmt;

use crate::json::JsonError;

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
    /// Not JSON that can be read.
    Json(JsonError),
    /// JSON, but none of the shapes that Bedrock models use.
    UnknownFormat { what: &'static str },
    /// A content block, event or union member that this version does not know.
    UnknownContent { pointer: String },
    /// A document in a format of plain text that holds none.
    NotText { pointer: String },
    /// A picture where only text can be evaluated.
    Image { pointer: String },
    /// A value is cut between two events, in a text that is whole in each.
    SplitMatch { pointer: String },
    /// A member holds base64 that does not decode.
    Base64 { pointer: String },
    /// An event-stream frame that breaks the format.
    Frame { what: &'static str },
}

impl BodyError {
    pub(crate) fn new(kind: BodyErrorKind) -> Self {
        Self { kind }
    }

    pub(crate) fn frame(what: &'static str) -> Self {
        Self::new(BodyErrorKind::Frame { what })
    }

    /// An event of a kind that the SDK does not know either.
    pub(crate) fn unknown_event() -> Self {
        Self::new(BodyErrorKind::UnknownContent { pointer: String::new() })
    }

    #[cfg(test)]
    pub(crate) fn kind(&self) -> &BodyErrorKind {
        &self.kind
    }

    /// Whether the body is well-formed but of a format, block or event that this version does not know.
    ///
    /// These are the errors that a setting may open; all others mean that nothing can be examined.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, BodyErrorKind::UnknownFormat { .. } | BodyErrorKind::UnknownContent { .. })
    }

    /// Offset of the byte at fault, where one byte is at fault.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        match &self.kind {
            BodyErrorKind::Json(error) => error.offset(),
            _ => None,
        }
    }

    /// RFC 6901 pointer to the member at fault, where one member is at fault.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        match &self.kind {
            BodyErrorKind::UnknownContent { pointer }
            | BodyErrorKind::NotText { pointer }
            | BodyErrorKind::Image { pointer }
            | BodyErrorKind::SplitMatch { pointer }
            | BodyErrorKind::Base64 { pointer } => Some(pointer),
            _ => None,
        }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            BodyErrorKind::Json(error) => write!(f, "the body is {error}"),
            BodyErrorKind::UnknownFormat { what } => write!(
                f,
                "the {what} has none of the shapes known to this version: its text cannot be told from \
                 its other members; update, or allow unknown content explicitly"
            ),
            BodyErrorKind::UnknownContent { pointer } => write!(
                f,
                "the content at '{pointer}' is of a kind unknown to this version: update, or allow \
                 unknown content explicitly"
            ),
            BodyErrorKind::SplitMatch { pointer } => write!(
                f,
                "a value is cut between two events at '{pointer}', where text is not put together: end the stream"
            ),
            BodyErrorKind::NotText { pointer } => {
                write!(
                    f,
                    "the document at '{pointer}' is said to be plain text and is not, or not in UTF-8: encode it as UTF-8, without NUL"
                )
            }
            BodyErrorKind::Image { pointer } => {
                write!(f, "the picture at '{pointer}' cannot be examined: send text")
            }
            BodyErrorKind::Base64 { pointer } => {
                write!(f, "the member at '{pointer}' is not base64: encode its bytes as base64")
            }
            BodyErrorKind::Frame { what } => {
                write!(f, "the event stream is broken: {what}; end the stream")
            }
        }
    }
}

impl Error for BodyError {}

impl From<JsonError> for BodyError {
    fn from(error: JsonError) -> Self {
        Self::new(BodyErrorKind::Json(error))
    }
}
