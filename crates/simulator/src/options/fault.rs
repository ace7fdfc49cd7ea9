//! Simulated faults.

use std::str::FromStr;

use super::parse::{ParseError, number};

/// A simulated fault.
///
/// Faults that count events apply to streams only. On other responses they have no effect, and do not count towards
/// [`Options::fault_calls`](crate::Options::fault_calls).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// HTTP 429 with a `ThrottlingException`.
    Throttle,
    /// An error response.
    Status {
        /// The HTTP status.
        status: u16,
        /// The exception's name, for the `x-amzn-errortype` header.
        exception: String,
        /// The `message` of the body.
        message: String,
    },
    /// An exception frame, which ends the stream.
    ExceptionFrame {
        /// The number of events before it.
        after_events: usize,
        /// The `:exception-type`, for example `throttlingException`.
        exception_type: String,
        /// The `message` of the payload.
        message: String,
    },
    /// The connection closes in the middle of the body.
    CutConnection {
        /// The number of bytes of the body before.
        after_bytes: usize,
    },
    /// A frame with a wrong checksum; the stream continues after it.
    CorruptFrame {
        /// The number of events before it.
        after_events: usize,
    },
    /// The stream pauses forever.
    Stall {
        /// The number of events before.
        after_events: usize,
    },
    /// The request never gets a response.
    Hang,
}

impl Fault {
    pub(crate) const fn streams_only(&self) -> bool {
        matches!(self, Self::ExceptionFrame { .. } | Self::CorruptFrame { .. } | Self::Stall { .. })
    }
}

impl FromStr for Fault {
    type Err = ParseError;

    /// Parses a value of the `x-simulator-fault` header, except `none`.
    fn from_str(directive: &str) -> Result<Self, ParseError> {
        // The message is last, so it may contain colons.
        let mut parts = directive.splitn(4, ':');
        let kind = parts.next().unwrap_or_default();
        let mut part = |what: &str| parts.next().ok_or_else(|| ParseError::new(format!("fault {kind:?} needs {what}")));
        match kind {
            "throttle" => Ok(Self::Throttle),
            "status" => Ok(Self::Status {
                status: status(part("a status")?)?,
                exception: part("an exception name")?.to_owned(),
                message: part("a message")?.to_owned(),
            }),
            "exception-frame" => Ok(Self::ExceptionFrame {
                after_events: number(part("a number of events")?)?,
                exception_type: part("an exception type")?.to_owned(),
                message: part("a message")?.to_owned(),
            }),
            "cut" => Ok(Self::CutConnection { after_bytes: number(part("a number of bytes")?)? }),
            "corrupt" => Ok(Self::CorruptFrame { after_events: number(part("a number of events")?)? }),
            "stall" => Ok(Self::Stall { after_events: number(part("a number of events")?)? }),
            "hang" => Ok(Self::Hang),
            other => Err(ParseError::new(format!("`{other}` is not a fault"))),
        }
    }
}

// A status that HTTP cannot send would become another fault.
fn status(text: &str) -> Result<u16, ParseError> {
    let status = number(text)?;
    if (100..1000).contains(&status) {
        Ok(status)
    } else {
        Err(ParseError::new(format!("{status} is not an HTTP status")))
    }
}
