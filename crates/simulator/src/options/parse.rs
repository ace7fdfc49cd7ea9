//! Parsing of option values.

use std::fmt;
use std::str::FromStr;

/// The error for a value, in a header or on the command line, that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(String);

impl ParseError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseError {}

pub(super) fn number<N: FromStr>(text: &str) -> Result<N, ParseError> {
    text.trim().parse().map_err(|_| ParseError::new(format!("{text:?} is not a number")))
}
