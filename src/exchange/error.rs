use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::assessment::BodyAssessment;
use crate::bedrock::{BodyError, Operation};
use crate::guardrail::Source;

/// A call that the guardrail refused with an error.
///
/// It arrives boxed, as the errors of a Tower stack do; `downcast_ref` finds it.
#[derive(Debug)]
pub struct GuardrailError {
    operation: Operation,
    source: Source,
    kind: ErrorKind,
}

#[derive(Debug)]
enum ErrorKind {
    /// A rule blocked it, and the caller gets no answer in its place.
    Blocked(Box<BodyAssessment>),
    /// It could not be examined.
    Unreadable(BodyError),
    /// It is larger than the layer allows.
    TooLarge { bytes: usize, limit: usize },
    /// It is compressed.
    Encoded,
}

impl GuardrailError {
    pub(crate) fn blocked(operation: Operation, assessment: BodyAssessment) -> Self {
        Self { operation, source: assessment.source(), kind: ErrorKind::Blocked(Box::new(assessment)) }
    }

    pub(crate) fn unreadable(operation: Operation, source: Source, error: BodyError) -> Self {
        Self { operation, source, kind: ErrorKind::Unreadable(error) }
    }

    pub(crate) fn too_large(operation: Operation, source: Source, bytes: usize, limit: usize) -> Self {
        Self { operation, source, kind: ErrorKind::TooLarge { bytes, limit } }
    }

    pub(crate) fn encoded(operation: Operation, source: Source) -> Self {
        Self { operation, source, kind: ErrorKind::Encoded }
    }

    /// The guardrail's error among `error` and its sources: an SDK client, or a layer above, wraps it in errors of its own.
    #[must_use]
    pub fn find_in<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            // A box hides its error from `downcast_ref`, and shares an error that has several readers.
            let found = error
                .downcast_ref::<Self>()
                .or_else(|| error.downcast_ref::<Arc<Self>>().map(AsRef::as_ref))
                .or_else(|| error.downcast_ref::<Box<Self>>().map(AsRef::as_ref));
            if found.is_some() {
                return found;
            }
            next = error.source();
        }
        None
    }

    /// What it says, with why.
    pub(crate) fn full_message(&self) -> String {
        match self.source() {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }

    /// The operation that was refused.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Whether its request or its answer was refused.
    #[must_use]
    pub fn direction(&self) -> Source {
        self.source
    }

    /// What was found, when a rule blocked it.
    #[must_use]
    pub fn assessment(&self) -> Option<&BodyAssessment> {
        match &self.kind {
            ErrorKind::Blocked(assessment) => Some(assessment),
            ErrorKind::Unreadable(_) | ErrorKind::TooLarge { .. } | ErrorKind::Encoded => None,
        }
    }

    /// Whether a rule blocked it. Otherwise it could not be examined.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.assessment().is_some()
    }
}

impl fmt::Display for GuardrailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.source {
            Source::Input => "request",
            Source::Output => "answer",
        };
        let operation = self.operation.name();
        match &self.kind {
            ErrorKind::Blocked(assessment) => {
                write!(f, "the {operation} {what} was blocked by the guardrail")?;
                match assessment.message() {
                    Some(message) => write!(f, ": {message}"),
                    None => Ok(()),
                }
            }
            ErrorKind::Unreadable(_) => write!(f, "the {operation} {what} cannot be examined, so it was refused"),
            ErrorKind::TooLarge { bytes, limit } => write!(
                f,
                "the {operation} {what} has at least {bytes} bytes, more than the {limit} the guardrail examines; see `GuardrailLayer::max_body_bytes`"
            ),
            ErrorKind::Encoded => write!(
                f,
                "the {operation} {what} is compressed, so it cannot be examined and was refused; send it without content-encoding"
            ),
        }
    }
}

impl Error for GuardrailError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            ErrorKind::Unreadable(error) => Some(error),
            ErrorKind::Blocked(_) | ErrorKind::TooLarge { .. } | ErrorKind::Encoded => None,
        }
    }
}
