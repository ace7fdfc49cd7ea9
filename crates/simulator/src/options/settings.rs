//! The options of a simulator.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::chunk_size::ChunkSize;
use super::fault::Fault;
use super::parse::{ParseError, number};
use super::response::ModelResponse;
use crate::BodyFormat;

/// The configuration of a [`Simulator`](crate::Simulator).
#[derive(Clone, Debug)]
pub struct Options {
    /// The loopback address to bind; with port 0 the system chooses one.
    pub listen: SocketAddr,
    /// The output of the model.
    pub response: ModelResponse,
    /// The format of invoke responses; `None` derives it from the request.
    pub body_format: Option<BodyFormat>,
    /// How streamed text is split into events.
    pub chunk_size: ChunkSize,
    /// Writes the HTTP body in chunks of this many bytes, so that event-stream frames are split anywhere.
    pub write_size: Option<usize>,
    /// The pause before each event except the first; a response that is not a stream is delayed by it once.
    pub delay: Option<Duration>,
    /// The fault to simulate.
    pub fault: Option<Fault>,
    /// Applies the fault to this many calls only; `None` means all.
    pub fault_calls: Option<usize>,
}

impl Options {
    /// Sets an option by its name in headers and on the command line, without prefix. Returns `false` if no option has this name.
    ///
    /// # Errors
    ///
    /// If the value cannot be parsed.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, ParseError> {
        match name {
            "reply" => self.response = value.parse()?,
            "shape" => self.body_format = Some(value.parse()?),
            "chunk" => self.chunk_size = value.parse()?,
            "write-size" => self.write_size = Some(number(value)?),
            "delay-ms" => self.delay = Some(Duration::from_millis(number(value)?)),
            "fault" => self.fault = if value == "none" { None } else { Some(value.parse()?) },
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            response: ModelResponse::default(),
            body_format: None,
            chunk_size: ChunkSize::default(),
            write_size: None,
            delay: None,
            fault: None,
            fault_calls: None,
        }
    }
}
