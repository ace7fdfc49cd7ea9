//! The queue between those who record decisions and the thread that writes them.

use std::collections::VecDeque;
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::chain::ChainHead;
use super::error::AuditError;
use super::record::Decision;

/// The number of records that are written at once.
const BATCH: usize = 256;

/// The state of an [`AuditLog`](super::AuditLog).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditStatus {
    /// The number of records written.
    pub written: u64,
    /// The number of records lost.
    pub lost: u64,
    /// The number of times that the sink failed to write or to synchronize.
    pub failures: u64,
    /// The last error of the sink, if nothing was written since.
    pub error: Option<String>,
    /// The last record written.
    pub head: ChainHead,
}

/// A decision to be written.
pub(super) struct Item {
    pub(super) decision: Box<Decision>,
    pub(super) time: SystemTime,
    /// The number of records that were lost since the one before it in the queue.
    pub(super) lost: u64,
    /// Receives the result, if the caller waits for it.
    pub(super) done: Option<SyncSender<Result<(), AuditError>>>,
}

/// What the thread does next.
pub(super) enum Next {
    /// Writes these records.
    Write(Vec<Item>),
    /// Nothing came within the given time.
    Idle,
    /// Ends the log; so many records were lost since the last.
    Close(u64),
}

pub(super) struct Queue {
    capacity: usize,
    state: Mutex<State>,
    /// Something came, or the queue was closed.
    filled: Condvar,
    /// There is room, or the queue was closed.
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    items: VecDeque<Item>,
    /// The number of records that were lost since the last in the queue.
    lost: u64,
    is_closed: bool,
    status: AuditStatus,
}

impl Queue {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default(), filled: Condvar::new(), emptied: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and the state is valid either way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a record when there is room, or counts it as lost at the deadline.
    pub(super) fn push(&self, item: Item, deadline: Option<Instant>) -> Result<(), AuditError> {
        let mut state = self.lock();
        while !state.is_closed && state.items.len() >= self.capacity {
            let Some(deadline) = deadline else {
                state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.lose(1);
                return Err(AuditError::timeout());
            }
            state = self.emptied.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.is_closed {
            state.lose(1);
            return Err(AuditError::closed());
        }
        self.add(state, item);
        Ok(())
    }

    /// Adds a record if there is room, or counts it as lost.
    pub(super) fn offer(&self, item: Item) {
        let mut state = self.lock();
        if state.is_closed || state.items.len() >= self.capacity {
            if state.lost == 0 {
                tracing::error!("the audit log is full or closed: decision records are lost");
            }
            state.lose(1);
            return;
        }
        self.add(state, item);
    }

    fn add(&self, mut state: MutexGuard<'_, State>, mut item: Item) {
        item.lost = std::mem::take(&mut state.lost);
        state.items.push_back(item);
        drop(state);
        self.filled.notify_one();
    }

    /// Waits for records, at most for `patience`.
    pub(super) fn next(&self, patience: Option<Duration>) -> Next {
        let mut state = self.lock();
        while state.items.is_empty() && !state.is_closed {
            let Some(patience) = patience else {
                state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (held, waited) = self.filled.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
            state = held;
            if waited.timed_out() && state.items.is_empty() && !state.is_closed {
                return Next::Idle;
            }
        }
        if state.items.is_empty() {
            return Next::Close(std::mem::take(&mut state.lost));
        }
        let batch = state.items.len().min(BATCH);
        let batch = state.items.drain(..batch).collect();
        drop(state);
        self.emptied.notify_all();
        Next::Write(batch)
    }

    /// Accepts no more records.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }

    /// Waits, but not past the closing. Returns `true` if the queue is closed.
    pub(super) fn pause(&self, time: Duration) -> bool {
        let waited = self.filled.wait_timeout_while(self.lock(), time, |state| !state.is_closed);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_closed
    }

    pub(super) fn status(&self) -> AuditStatus {
        self.lock().status.clone()
    }

    /// Records that so many records were written, up to `head`.
    pub(super) fn wrote(&self, records: u64, head: &ChainHead) {
        let status = &mut self.lock().status;
        status.written += records;
        status.error = None;
        status.head = head.clone();
    }

    /// Records an error of the sink by which so many records were lost.
    pub(super) fn failed(&self, error: String, lost: u64) {
        let status = &mut self.lock().status;
        status.failures += 1;
        status.lost += lost;
        status.error = Some(error);
    }

    /// Takes what is left when the thread ends without writing it.
    pub(super) fn abandon(&self) -> Vec<Item> {
        let mut state = self.lock();
        state.is_closed = true;
        let items: Vec<Item> = state.items.drain(..).collect();
        state.lose(items.len() as u64);
        drop(state);
        self.emptied.notify_all();
        items
    }
}

impl State {
    fn lose(&mut self, records: u64) {
        self.lost += records;
        self.status.lost += records;
    }
}
