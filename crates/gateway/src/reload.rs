//! Reads policies again when a file changes, and on SIGHUP.

use std::sync::Arc;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

use crate::handler::Shared;
use crate::policies::ReloadError;

/// Editors write a file in several steps: how long to wait for the last.
const SETTLE: Duration = Duration::from_millis(200);

/// Reads the policies again and tells the log and the metrics. Whether any is another than before.
pub(crate) fn reload(shared: &Shared) -> Result<bool, ReloadError> {
    let result = shared.current.reload();
    match &result {
        Ok(true) => {
            tracing::info!("new policies are in force");
            shared.metrics.reloaded(Some(shared.current.facts()));
        }
        Ok(false) => tracing::debug!("the policies are as before"),
        Err(error) => {
            let problems: Vec<&str> = error.problems().problems().map(|problem| problem.message()).collect();
            tracing::error!(policy = error.policy(), ?problems, "refused new policies; those before stay in force");
            shared.metrics.reloaded(None);
        }
    }
    result
}

/// What tells that there is a reason to do so. It watches until it is dropped.
pub(crate) struct Reasons {
    changed: Arc<Notify>,
    _watcher: Option<RecommendedWatcher>,
    hangups: SighupSignal,
}

impl std::fmt::Debug for Reasons {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reasons").finish_non_exhaustive()
    }
}

impl Reasons {
    /// Watches from now on.
    pub(crate) fn watch(shared: &Shared) -> Self {
        let changed = Arc::new(Notify::new());
        let watcher = watcher(shared, &changed);
        Self { changed, _watcher: watcher, hangups: hangups() }
    }

    /// Reads the policies again whenever there is a reason to; never ends.
    pub(crate) async fn follow(mut self, shared: Arc<Shared>) {
        loop {
            tokio::select! {
                () = self.changed.notified() => tokio::time::sleep(SETTLE).await,
                () = self.hangups.next() => {}
            }
            let shared = Arc::clone(&shared);
            // Compiling takes its time. Its result is told already, and a panic in it ends nothing but itself.
            let _ = tokio::task::spawn_blocking(move || reload(&shared)).await;
        }
    }
}

/// Watches the folders of all policies: a file may be replaced by another, and policies read files beside them.
fn watcher(shared: &Shared, changed: &Arc<Notify>) -> Option<RecommendedWatcher> {
    let folders = shared.current.folders();
    if folders.is_empty() {
        return None;
    }
    let changed = Arc::clone(changed);
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Our own reading is an access. After an error something may have been missed.
        if !event.is_ok_and(|event| event.kind.is_access()) {
            changed.notify_one();
        }
    });
    let watcher = watcher.and_then(|mut watcher| {
        for folder in &folders {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        Ok(watcher)
    });
    watcher.inspect_err(|error| tracing::warn!(%error, "changes of policy files are not noticed; send SIGHUP")).ok()
}

/// SIGHUP, where there is such a thing.
struct SighupSignal(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
fn hangups() -> SighupSignal {
    let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
    SighupSignal(signal.inspect_err(|error| tracing::warn!(%error, "SIGHUP is not heard")).ok())
}

#[cfg(not(unix))]
fn hangups() -> SighupSignal {
    SighupSignal()
}

impl SighupSignal {
    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.0
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
