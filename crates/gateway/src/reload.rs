//! Reloads policies and the TLS certificate when a file changes, and on SIGHUP.

use std::sync::Arc;
use std::time::Duration;

use banister::Problem;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::handler::Shared;
use crate::policies::ReloadError;
#[cfg(feature = "tls")]
use crate::policies::folder_of;

/// The delay after a change, because editors write a file in several steps.
const RELOAD_DELAY: Duration = Duration::from_millis(200);

/// The maximum number of reloads at once. Two, so that a policy that takes long to compile does not delay the one that replaces it.
const MAX_RELOADS: usize = 2;

/// Reloads the policies, and records the result in the log and the metrics. Returns `true` if any has changed.
pub(crate) fn reload(shared: &Shared) -> Result<bool, ReloadError> {
    #[cfg(feature = "tls")]
    reload_certificate(shared);
    let result = shared.policies.reload();
    match &result {
        Ok(true) => {
            tracing::info!("policies reloaded");
            shared.metrics.reloaded(Some(shared.policies.summaries()));
        }
        Ok(false) => tracing::debug!("the policies are unchanged"),
        Err(error) => {
            let problems: Vec<String> = error.problems().problems().map(located).collect();
            tracing::error!(
                policy = error.policy(),
                ?problems,
                "policy reload failed; the previous policies remain active"
            );
            shared.metrics.reloaded(None);
        }
    }
    result
}

/// Reloads the TLS certificate, and records the result.
#[cfg(feature = "tls")]
fn reload_certificate(shared: &Shared) {
    match shared.tls.as_ref().map(crate::tls::Tls::reload) {
        None | Some(Ok(false)) => {}
        Some(Ok(true)) => {
            tracing::info!("TLS certificate reloaded");
            shared.metrics.tls_reloaded(true);
        }
        Some(Err(error)) => {
            tracing::error!(%error, "TLS certificate reload failed; the previous certificate remains active");
            shared.metrics.tls_reloaded(false);
        }
    }
}

/// Returns a problem on one line: where it is, and what is wrong.
fn located(problem: &Problem) -> String {
    let (file, message) = (problem.file(), problem.message());
    match (problem.line(), problem.column()) {
        (Some(line), Some(column)) => format!("{file}:{line}:{column}: {message}"),
        _ => format!("{file}: {message}"),
    }
}

/// The triggers of a reload, which are watched until this is dropped.
pub(crate) struct ReloadTriggers {
    changed: Arc<Notify>,
    _watcher: Option<RecommendedWatcher>,
    sighup: SighupSignal,
}

impl std::fmt::Debug for ReloadTriggers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReloadTriggers").finish_non_exhaustive()
    }
}

impl ReloadTriggers {
    /// Starts to watch.
    pub(crate) fn watch(shared: &Shared) -> Self {
        let changed = Arc::new(Notify::new());
        let watcher = watcher(shared, &changed);
        Self { changed, _watcher: watcher, sighup: sighup() }
    }

    /// Reloads the policies on every trigger. Never ends.
    pub(crate) async fn follow(mut self, shared: Arc<Shared>) {
        // Compiling blocks. Its result is recorded already, and a panic in it does not end the gateway.
        let mut running = JoinSet::new();
        loop {
            tokio::select! {
                () = self.changed.notified() => tokio::time::sleep(RELOAD_DELAY).await,
                () = self.sighup.next() => {}
                Some(_) = running.join_next() => continue,
            }
            while running.len() >= MAX_RELOADS {
                running.join_next().await;
            }
            let shared = Arc::clone(&shared);
            running.spawn_blocking(move || drop(reload(&shared)));
        }
    }
}

/// Watches the folders of all policies, because a file may be replaced by another, and a policy may include other files.
fn watcher(shared: &Shared, changed: &Arc<Notify>) -> Option<RecommendedWatcher> {
    #[cfg_attr(not(feature = "tls"), expect(unused_mut, reason = "only TLS has more folders"))]
    let mut folders = shared.policies.folders();
    #[cfg(feature = "tls")]
    if let Some(tls) = &shared.tls {
        folders.extend(tls.paths().into_iter().map(folder_of));
        folders.sort();
        folders.dedup();
    }
    if folders.is_empty() {
        return None;
    }
    let changed = Arc::clone(changed);
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Loading a policy is an access. After an error, a change may have been missed.
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
    watcher.inspect_err(|error| tracing::warn!(%error, "cannot watch the files; send SIGHUP to reload")).ok()
}

/// SIGHUP, on systems that have it.
struct SighupSignal(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
fn sighup() -> SighupSignal {
    let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup());
    SighupSignal(signal.inspect_err(|error| tracing::warn!(%error, "cannot listen for SIGHUP")).ok())
}

#[cfg(not(unix))]
fn sighup() -> SighupSignal {
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

#[cfg(test)]
mod tests {
    use banister::Policy;

    use super::located;

    #[test]
    fn a_problem_shows_its_line() {
        let error = Policy::from_yaml("version: 1\nname: p\nregexes:\n  - {name: r, pattern: '('}\n").unwrap_err();
        let problems: Vec<String> = error.problems().map(located).collect();
        assert!(problems.iter().any(|problem| problem.contains(":4:") && problem.contains("rule `r`")), "{problems:?}");
    }
}
