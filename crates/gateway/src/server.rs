//! The listener and its connections.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use banister::middleware::AssessedCall;
use banister::{Guardrail, GuardrailLayer};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::access::ClientKeys;
use crate::handler::{Shared, handle};
use crate::metrics::Metrics;
use crate::policies::{Current, Policies, ReloadError};
use crate::reload::{reload, watch};
use crate::upstream::Upstream;

/// Bedrock's own limit on bodies.
const MAX_BODY_BYTES: usize = 25_000_000;

type Configure = Box<dyn Fn(GuardrailLayer) -> GuardrailLayer + Send + Sync>;
type Observer = Box<dyn Fn(&str, &AssessedCall<'_>) + Send + Sync>;

/// A gateway to be. All settings are here.
pub struct GatewayBuilder {
    policies: Policies,
    upstream: Upstream,
    keys: ClientKeys,
    anyone: bool,
    configure: Configure,
    observer: Observer,
    max_body_bytes: usize,
    max_connections: usize,
    header_time: Duration,
    body_time: Duration,
    shutdown_time: Duration,
}

impl fmt::Debug for GatewayBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayBuilder")
            .field("policies", &self.policies)
            .field("upstream", &self.upstream)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl GatewayBuilder {
    /// Lets in clients that show this key; once there is one, all others are turned away. May be called again. Take keys that are long
    /// and random.
    #[must_use]
    pub fn client_key(mut self, key: &str) -> Self {
        self.keys.add(key);
        self
    }

    /// Listens on addresses that are not loopback without asking clients for a key. Whoever reaches the address then spends the
    /// upstream's credentials.
    #[must_use]
    pub fn dangerous_serve_anyone(mut self) -> Self {
        self.anyone = true;
        self
    }

    /// Sets the layer further, such as [`GuardrailLayer::block_with_error`]. Observer and limit of the layer are the gateway's; see
    /// [`on_assessment`](Self::on_assessment) and [`max_body_bytes`](Self::max_body_bytes).
    #[must_use]
    pub fn configure(mut self, configure: impl Fn(GuardrailLayer) -> GuardrailLayer + Send + Sync + 'static) -> Self {
        self.configure = Box::new(configure);
        self
    }

    /// Has `observer` see every assessment, with the name of its policy.
    #[must_use]
    pub fn on_assessment(mut self, observer: impl Fn(&str, &AssessedCall<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Box::new(observer);
        self
    }

    /// Refuses bodies of more than `limit` bytes. 25,000,000 unless set: Bedrock takes no larger ones.
    #[must_use]
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// Serves at most so many connections at once; more wait to be accepted. 1024 unless set.
    #[must_use]
    pub fn max_connections(mut self, limit: usize) -> Self {
        self.max_connections = limit.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Gives a client so much time to send the head of a request. 10 seconds unless set.
    #[must_use]
    pub fn header_time(mut self, time: Duration) -> Self {
        self.header_time = time;
        self
    }

    /// Gives a client so much time to send the body of a request. A minute unless set.
    #[must_use]
    pub fn body_time(mut self, time: Duration) -> Self {
        self.body_time = time;
        self
    }

    /// Gives answers under way so much time to end at shutdown. 30 seconds unless set.
    #[must_use]
    pub fn shutdown_time(mut self, time: Duration) -> Self {
        self.shutdown_time = time;
        self
    }

    /// Reads the policies and takes the address.
    ///
    /// # Errors
    ///
    /// When a policy has problems, when the address is not loopback and clients need no key, and when the address cannot be taken.
    pub async fn bind(self, address: SocketAddr) -> Result<Gateway, BindError> {
        if !address.ip().is_loopback() && self.keys.is_empty() && !self.anyone {
            return Err(BindError(Kind::Open(address)));
        }
        let metrics = Arc::new(Metrics::default());
        let (configure, observer, limit) = (self.configure, Arc::new(self.observer), self.max_body_bytes);
        let counted = Arc::clone(&metrics);
        let make_layer = move |name: &Arc<str>, guardrail: Guardrail| {
            let (name, metrics, observer) = (Arc::clone(name), Arc::clone(&counted), Arc::clone(&observer));
            let layer = configure(GuardrailLayer::new(guardrail)).max_body_bytes(limit);
            layer.on_assessment(move |call| {
                metrics.assessed(&name, call);
                observer(&name, call);
            })
        };
        let current =
            Current::load(self.policies, Box::new(make_layer)).map_err(|error| BindError(Kind::Policies(error)))?;
        metrics.policies(current.facts());
        let failed = |error| BindError(Kind::Listen(address, error));
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            current,
            upstream: self.upstream,
            keys: self.keys,
            metrics,
            max_body_bytes: limit,
            body_time: self.body_time,
            is_stopping: AtomicBool::new(false),
        });
        Ok(Gateway {
            listener,
            address,
            shared,
            permits: Arc::new(Semaphore::new(self.max_connections)),
            header_time: self.header_time,
            shutdown_time: self.shutdown_time,
        })
    }
}

/// A gateway that has its address.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    permits: Arc<Semaphore>,
    header_time: Duration,
    shutdown_time: Duration,
}

impl Gateway {
    /// A gateway with these policies in front of this upstream.
    #[must_use]
    pub fn builder(policies: Policies, upstream: Upstream) -> GatewayBuilder {
        GatewayBuilder {
            policies,
            upstream,
            keys: ClientKeys::default(),
            anyone: false,
            configure: Box::new(|layer| layer),
            observer: Box::new(|_, _| {}),
            max_body_bytes: MAX_BODY_BYTES,
            max_connections: 1024,
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(60),
            shutdown_time: Duration::from_secs(30),
        }
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A handle that has the policies read again.
    #[must_use]
    pub fn reloader(&self) -> Reloader {
        Reloader(Arc::clone(&self.shared))
    }

    /// Serves until `shutdown` is done, and then until the answers under way have ended or their time is over.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, address, shared, permits, header_time, shutdown_time } = self;
        tracing::info!(%address, "listening");
        let (stop, stopped) = watch::channel(());
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        let mut watching = pin!(watch(Arc::clone(&shared)));
        loop {
            // With no permit left nothing is accepted, so that clients wait in the system's queue.
            let accepted = async {
                let permit = Arc::clone(&permits).acquire_owned().await;
                (permit, listener.accept().await)
            };
            tokio::select! {
                () = &mut shutdown => break,
                () = &mut watching => {}
                Some(_) = connections.join_next() => {}
                (permit, accepted) = accepted => match accepted {
                    Ok((stream, _)) => {
                        let connection = connection(stream, Arc::clone(&shared), header_time, stopped.clone());
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
        shared.is_stopping.store(true, Ordering::Relaxed);
        drop(listener);
        drop(stop);
        let drained = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(shutdown_time, drained).await.is_err() {
            tracing::warn!(connections = connections.len(), "cut what had not ended in time");
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, header_time: Duration, mut stopped: watch::Receiver<()>) {
    // Events must leave at once; a socket that refuses still works.
    let _ = stream.set_nodelay(true);
    let _open = Open::new(&shared.metrics);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(handle(shared, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(header_time);
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
pub struct Reloader(Arc<Shared>);

impl Reloader {
    /// Reads all policies again and puts them in force, all at once. Whether any is another than before. It blocks while they compile.
    ///
    /// # Errors
    ///
    /// When one has problems. Then those from before stay in force.
    pub fn reload(&self) -> Result<bool, ReloadError> {
        reload(&self.0)
    }
}

/// Why a gateway cannot listen.
#[derive(Debug)]
pub struct BindError(Kind);

#[derive(Debug)]
enum Kind {
    Open(SocketAddr),
    Policies(ReloadError),
    Listen(SocketAddr, io::Error),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Open(address) => write!(
                f,
                "{address} is reachable from other machines, and clients need no key: give `client_key`, listen on loopback, or set \
                 `dangerous_serve_anyone`"
            ),
            Kind::Policies(error) => error.fmt(f),
            Kind::Listen(address, _) => write!(f, "cannot listen on {address}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Open(_) => None,
            Kind::Policies(error) => error.source(),
            Kind::Listen(_, error) => Some(error),
        }
    }
}
