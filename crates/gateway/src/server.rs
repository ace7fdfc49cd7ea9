//! The listener and its connections.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::handler::{Shared, handle};
use crate::metrics::Metrics;
use crate::policies::ReloadError;
use crate::reload::{ReloadTriggers, reload};

/// A gateway that is bound to an address.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    triggers: ReloadTriggers,
}

impl Gateway {
    pub(crate) fn new(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) -> Self {
        // From now on, so that no change is missed before the gateway serves.
        let triggers = ReloadTriggers::watch(&shared);
        Self { listener, address, shared, triggers }
    }

    /// Returns the address that the gateway listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a handle that reloads the policies.
    #[must_use]
    pub fn reloader(&self) -> ReloadHandle {
        ReloadHandle(Arc::clone(&self.shared))
    }

    /// Serves until `shutdown` is done and the [drain period](crate::GatewayBuilder::drain_period) is over. Then waits until the open
    /// responses have ended, or until the shutdown timeout.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, address, shared, triggers } = self;
        let limits = shared.limits;
        let permits = Arc::new(Semaphore::new(limits.connections()));
        tracing::debug!(%address, "listening");
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        let mut draining = pin!(async {
            shutdown.await;
            shared.is_stopping.store(true, Ordering::Relaxed);
            tokio::time::sleep(limits.drain_period).await;
        });
        let mut reloading = pin!(triggers.follow(Arc::clone(&shared)));
        loop {
            // With no permit left nothing is accepted, so that clients wait in the system's queue.
            let accepted = async {
                let permit = Arc::clone(&permits).acquire_owned().await;
                (permit, listener.accept().await)
            };
            tokio::select! {
                () = &mut draining => break,
                () = &mut reloading => {}
                Some(_) = connections.join_next() => {}
                (permit, accepted) = accepted => match accepted {
                    Ok((stream, _)) => {
                        let open = ConnectionGuard::new(&shared.metrics, permit);
                        let connection = graceful.watch(connection(stream, Arc::clone(&shared)));
                        connections.spawn(async move {
                            let _open = open;
                            // A client that disconnected or sent no HTTP, or a response that was interrupted and must look so.
                            if let Err(error) = connection.await {
                                tracing::debug!(%error, "a connection ended early");
                            }
                        });
                    }
                    // Most likely out of file descriptors: wait until some are closed.
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
            }
        }
        tracing::info!(connections = graceful.count(), "stopping");
        drop(listener);
        // Connections that are still open after that are aborted with the set.
        if tokio::time::timeout(limits.shutdown_timeout, graceful.shutdown()).await.is_err() {
            while connections.try_join_next().is_some() {}
            let connections = connections.len();
            tracing::warn!(connections, "closed connections that did not finish before the shutdown timeout");
        }
    }
}

fn connection(
    stream: TcpStream,
    shared: Arc<Shared>,
) -> impl GracefulConnection<Error = hyper::Error> + Send + 'static {
    // Events must be sent at once; a socket that refuses still works.
    let _ = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(shared.limits.header_timeout);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(handle(shared, request).await) }
    });
    builder.serve_connection(TokioIo::new(stream), service)
}

/// Counts a connection while it is open.
struct ConnectionGuard {
    metrics: Arc<Metrics>,
    _permit: Result<OwnedSemaphorePermit, AcquireError>,
}

impl ConnectionGuard {
    fn new(metrics: &Arc<Metrics>, permit: Result<OwnedSemaphorePermit, AcquireError>) -> Self {
        metrics.connected();
        Self { metrics: Arc::clone(metrics), _permit: permit }
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.metrics.disconnected();
    }
}

/// Reloads the policies of a gateway.
#[derive(Clone, Debug)]
pub struct ReloadHandle(Arc<Shared>);

impl ReloadHandle {
    /// Reloads all policies at once, and returns `true` if any has changed. Blocks while the policies compile.
    ///
    /// # Errors
    ///
    /// If a policy has problems. The previous policies then remain active.
    pub fn reload(&self) -> Result<bool, ReloadError> {
        reload(&self.0)
    }
}
