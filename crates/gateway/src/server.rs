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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::builder::GatewayBuilder;
use crate::handler::{Shared, handle};
use crate::metrics::Metrics;
use crate::policies::{Policies, ReloadError};
use crate::reload::{Reasons, reload};
use crate::upstream::Upstream;

/// A gateway that has its address.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    reasons: Reasons,
}

impl Gateway {
    /// A gateway with these policies in front of this upstream.
    #[must_use]
    pub fn builder(policies: Policies, upstream: Upstream) -> GatewayBuilder {
        GatewayBuilder::new(policies, upstream)
    }

    pub(crate) fn new(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) -> Self {
        // From here on, so that nothing is missed by the time it serves.
        let reasons = Reasons::watch(&shared);
        Self { listener, address, shared, reasons }
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A handle that has the policies read again.
    #[must_use]
    pub fn reloader(&self) -> ReloadHandle {
        ReloadHandle(Arc::clone(&self.shared))
    }

    /// Serves until `shutdown` is done and [drained](GatewayBuilder::drain_period), and then until the answers under way have ended or their
    /// time is over.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, address, shared, reasons } = self;
        let limits = shared.limits;
        let permits = Arc::new(Semaphore::new(limits.connections()));
        tracing::info!(%address, "listening");
        let (stop, stopped) = watch::channel(());
        let mut connections = JoinSet::new();
        let draining = async {
            shutdown.await;
            shared.is_stopping.store(true, Ordering::Relaxed);
            tokio::time::sleep(limits.drain_period).await;
        };
        let mut draining = pin!(draining);
        let mut watching = pin!(reasons.follow(Arc::clone(&shared)));
        loop {
            // With no permit left nothing is accepted, so that clients wait in the system's queue.
            let accepted = async {
                let permit = Arc::clone(&permits).acquire_owned().await;
                (permit, listener.accept().await)
            };
            tokio::select! {
                () = &mut draining => break,
                () = &mut watching => {}
                Some(_) = connections.join_next() => {}
                (permit, accepted) = accepted => match accepted {
                    Ok((stream, _)) => {
                        let connection = connection(stream, Arc::clone(&shared), limits.header_timeout, stopped.clone());
                        connections.spawn(async move {
                            connection.await;
                            drop(permit);
                        });
                    }
                    // Out of file descriptors, most likely: give them time to close.
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                },
            }
        }
        tracing::info!(connections = connections.len(), "stopping");
        drop(listener);
        drop(stop);
        let drained = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(limits.shutdown_timeout, drained).await.is_err() {
            tracing::warn!(connections = connections.len(), "cut what had not ended in time");
        }
    }
}

async fn connection(
    stream: TcpStream,
    shared: Arc<Shared>,
    header_timeout: Duration,
    mut stopped: watch::Receiver<()>,
) {
    // Events must leave at once; a socket that refuses still works.
    let _ = stream.set_nodelay(true);
    let _open = Open::new(&shared.metrics);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(handle(shared, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(header_timeout);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // An error is a client that went away or spoke no HTTP, or an answer that broke off and must look so.
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Counts a connection while it is open.
struct Open(Arc<Metrics>);

impl Open {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.connected();
        Self(Arc::clone(metrics))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.disconnected();
    }
}

/// Has a gateway read its policies again.
#[derive(Clone, Debug)]
pub struct ReloadHandle(Arc<Shared>);

impl ReloadHandle {
    /// Reads all policies again and puts them in force, all at once. Whether any is another than before. It blocks while they compile.
    ///
    /// # Errors
    ///
    /// When one has problems. Then those from before stay in force.
    pub fn reload(&self) -> Result<bool, ReloadError> {
        reload(&self.0)
    }
}
