//! The memory of all bodies in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

/// The budget for all bodies in flight.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    limit: usize,
    used: AtomicUsize,
}

impl MemoryBudget {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, used: AtomicUsize::new(0) }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Returns a lease of `bytes`, whether the budget has them or not: for what must be finished because it has begun. New requests are then
    /// rejected until there is room.
    pub(crate) fn take(self: &Arc<Self>, bytes: usize) -> Lease {
        let mut lease = Lease { budget: Arc::clone(self), bytes: 0 };
        lease.grow(bytes);
        lease
    }
}

/// A part of the budget, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl Lease {
    /// Adds `bytes`, or returns `false` if the budget does not have them.
    pub(crate) fn try_grow(&mut self, bytes: usize) -> bool {
        let fits = |used: usize| used.checked_add(bytes).filter(|&sum| sum <= self.budget.limit);
        let fits = self.budget.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        if fits {
            self.bytes += bytes;
        }
        fits
    }

    /// Adds `bytes`, whether the budget has them or not.
    pub(crate) fn grow(&mut self, bytes: usize) {
        self.budget.used.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
    }

    /// Returns bytes that hold the lease until their last clone is dropped, even in the buffers of a connection.
    pub(crate) fn hold(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(HeldBytes { bytes, _lease: self })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

struct HeldBytes {
    bytes: Bytes,
    _lease: Lease,
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;

    use super::MemoryBudget;

    #[test]
    fn bytes_hold_their_lease() {
        let budget = Arc::new(MemoryBudget::new(10));
        let mut lease = budget.take(0);
        assert!(lease.try_grow(4) && lease.try_grow(6) && !lease.try_grow(1) && !lease.try_grow(usize::MAX));
        let bytes = lease.hold(Bytes::from_static(b"0123456789"));
        let part = bytes.slice(3..4);
        drop(bytes);
        assert_eq!((budget.used(), &part[..]), (10, &b"3"[..]));
        let over = budget.take(5);
        assert_eq!(budget.used(), 15);
        drop((part, over));
        assert_eq!(budget.used(), 0);
    }
}
