//! State shared by all connections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::record::RecordedRequest;
use crate::options::{Fault, Options};

/// The options, the recorded requests, and the counters.
#[derive(Debug)]
pub(super) struct State {
    options: Mutex<Options>,
    requests: Mutex<Vec<RecordedRequest>>,
    faults: AtomicUsize,
    ids: AtomicUsize,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options: Mutex::new(options),
            requests: Mutex::default(),
            faults: AtomicUsize::new(0),
            ids: AtomicUsize::new(1),
        }
    }

    pub(super) fn options(&self) -> Options {
        lock(&self.options).clone()
    }

    /// Replaces the options. Fault calls count from the start again.
    pub(super) fn set_options(&self, options: Options) {
        *lock(&self.options) = options;
        self.faults.store(0, Ordering::SeqCst);
    }

    pub(super) fn requests(&self) -> MutexGuard<'_, Vec<RecordedRequest>> {
        lock(&self.requests)
    }

    /// Returns a request id in the form of a UUID.
    pub(super) fn next_id(&self) -> String {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        format!("00000000-0000-4000-8000-{id:012x}")
    }

    /// Returns the fault of this call, if it has one. A fault that the request itself named (`own`) is not counted.
    pub(super) fn fault(&self, options: &Options, own: bool, streams: bool) -> Option<Fault> {
        let fault = options.fault.as_ref()?;
        if fault.streams_only() && !streams {
            return None;
        }
        let applies = match options.fault_calls {
            Some(calls) if !own => self.faults.fetch_add(1, Ordering::SeqCst) < calls,
            _ => true,
        };
        applies.then(|| fault.clone())
    }
}

// Nothing panics while it holds a lock, and a poisoned one still has its data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
