use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::assessment::BodyAssessment;
use crate::audit::{AuditError, RejectionCode};
use crate::bedrock::{BodyError, Operation};
use crate::guardrail::Source;

/// The error for a call that was blocked or rejected by the guardrail.
///
/// It is boxed, like all errors of a Tower stack: use [`find_in`](Self::find_in).
#[derive(Debug)]
pub struct GuardrailError {
    operation: Operation,
    source: Source,
    kind: ErrorKind,
}

/// The kind of a [`GuardrailError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GuardrailErrorKind {
    /// A rule blocked the call, and no response replaces the model's.
    Blocked,
    /// A body or an event could not be inspected: malformed, or of an unknown kind.
    Uninspectable,
    /// A body is larger than the layer allows.
    TooLarge,
    /// A body is compressed.
    Compressed,
    /// The decision could not be recorded, so nothing was forwarded.
    Unrecorded,
}

#[derive(Debug)]
enum ErrorKind {
    /// A rule blocked the call, and no response replaces the model's.
    Blocked(Box<BodyAssessment>),
    /// The body could not be inspected.
    Unreadable(BodyError),
    /// The body is larger than the layer allows.
    TooLarge { bytes: usize, limit: usize },
    /// The body is compressed.
    Encoded,
    /// The decision could not be recorded.
    Unrecorded(AuditError),
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

    pub(crate) fn unrecorded(operation: Operation, source: Source, error: AuditError) -> Self {
        Self { operation, source, kind: ErrorKind::Unrecorded(error) }
    }

    /// Returns why the body could not be inspected.
    pub(super) fn rejection(&self) -> Result<&BodyError, RejectionCode> {
        match &self.kind {
            ErrorKind::Unreadable(error) => Ok(error),
            ErrorKind::TooLarge { .. } => Err(RejectionCode::TooLarge),
            ErrorKind::Encoded => Err(RejectionCode::Compressed),
            ErrorKind::Blocked(_) | ErrorKind::Unrecorded(_) => Err(RejectionCode::Other),
        }
    }

    /// Finds the guardrail's error in `error` and its sources: SDK clients and other layers wrap it in their own errors.
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

    /// Returns the message with its cause.
    pub(crate) fn full_message(&self) -> String {
        match self.source() {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }

    /// Returns the operation.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns the direction: the request or the response. It is not called `source`, which [`Error`] defines otherwise.
    #[must_use]
    pub fn direction(&self) -> Source {
        self.source
    }

    /// Returns the assessment, if a rule blocked the call.
    #[must_use]
    pub fn assessment(&self) -> Option<&BodyAssessment> {
        match &self.kind {
            ErrorKind::Blocked(assessment) => Some(assessment),
            ErrorKind::Unreadable(_) | ErrorKind::TooLarge { .. } | ErrorKind::Encoded | ErrorKind::Unrecorded(_) => {
                None
            }
        }
    }

    /// Returns `true` if the same call may succeed when it is repeated: a response could not be inspected, which may have been cut off or
    /// corrupted on its way, or a request could not be recorded. A blocked call, and a request that cannot be inspected, are rejected again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ErrorKind::Unreadable(_) => self.source == Source::Output,
            // ApplyGuardrail calls no model.
            ErrorKind::Unrecorded(_) => self.source == Source::Input || self.operation == Operation::ApplyGuardrail,
            _ => false,
        }
    }

    /// Returns `true` if `error` is a guardrail's, or caused by one, and is not [retryable](Self::is_retryable).
    ///
    /// A retry policy outside of a guardrail must not repeat such a call: each repetition of a blocked response calls the model again.
    ///
    /// ```
    /// use std::future::{Ready, ready};
    ///
    /// use banister::GuardrailError;
    /// use tower::BoxError;
    /// use tower::retry::Policy;
    ///
    /// #[derive(Clone)]
    /// struct Attempts(usize);
    ///
    /// impl<Request: Clone, Response> Policy<Request, Response, BoxError> for Attempts {
    ///     type Future = Ready<()>;
    ///
    ///     fn retry(&mut self, _: &mut Request, result: &mut Result<Response, BoxError>) -> Option<Self::Future> {
    ///         let error = result.as_ref().err()?;
    ///         if self.0 == 0 || GuardrailError::is_final(&**error) {
    ///             return None;
    ///         }
    ///         self.0 -= 1;
    ///         Some(ready(()))
    ///     }
    ///
    ///     fn clone_request(&mut self, request: &Request) -> Option<Request> {
    ///         Some(request.clone())
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn is_final(error: &(dyn Error + 'static)) -> bool {
        Self::find_in(error).is_some_and(|error| !error.is_retryable())
    }

    /// Returns the kind of the error. Only [`Unrecorded`](GuardrailErrorKind::Unrecorded) and an error that is
    /// [retryable](Self::is_retryable) may change if the same call is repeated.
    #[must_use]
    pub fn kind(&self) -> GuardrailErrorKind {
        match self.kind {
            ErrorKind::Blocked(_) => GuardrailErrorKind::Blocked,
            ErrorKind::Unreadable(_) => GuardrailErrorKind::Uninspectable,
            ErrorKind::TooLarge { .. } => GuardrailErrorKind::TooLarge,
            ErrorKind::Encoded => GuardrailErrorKind::Compressed,
            ErrorKind::Unrecorded(_) => GuardrailErrorKind::Unrecorded,
        }
    }

    /// Returns `true` if a rule blocked the call. Otherwise it could not be inspected, or not recorded.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.assessment().is_some()
    }
}

impl fmt::Display for GuardrailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.source {
            Source::Input => "request",
            Source::Output => "response",
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
            ErrorKind::Unreadable(_) => write!(f, "the {operation} {what} could not be inspected and was rejected"),
            ErrorKind::TooLarge { bytes, limit } => write!(
                f,
                "the {operation} {what} has at least {bytes} bytes, more than the {limit} that the guardrail inspects; see `GuardrailLayer::max_body_bytes`"
            ),
            ErrorKind::Encoded => write!(
                f,
                "the {operation} {what} is compressed, so it could not be inspected and was rejected; send it without content-encoding"
            ),
            ErrorKind::Unrecorded(_) => {
                write!(f, "the decision on the {operation} {what} could not be recorded, so it was not forwarded")
            }
        }
    }
}

impl Error for GuardrailError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            ErrorKind::Unreadable(error) => Some(error),
            ErrorKind::Unrecorded(error) => Some(error),
            ErrorKind::Blocked(_) | ErrorKind::TooLarge { .. } | ErrorKind::Encoded => None,
        }
    }
}
