//! Keeps a panic within the call in which it happens.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use crate::metrics::Metrics;

/// A panic that was caught. Its message is not kept, because it may quote text.
#[derive(Debug)]
pub(crate) struct Panicked;

/// Where a panic was caught, as the metric `banister_panics_total` names it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PanicSite {
    /// A call, before its response started.
    Call,
    /// A stream.
    Stream,
    /// Code that only observes: the log, metrics, spans, or an observer of the application.
    Observer,
}

impl PanicSite {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Stream => "stream",
            Self::Observer => "observer",
        }
    }
}

/// Runs `f`, and catches a panic. Nothing that `f` changes may be used after a panic, other than to drop it.
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|_| Panicked)
}

/// Runs code that only observes a call. Its panic is counted and does not reach the call.
pub(crate) fn observe(metrics: &Metrics, f: impl FnOnce()) {
    if catch(f).is_err() {
        metrics.panicked(PanicSite::Observer);
    }
}

/// Runs `future`, and catches a panic in it.
pub(crate) async fn contained<F: Future>(future: F) -> Result<F::Output, Panicked> {
    let mut running = Some(Box::pin(future));
    poll_fn(|cx| {
        let Some(future) = &mut running else { return Poll::Ready(Err(Panicked)) };
        match catch(|| future.as_mut().poll(cx)) {
            Ok(polled) => polled.map(Ok),
            Err(panicked) => {
                // What is left of it may panic again when it is dropped.
                let left = running.take();
                let _ = catch(|| drop(left));
                Poll::Ready(Err(panicked))
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{catch, contained, observe};
    use crate::metrics::Metrics;

    /// Panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[tokio::test]
    async fn a_panic_is_a_result() {
        assert_eq!(contained(async { 1 }).await.unwrap(), 1);
        assert!(contained(async { panic!("at once") }).await.is_err());
        let later = contained(async {
            tokio::task::yield_now().await;
            let _bomb = std::mem::ManuallyDrop::new(Bomb);
            panic!("later");
        });
        assert!(later.await.is_err());
        assert!(catch(|| drop(Bomb)).is_err());
    }

    #[test]
    fn a_panic_of_an_observer_is_counted() {
        let metrics = Metrics::default();
        observe(&metrics, || panic!("observed"));
        observe(&metrics, || {});
        assert!(metrics.text().contains("banister_panics_total{in=\"observer\"} 1\n"), "{}", metrics.text());
    }
}
