//! The listeners and their connections.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::clients::{Client, ClientCount};
use crate::connection;
use crate::handler::{Door, Shared};
use crate::metrics::Metrics;
use crate::policies::ReloadError;
use crate::reload::{ReloadTriggers, reload};

/// The number of connections beyond the limit, which only health checks may use.
const HEALTH_CONNECTIONS: usize = 16;

/// The number of connections of the admin address: probes and collectors of metrics.
const ADMIN_CONNECTIONS: usize = 32;

/// A gateway that is bound to an address.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    admin: Option<(TcpListener, SocketAddr)>,
    shared: Arc<Shared>,
    triggers: ReloadTriggers,
}

impl Gateway {
    pub(crate) fn new(
        (listener, address): (TcpListener, SocketAddr),
        admin: Option<(TcpListener, SocketAddr)>,
        shared: Arc<Shared>,
    ) -> Self {
        // From now on, so that no change is missed before the gateway serves.
        let triggers = ReloadTriggers::watch(&shared);
        Self { listener, address, admin, shared, triggers }
    }

    /// Returns the address that the gateway listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the admin address, if [one is set](crate::GatewayBuilder::admin_address).
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|(_, address)| *address)
    }

    /// Returns a handle that reloads the policies.
    #[must_use]
    pub fn reloader(&self) -> ReloadHandle {
        ReloadHandle(Arc::clone(&self.shared))
    }

    /// Serves until `shutdown` is done and the [drain period](crate::GatewayBuilder::drain_period) is over. Then waits until the open
    /// responses have ended, or until the shutdown timeout.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, address, admin, shared, triggers } = self;
        let limits = shared.limits;
        tracing::debug!(%address, "listening");
        let entrance = Entrance::new(listener, limits.connections(), HEALTH_CONNECTIONS);
        let admin = admin.map(|(listener, _)| Entrance::new(listener, ADMIN_CONNECTIONS, 0));
        let (stop, stopping) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut draining = pin!(async {
            shutdown.await;
            shared.is_stopping.store(true, Ordering::Relaxed);
            tokio::time::sleep(limits.drain_period).await;
        });
        let mut reloading = pin!(triggers.follow(Arc::clone(&shared)));
        loop {
            let (accepted, is_admin) = tokio::select! {
                () = &mut draining => break,
                () = &mut reloading => continue,
                Some(_) = connections.join_next() => continue,
                accepted = entrance.accept() => (accepted, false),
                accepted = accept_admin(admin.as_ref()) => (accepted, true),
            };
            let (stream, peer, slot) = match accepted {
                Ok(accepted) => accepted,
                // Most likely out of file descriptors: wait until some are closed.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let door = match slot {
                _ if is_admin => Door::Admin,
                Slot::Calls(_) => Door::Calls,
                Slot::HealthOnly(_) => Door::HealthOnly,
            };
            let address = peer.ip();
            let Some(count) = shared.connections.enter(Client::at(address), limits.connections_per_address) else {
                shared.metrics.connection_rejected();
                continue;
            };
            let open = ConnectionGuard::new(&shared.metrics, slot, count);
            let served = connection::serve(stream, address, door, Arc::clone(&shared), stopping.clone());
            connections.spawn(async move {
                let _open = open;
                // A client that disconnected or sent no HTTP, or a response that was interrupted and must look so.
                if let Err(error) = served.await {
                    tracing::debug!(%error, "a connection ended early");
                }
            });
        }
        drop((entrance, admin));
        while connections.try_join_next().is_some() {}
        tracing::info!(connections = connections.len(), "stopping");
        let _ = stop.send(true);
        // Connections that are still open after that are aborted with the set.
        let ended = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(limits.shutdown_timeout, ended).await.is_err() {
            let connections = connections.len();
            tracing::warn!(connections, "closed connections that did not finish before the shutdown timeout");
        }
    }
}

/// A listener with a limit on connections.
struct Entrance {
    listener: TcpListener,
    calls: Arc<Semaphore>,
    health: Arc<Semaphore>,
}

/// The place of a connection within the limits.
enum Slot {
    Calls(#[expect(dead_code, reason = "released when it is dropped")] OwnedSemaphorePermit),
    /// One beyond the limit.
    HealthOnly(OwnedSemaphorePermit),
}

impl Entrance {
    fn new(listener: TcpListener, calls: usize, health: usize) -> Self {
        Self { listener, calls: Arc::new(Semaphore::new(calls)), health: Arc::new(Semaphore::new(health)) }
    }

    /// Accepts a connection. With no slot left nothing is accepted, so that clients wait in the system's queue.
    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr, Slot)> {
        let closed = |_| io::Error::other("the gateway has ended");
        let slot = tokio::select! {
            biased;
            permit = Arc::clone(&self.calls).acquire_owned() => Slot::Calls(permit.map_err(closed)?),
            permit = Arc::clone(&self.health).acquire_owned() => Slot::HealthOnly(permit.map_err(closed)?),
        };
        let (stream, peer) = self.listener.accept().await?;
        let slot = match slot {
            // By now there may be room for it.
            Slot::HealthOnly(permit) => {
                Arc::clone(&self.calls).try_acquire_owned().map_or(Slot::HealthOnly(permit), Slot::Calls)
            }
            slot @ Slot::Calls(_) => slot,
        };
        Ok((stream, peer, slot))
    }
}

/// Accepts a connection at the admin address, or waits forever if there is none.
async fn accept_admin(admin: Option<&Entrance>) -> io::Result<(TcpStream, SocketAddr, Slot)> {
    match admin {
        Some(admin) => admin.accept().await,
        None => std::future::pending().await,
    }
}

/// Counts a connection while it is open.
struct ConnectionGuard {
    metrics: Arc<Metrics>,
    _slot: Slot,
    _count: ClientCount,
}

impl ConnectionGuard {
    fn new(metrics: &Arc<Metrics>, slot: Slot, count: ClientCount) -> Self {
        metrics.connected();
        Self { metrics: Arc::clone(metrics), _slot: slot, _count: count }
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
    /// Reloads all policies at once, and returns `true` if any has changed. Blocks while the policies compile. A TLS certificate is reloaded
    /// as well; a problem with it is logged.
    ///
    /// # Errors
    ///
    /// If a policy has problems. The previous policies then remain active.
    pub fn reload(&self) -> Result<bool, ReloadError> {
        reload(&self.0)
    }
}
