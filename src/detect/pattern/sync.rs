//! The primitives that share an automaton between threads. `tools/loom` replaces this file to check every interleaving.

pub(super) use std::sync::atomic::{AtomicU32, Ordering};
pub(super) use std::sync::{Mutex, MutexGuard, OnceLock};
