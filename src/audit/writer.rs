//! The thread that chains and writes records.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::chain::{ChainHead, RecordLine, seal};
use super::error::AuditError;
use super::queue::{Item, Next, Queue};
use super::record::{LogEvent, Opened};
use super::sink::AuditSink;

/// The pause before the first repetition of a failed write. It doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(50);

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The shortest wait before the sink is synchronized, so that one that fails to be does not keep the thread busy.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Chains records, and writes them to a sink.
pub(super) struct Writer {
    sink: Box<dyn AuditSink>,
    name: String,
    queue: Arc<Queue>,
    /// Writes again what failed, until it succeeds or the log is closed.
    retries: bool,
    head: ChainHead,
    /// The number of records that could not be written since the last one.
    lost: u64,
}

impl Writer {
    /// Opens a sink, and writes the record of the beginning.
    pub(super) fn open(mut sink: Box<dyn AuditSink>, name: String, queue: Arc<Queue>) -> io::Result<Self> {
        let end = sink.open()?;
        if let Some(torn) = &end.torn {
            tracing::warn!(
                bytes = torn.bytes,
                "the audit log ended with an incomplete record, which the next one notes"
            );
        }
        let opened = Opened { engine: env!("CARGO_PKG_VERSION").to_owned(), torn: end.torn };
        let line = seal(&end.head, &name, 0, SystemTime::now(), &LogEvent::Opened(opened))?;
        let head = line.head().clone();
        sink.write(&[line])?;
        queue.wrote(1, &head);
        Ok(Self { sink, name, queue, retries: false, head, lost: 0 })
    }

    /// Writes records until the queue is closed. With `retries`, what fails is written again.
    pub(super) fn run(mut self, retries: bool) {
        self.retries = retries;
        // A sink that panics ends the thread: callers must not wait for it.
        let _abandon = Abandon(Arc::clone(&self.queue));
        loop {
            match self.queue.next(self.sink.sync_due().map(|due| due.max(SHORTEST_WAIT))) {
                Next::Write(items) => self.write(items),
                Next::Idle => {
                    if let Err(error) = self.sink.sync() {
                        self.failed(&error, 0);
                    }
                }
                Next::Close(lost) => return self.close(lost),
            }
        }
    }

    fn write(&mut self, items: Vec<Item>) {
        let (events, rest): (Vec<_>, Vec<_>) = items
            .into_iter()
            .map(|item| ((item.time, item.lost, LogEvent::Decision(item.decision)), (item.lost, item.done)))
            .unzip();
        let mut result = self.append(&events);
        let mut pause = PAUSE;
        while self.retries && result.is_err() && !self.queue.pause(pause) {
            pause = LONGEST_PAUSE.min(2 * pause);
            result = self.append(&events);
        }
        if result.is_err() {
            let lost_before: u64 = rest.iter().map(|(lost, _)| lost).sum();
            let lost = rest.len() as u64;
            self.lost += lost_before + lost;
            if let Err(error) = &result {
                self.failed(error, lost);
            }
        }
        let result = result.map_err(|error| AuditError::sink(&error.to_string()));
        for done in rest.into_iter().filter_map(|(_, done)| done) {
            // A caller that no longer waits has no receiver.
            let _ = done.try_send(result.clone());
        }
    }

    /// Writes all of these events or none.
    fn append(&mut self, events: &[(SystemTime, u64, LogEvent)]) -> io::Result<()> {
        let mut lines: Vec<RecordLine> = Vec::with_capacity(events.len());
        let mut lost = self.lost;
        for (time, lost_before, event) in events {
            let head = lines.last().map_or(&self.head, RecordLine::head);
            let line = seal(head, &self.name, lost + lost_before, *time, event)?;
            lost = 0;
            lines.push(line);
        }
        let written = self.sink.write(&lines);
        if let Err(error) = &written
            && self.retries
        {
            self.failed(error, 0);
        }
        written?;
        if let Some(last) = lines.last() {
            self.head = last.head().clone();
        }
        self.lost = 0;
        self.queue.wrote(lines.len() as u64, &self.head);
        Ok(())
    }

    fn close(mut self, lost: u64) {
        let closed = self.append(&[(SystemTime::now(), lost, LogEvent::Closed)]).and_then(|()| self.sink.sync());
        if let Err(error) = closed {
            self.failed(&error, 0);
        }
    }

    fn failed(&self, error: &io::Error, lost: u64) {
        tracing::error!(%error, lost, "the audit log cannot be written");
        self.queue.failed(error.to_string(), lost);
    }
}

/// Fails the callers that wait when the thread ends.
struct Abandon(Arc<Queue>);

impl Drop for Abandon {
    fn drop(&mut self) {
        let items = self.0.abandon();
        if !items.is_empty() || std::thread::panicking() {
            self.0.failed("the sink failed".to_owned(), 0);
        }
        // Their receivers see that the senders are gone.
        drop(items);
    }
}
