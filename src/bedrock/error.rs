//! The error for a body that cannot be inspected.

use std::error::Error;
use std::fmt;

use crate::json::JsonError;

/// The error for a body, chunk or event that cannot be inspected and is rejected by default.
///
/// The message states what is wrong, where, and what to do. It never quotes a value of the body; field names appear in pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyError {
    kind: BodyErrorKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BodyErrorKind {
    /// The body is not valid JSON.
    Json(JsonError),
    /// The body has none of the formats that Bedrock models use.
    UnknownFormat { what: &'static str },
    /// A content block, event or union member is unknown to this version.
    UnknownContent { pointer: String },
    /// A document in a plain text format does not contain plain text.
    NotText { pointer: String },
    /// An image where only text can be inspected.
    Image { pointer: String },
    /// A match spans two events, in a field that is complete in each.
    SplitMatch { pointer: String },
    /// A field contains invalid base64.
    Base64 { pointer: String },
    /// A request names two guardrails where one selects the policy.
    TwoGuardrails,
    /// An event-stream frame is malformed.
    Frame { what: &'static str },
}

impl BodyError {
    pub(crate) fn new(kind: BodyErrorKind) -> Self {
        Self { kind }
    }

    pub(crate) fn frame(what: &'static str) -> Self {
        Self::new(BodyErrorKind::Frame { what })
    }

    pub(crate) fn base64(pointer: String) -> Self {
        Self::new(BodyErrorKind::Base64 { pointer })
    }

    pub(crate) fn unknown_format(what: &'static str) -> Self {
        Self::new(BodyErrorKind::UnknownFormat { what })
    }

    /// The error for an event of a kind that the SDK does not know either.
    pub(crate) fn unknown_event() -> Self {
        Self::new(BodyErrorKind::UnknownContent { pointer: String::new() })
    }

    pub(crate) fn kind(&self) -> &BodyErrorKind {
        &self.kind
    }

    /// Returns `true` if the body is well-formed but has a format, content block or event that this version does not know.
    ///
    /// A setting can allow such content. All other errors mean that the body cannot be inspected at all.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, BodyErrorKind::UnknownFormat { .. } | BodyErrorKind::UnknownContent { .. })
    }

    /// Returns `true` if the body is nested beyond the limit.
    #[must_use]
    pub fn is_too_deep(&self) -> bool {
        matches!(&self.kind, BodyErrorKind::Json(error) if error.is_too_deep())
    }

    /// Returns the offset of the invalid byte, if there is one.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        match &self.kind {
            BodyErrorKind::Json(error) => error.offset(),
            _ => None,
        }
    }

    /// Returns the RFC 6901 pointer to the invalid field, if there is one.
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
                "the {what} has a format unknown to this version: update Banister, or allow unknown content explicitly"
            ),
            BodyErrorKind::UnknownContent { pointer } => {
                // An event as a whole has no pointer.
                let place = if pointer.is_empty() { String::new() } else { format!(" at '{pointer}'") };
                write!(
                    f,
                    "the content{place} is of a kind unknown to this version: update Banister, or allow unknown content \
                     explicitly"
                )
            }
            BodyErrorKind::SplitMatch { pointer } => write!(
                f,
                "a match spans two events at '{pointer}', a field that is not streamed as deltas: the stream was stopped"
            ),
            BodyErrorKind::NotText { pointer } => {
                write!(
                    f,
                    "the document at '{pointer}' is not plain text in UTF-8, as its format requires: encode it as UTF-8 without NUL"
                )
            }
            BodyErrorKind::Image { pointer } => {
                write!(f, "the image at '{pointer}' cannot be inspected: send text")
            }
            BodyErrorKind::Base64 { pointer } => {
                write!(f, "the field at '{pointer}' is not valid base64: encode its bytes as base64")
            }
            BodyErrorKind::TwoGuardrails => f.write_str("the body names two guardrails: name one of them only"),
            BodyErrorKind::Frame { what } => {
                write!(f, "the event stream is malformed: {what}; the stream was stopped")
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
