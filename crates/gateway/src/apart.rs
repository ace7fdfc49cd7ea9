//! Work that would keep others waiting.

use std::future::{Future, poll_fn};
use std::pin::pin;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Bodies from this size on are examined apart: it takes some hundredths of a second, and the streams of others come in between.
pub(crate) const LARGE_BYTES: u64 = 256 << 10;

/// Runs `future`, and if its work is heavy has another thread take over what else this one has to do meanwhile. (A runtime of one thread
/// has none.)
pub(crate) async fn apart_if<F: Future>(is_heavy: bool, future: F) -> F::Output {
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

    use super::apart_if;

    /// One thread, which waits for another task: that task has to run elsewhere.
    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn others_go_on() {
        let (send, receive) = mpsc::channel();
        let heavy = tokio::spawn(apart_if(true, async move {
            tokio::spawn(async move { send.send(()).unwrap() });
            receive.recv_timeout(Duration::from_secs(60))
        }));
        assert_eq!(heavy.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn a_runtime_of_one_thread_does_it_all() {
        assert_eq!(apart_if(true, async { 1 }).await + apart_if(false, async { 2 }).await, 3);
    }
}
