use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The error for a decision that is not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditError(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The sink returned this error.
    Sink(Arc<str>),
    Timeout,
    Closed,
}

impl AuditError {
    pub(super) fn sink(error: &str) -> Self {
        Self(Kind::Sink(error.into()))
    }

    pub(super) fn timeout() -> Self {
        Self(Kind::Timeout)
    }

    pub(super) fn closed() -> Self {
        Self(Kind::Closed)
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Sink(error) => write!(f, "the audit log cannot be written: {error}"),
            Kind::Timeout => f.write_str("the audit log did not accept the record in time"),
            Kind::Closed => f.write_str("the audit log is closed"),
        }
    }
}

impl Error for AuditError {}
