//! A decision log: a queue of decisions, and the thread that chains and writes them.

use std::fmt;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use super::chain::ChainHead;
use super::error::AuditError;
use super::ids;
use super::queue::{AuditStatus, Item, Queue};
use super::record::{Decision, WRITER_BYTES};
use super::sink::AuditSink;
use super::writer::Writer;

/// What happens to a call whose record is not written: the log is full, fails, or is too slow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// The call fails if its record is not written within the timeout.
    #[default]
    Fail,
    /// The call waits until its record is written, however long that takes. A record is retried until then.
    Block,
    /// The call continues and does not wait. A record that is lost is counted, and the next record contains the count.
    Drop,
}

/// The time after which a call fails under [`Delivery::Fail`].
const TIMEOUT: Duration = Duration::from_secs(5);

/// The number of records that wait to be written.
const QUEUE: usize = 1024;

/// A decision log. Clones write to the same log, and the last one closes it.
///
/// Under [`Delivery::Fail`], the default, and [`Delivery::Block`], text is forwarded only after the record of the decision on it was
/// written. The calling thread waits for that, usually some ten microseconds; with an fsync for each record, some milliseconds.
///
/// Nothing is lost in silence: a record that could not be written is counted, the next record contains the count, and so does
/// [`status`](Self::status).
///
/// ```
/// use banister::{AuditLog, Decision, Guardrail, JsonlFile, Policy, Source};
///
/// # let folder = std::env::temp_dir().join(format!("banister-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let log = AuditLog::builder(JsonlFile::new(folder.join("decisions.jsonl"))).open()?;
/// let guardrail = Guardrail::new(Policy::from_pack("default")?);
///
/// let assessment = guardrail.assess(Source::Input, "Write to jane.roe@example.com");
/// log.record(Decision::of_text(guardrail.policy(), &assessment))?;
/// let head = log.close()?;
/// assert_eq!(head.seq(), 3);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AuditLog {
    handle: Arc<Handle>,
}

/// Settings of an [`AuditLog`].
pub struct AuditLogBuilder {
    sink: Box<dyn AuditSink>,
    delivery: Delivery,
    timeout: Duration,
    queue: usize,
    writer: Option<String>,
}

struct Handle {
    queue: Arc<Queue>,
    delivery: Delivery,
    timeout: Duration,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl AuditLog {
    /// Configures a log that is written to `sink`.
    #[must_use]
    pub fn builder(sink: impl AuditSink + 'static) -> AuditLogBuilder {
        AuditLogBuilder {
            sink: Box::new(sink),
            delivery: Delivery::default(),
            timeout: TIMEOUT,
            queue: QUEUE,
            writer: None,
        }
    }

    /// Records a decision.
    ///
    /// # Errors
    ///
    /// Returns an error if the decision is not recorded, unless the log is set to drop records.
    pub fn record(&self, decision: Decision) -> Result<(), AuditError> {
        let decision = Box::new(decision);
        let time = SystemTime::now();
        let deadline = match self.handle.delivery {
            Delivery::Drop => {
                self.handle.queue.offer(Item { decision, time, lost: 0, done: None });
                return Ok(());
            }
            Delivery::Block => None,
            Delivery::Fail => Instant::now().checked_add(self.handle.timeout),
        };
        let (done, wait) = sync_channel(1);
        self.handle.queue.push(Item { decision, time, lost: 0, done: Some(done) }, deadline)?;
        wait_until(&wait, deadline)
    }

    /// Returns the state of the log.
    #[must_use]
    pub fn status(&self) -> AuditStatus {
        self.handle.queue.status()
    }

    /// Closes the log, for all clones: writes what is queued and the record of the end. Returns the last record written, to be kept where
    /// the log cannot be changed. Nothing can be recorded afterwards.
    ///
    /// # Errors
    ///
    /// Returns an error if the end could not be written.
    pub fn close(&self) -> Result<ChainHead, AuditError> {
        self.handle.close();
        let status = self.status();
        match status.error {
            None => Ok(status.head),
            Some(error) => Err(AuditError::sink(&error)),
        }
    }
}

fn wait_until(wait: &Receiver<Result<(), AuditError>>, deadline: Option<Instant>) -> Result<(), AuditError> {
    let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
    match wait.recv_timeout(left) {
        Ok(result) => result,
        // It may still be written: a record of a call that failed.
        Err(RecvTimeoutError::Timeout) => Err(AuditError::timeout()),
        Err(RecvTimeoutError::Disconnected) => Err(AuditError::closed()),
    }
}

impl Handle {
    fn close(&self) {
        self.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A sink that panicked was already recorded as an error.
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

impl AuditLogBuilder {
    /// Sets what happens if a record is not written. The default is [`Delivery::Fail`].
    #[must_use]
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Sets the time after which a call fails under [`Delivery::Fail`]. The default is 5 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the number of records that may wait to be written. The default is 1024, the minimum 1.
    #[must_use]
    pub fn queue(mut self, records: usize) -> Self {
        self.queue = records.max(1);
        self
    }

    /// Names the writer, in at most 256 bytes. The default is a random name. It is written into every record, so it must not be secret.
    #[must_use]
    pub fn writer(mut self, name: impl Into<String>) -> Self {
        self.writer = Some(name.into());
        self
    }

    /// Opens the sink, and writes the record of the beginning.
    ///
    /// # Errors
    ///
    /// Returns an error if the name of the writer is too long, or the sink cannot be opened or written.
    pub fn open(self) -> io::Result<AuditLog> {
        let name = self.writer.unwrap_or_else(ids::random);
        if name.len() > WRITER_BYTES {
            let message = format!("the name of the writer has {} bytes; {WRITER_BYTES} are allowed", name.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let queue = Arc::new(Queue::new(self.queue));
        let (opened, wait) = sync_channel(1);
        let (sink, of_thread, retries) = (self.sink, Arc::clone(&queue), self.delivery == Delivery::Block);
        // All calls of the sink are on its thread, so that it may block there whatever the caller's runtime is.
        let thread = thread::Builder::new().name("banister-audit".to_owned()).spawn(move || {
            match Writer::open(sink, name, of_thread) {
                Ok(writer) => {
                    let _ = opened.try_send(Ok(()));
                    writer.run(retries);
                }
                Err(error) => drop(opened.try_send(Err(error))),
            }
        })?;
        wait.recv().unwrap_or_else(|_| Err(io::Error::other("the sink failed")))?;
        let thread = Mutex::new(Some(thread));
        let handle = Handle { queue, delivery: self.delivery, timeout: self.timeout, thread };
        Ok(AuditLog { handle: Arc::new(handle) })
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog")
            .field("delivery", &self.handle.delivery)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AuditLogBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLogBuilder")
            .field("delivery", &self.delivery)
            .field("timeout", &self.timeout)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}
