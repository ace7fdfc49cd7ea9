//! Moves the evaluation of long text off the threads that serve streams.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::{block_in_place, yield_now};

use crate::clients::Client;
use crate::memory::{Lease, MemoryBudget};
use crate::turns::{Turn, Turns};

/// The largest body that is evaluated at once, on the thread that serves the call. The worst text of this size takes milliseconds.
const INLINE_BYTES: usize = 1024;

/// The memory that parsing and evaluating a body takes besides the body, for each of its bytes: the worst body, `[0,0,…]`, has a node of 24
/// bytes for every second byte.
const MEMORY_FACTOR: usize = 12;

/// The evaluations of one call.
#[derive(Clone, Debug)]
pub(crate) struct HeavyWork {
    turns: Arc<Turns>,
    memory: Arc<MemoryBudget>,
    client: Client,
    /// The turn of the next poll.
    granted: Arc<Mutex<Option<(Turn, Lease)>>>,
}

impl HeavyWork {
    pub(crate) fn new(turns: &Arc<Turns>, memory: &Arc<MemoryBudget>, client: Client) -> Self {
        Self { turns: Arc::clone(turns), memory: Arc::clone(memory), client, granted: Arc::default() }
    }

    /// Returns the budget for the memory of the call.
    pub(crate) fn memory(&self) -> &Arc<MemoryBudget> {
        &self.memory
    }

    /// Waits until a body of this length may be evaluated in the future that [`run`](Self::run) runs: in its next poll.
    pub(crate) async fn wait(&self, bytes: usize) {
        // Without other threads, there is nowhere to move it.
        if bytes <= INLINE_BYTES || Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
            return;
        }
        if let Some(turn) = self.turns.wait(self.client).await {
            let lease = self.memory.take(bytes.saturating_mul(MEMORY_FACTOR));
            *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = Some((turn, lease));
        }
    }

    /// [`Self::wait`] from within the future that [`run`](Self::run) runs.
    pub(crate) async fn wait_within(&self, bytes: usize) {
        self.wait(bytes).await;
        if self.granted.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            yield_now().await;
        }
    }

    /// Runs a future. A poll that was granted a turn may block, so the other tasks of this thread are moved to another one meanwhile.
    pub(crate) async fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            let granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner).take();
            match granted {
                None => future.as_mut().poll(cx),
                Some((turn, _lease)) => block_in_place(|| turn.during(|| future.as_mut().poll(cx))),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::{HeavyWork, INLINE_BYTES};
    use crate::clients::Client;
    use crate::memory::MemoryBudget;
    use crate::turns::Turns;

    fn work() -> HeavyWork {
        HeavyWork::new(&Arc::new(Turns::new(1)), &Arc::new(MemoryBudget::new(0)), Client::Key(0))
    }

    /// The only thread waits for another task, so that task must run elsewhere: in the first evaluation of a call, and in a later one.
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn other_tasks_continue() {
        let work = work();
        let heavy = tokio::spawn(async move {
            let evaluate = || {
                let (send, receive) = mpsc::channel();
                tokio::spawn(async move { send.send(()).unwrap() });
                receive.recv_timeout(Duration::from_secs(60))
            };
            work.wait(INLINE_BYTES + 1).await;
            let inner = work.clone();
            let both = work.run(async move {
                let first = evaluate();
                tokio::time::sleep(Duration::from_millis(1)).await;
                inner.wait_within(INLINE_BYTES + 1).await;
                (first, evaluate())
            });
            both.await
        });
        assert_eq!(heavy.await.unwrap(), (Ok(()), Ok(())));
    }

    #[tokio::test]
    async fn a_single_threaded_runtime_runs_it_inline() {
        let work = work();
        work.wait(1 << 20).await;
        assert_eq!(work.run(async { 1 }).await, 1);
    }
}
