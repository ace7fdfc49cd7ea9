//! The options of a simulator.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::{Chunk, Fault, Reply};
use crate::Shape;

/// How a [`Simulator`](crate::Simulator) listens and answers.
#[derive(Clone, Debug)]
pub struct Options {
    /// The loopback address to bind; port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// What the model says.
    pub reply: Reply,
    /// The body shape of invoke answers; `None` reads it from the request.
    pub shape: Option<Shape>,
    /// How streamed text is cut into events.
    pub chunk: Chunk,
    /// Writes the HTTP body in pieces of this many bytes, so that event-stream
    /// frames are cut anywhere.
    pub write_size: Option<usize>,
    /// The pause before each event but the first; an answer that is not a
    /// stream is held back once by it.
    pub delay: Option<Duration>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// Applies the fault to the first so many calls only; `None` means all.
    pub fault_calls: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            reply: Reply::default(),
            shape: None,
            chunk: Chunk::default(),
            write_size: None,
            delay: None,
            fault: None,
            fault_calls: None,
        }
    }
}

/// A directive, from a header or the command line, that could not be read.
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
