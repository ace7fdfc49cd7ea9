//! Work that would block other tasks.

use std::future::{Future, poll_fn};
use std::pin::pin;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// The size from which inspecting a body takes long enough, several hundredths of a second, to delay other streams.
pub(crate) const LARGE_BYTES: u64 = 256 << 10;

/// Runs `future`. If it is heavy, moves the other tasks of this thread to another one meanwhile, if the runtime has several threads.
pub(crate) async fn unblock_if<F: Future>(is_heavy: bool, future: F) -> F::Output {
    let is_shared = || Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
    if !is_heavy || !is_shared() {
        return future.await;
    }
    let mut future = pin!(future);
    poll_fn(|cx| block_in_place(|| future.as_mut().poll(cx))).await
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::unblock_if;

    /// The only thread waits for another task, so that task must run elsewhere.
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn other_tasks_continue() {
        let (send, receive) = mpsc::channel();
        let heavy = tokio::spawn(unblock_if(true, async move {
            tokio::spawn(async move { send.send(()).unwrap() });
            receive.recv_timeout(Duration::from_secs(60))
        }));
        assert_eq!(heavy.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn a_single_threaded_runtime_runs_it_inline() {
        assert_eq!(unblock_if(true, async { 1 }).await + unblock_if(false, async { 2 }).await, 3);
    }
}
