//! Where the lines of a decision log go.

use std::io::{self, Write};
use std::time::Duration;

use super::chain::{ChainHead, RecordLine};
use super::record::Torn;

/// Stores the lines of a decision log. An [`AuditLog`](crate::AuditLog) calls it on a thread of its own, so that it may block.
pub trait AuditSink: Send {
    /// Opens the sink, and returns where the log in it ends. It is called once, before anything else. The default is a log without records.
    ///
    /// # Errors
    ///
    /// Returns an error if the sink cannot be written.
    fn open(&mut self) -> io::Result<LogEnd> {
        Ok(LogEnd::default())
    }

    /// Writes these lines, each with a line feed or whatever separates records.
    ///
    /// # Errors
    ///
    /// Returns an error if they cannot be written. Then none of them may remain, because the same lines or others with the same numbers are
    /// written next.
    fn write(&mut self, lines: &[RecordLine]) -> io::Result<()>;

    /// Returns the time until [`sync`](Self::sync) is due, or `None` if everything is where it should be.
    fn sync_due(&self) -> Option<Duration> {
        None
    }

    /// Makes durable what was written. It is called when it is due, and at the end.
    ///
    /// # Errors
    ///
    /// Returns an error if that fails.
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The end of a log that a sink opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEnd {
    /// The last record.
    pub head: ChainHead,
    /// What an earlier writer left after the last record when it crashed.
    pub torn: Option<Torn>,
}

impl LogEnd {
    /// Returns the end of a log whose last record is this one.
    #[must_use]
    pub fn after(head: ChainHead) -> Self {
        Self { head, torn: None }
    }
}

/// Writes the lines to a [`Write`], such as standard output.
#[derive(Debug)]
pub struct WriterSink<W>(W);

impl<W: Write + Send> WriterSink<W> {
    /// Creates a sink that writes to `writer`.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self(writer)
    }
}

impl WriterSink<io::Stdout> {
    /// Creates a sink that writes to standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self(io::stdout())
    }
}

impl<W: Write + Send> AuditSink for WriterSink<W> {
    fn write(&mut self, lines: &[RecordLine]) -> io::Result<()> {
        self.0.write_all(&joined(lines))?;
        self.0.flush()
    }
}

/// Emits each line as the field `record` of a [`tracing`] event of level `INFO` with the target `banister::audit`.
///
/// A subscriber that filters the target out loses the records, and neither this sink nor the chain can know.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TracingSink;

impl TracingSink {
    /// Creates the sink.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl AuditSink for TracingSink {
    fn write(&mut self, lines: &[RecordLine]) -> io::Result<()> {
        for line in lines {
            tracing::info!(target: "banister::audit", record = line.as_str(), "decision record");
        }
        Ok(())
    }
}

/// Returns the lines, each with a line feed.
pub(super) fn joined(lines: &[RecordLine]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_str().as_bytes(), b"\n"]).flatten().copied().collect()
}
