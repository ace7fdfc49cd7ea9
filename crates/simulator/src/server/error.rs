//! Error responses.

use crate::options::ParseError;

/// An error response: a status and a modeled exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ErrorResponse {
    pub(super) status: u16,
    pub(super) exception: String,
    pub(super) message: String,
}

impl ErrorResponse {
    pub(super) fn new(status: u16, exception: &str, message: impl Into<String>) -> Self {
        Self { status, exception: exception.to_owned(), message: message.into() }
    }

    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message)
    }

    pub(super) fn malformed() -> Self {
        Self::validation("Malformed input request, please reformat your input and try again.")
    }
}

impl From<ParseError> for ErrorResponse {
    fn from(error: ParseError) -> Self {
        Self::validation(format!("simulator directive: {error}"))
    }
}
