//! What goes wrong, on request.

use std::str::FromStr;

use super::ParseError;

/// What goes wrong.
///
/// The faults that count events concern streams; on an answer that is not a
/// stream they have no effect and use up none of
/// [`Options::fault_calls`](crate::Options::fault_calls).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// HTTP 429 with a `ThrottlingException`.
    Throttle,
    /// An error answer.
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
        /// How many events come before it.
        after_events: usize,
        /// The `:exception-type`, for example `throttlingException`.
        exception_type: String,
        /// The `message` of the payload.
        message: String,
    },
    /// The connection closes in the middle of the body.
    CutConnection {
        /// How many bytes of the body come before.
        after_bytes: usize,
    },
    /// A frame with a wrong checksum; the stream goes on after it.
    CorruptFrame {
        /// How many events come before it.
        after_events: usize,
    },
    /// The stream falls silent without ending.
    Stall {
        /// How many events come before.
        after_events: usize,
    },
    /// The request is never answered.
    Hang,
}

impl Fault {
    pub(crate) const fn streams_only(&self) -> bool {
        matches!(self, Self::ExceptionFrame { .. } | Self::CorruptFrame { .. } | Self::Stall { .. })
    }
}

impl FromStr for Fault {
    type Err = ParseError;

    /// Reads the forms of the `x-simulator-fault` header, `none` excepted.
    fn from_str(directive: &str) -> Result<Self, ParseError> {
        // The message is last, so it may hold colons itself.
        let mut parts = directive.splitn(4, ':');
        let kind = parts.next().unwrap_or_default();
        let mut part = |what: &str| parts.next().ok_or_else(|| ParseError::new(format!("fault {kind:?} wants {what}")));
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
            other => Err(ParseError::new(format!("unknown fault {other:?}"))),
        }
    }
}

fn number<N: FromStr>(text: &str) -> Result<N, ParseError> {
    text.trim().parse().map_err(|_| ParseError::new(format!("{text:?} is not a number")))
}

// What HTTP cannot send must not become a fault that breaks differently.
fn status(text: &str) -> Result<u16, ParseError> {
    let status = number(text)?;
    if (100..1000).contains(&status) {
        Ok(status)
    } else {
        Err(ParseError::new(format!("{status} is not an HTTP status")))
    }
}
