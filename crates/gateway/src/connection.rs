//! One connection: HTTP/1.1 or HTTP/2, with or without TLS.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tower::BoxError;

use crate::body::HeldBody;
use crate::handler::{Door, Origin, Shared, handle};

/// The maximum number of concurrent calls in one HTTP/2 connection. Node's clients send all their calls over one.
const MAX_CONCURRENT_CALLS: u32 = 250;

/// The pause after which an HTTP/2 peer is asked whether it is alive, and the time it has to respond.
const PING: Duration = Duration::from_secs(30);

/// The time that a connection may be idle between two calls. hyper closes one of HTTP/1.1 sooner, after the header timeout.
const IDLE: Duration = Duration::from_secs(120);

/// The time that a connection beyond the limit has for its request, which can only be a health check.
const HEALTH_CHECK: Duration = Duration::from_secs(2);

/// The time that an idle connection has to end by itself.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves a connection until it ends, or until `stopping` is true and its open calls have ended.
pub(crate) async fn serve(
    stream: TcpStream,
    address: IpAddr,
    door: Door,
    shared: Arc<Shared>,
    stopping: watch::Receiver<bool>,
) -> Result<(), BoxError> {
    // Events must be sent at once; a socket that refuses still works.
    let _ = stream.set_nodelay(true);
    let origin = Origin { address, door };
    #[cfg(feature = "tls")]
    if let Some(tls) = shared.tls.as_ref().filter(|_| door != Door::Admin) {
        let handshake = tls.acceptor().accept(stream);
        let stream = tokio::time::timeout(first_timeout(&shared, door), handshake).await??;
        return serve_http(stream, origin, shared, stopping).await;
    }
    serve_http(stream, origin, shared, stopping).await
}

/// Returns the time until the first request must have arrived.
fn first_timeout(shared: &Shared, door: Door) -> Duration {
    let timeout = shared.limits.header_timeout;
    if door == Door::HealthOnly { timeout.min(HEALTH_CHECK) } else { timeout }
}

async fn serve_http(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    origin: Origin,
    shared: Arc<Shared>,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), BoxError> {
    let first = first_timeout(&shared, origin.door);
    // A connection beyond the limit has one request.
    let later = if origin.door == Door::HealthOnly { Duration::ZERO } else { IDLE };
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(first);
    let http2 = &mut builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(MAX_CONCURRENT_CALLS);
    http2.keep_alive_interval(PING).keep_alive_timeout(PING);
    let activity = Arc::new(Activity::default());
    let calls = Arc::clone(&activity);
    let service = service_fn(move |request| {
        let (shared, open) = (Arc::clone(&shared), calls.enter());
        async move { Ok::<_, Infallible>(handle(shared, origin, request).await.map(|body| HeldBody::new(body, open))) }
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = activity.too_idle(first, later) => {
            connection.as_mut().graceful_shutdown();
            // One that has not even sent its request does not have to be heard out.
            return tokio::time::timeout(FAREWELL, connection).await.unwrap_or(Ok(()));
        }
        () = async { drop(stopping.wait_for(|is_stopping| *is_stopping).await) } => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}

/// The open calls of a connection.
#[derive(Debug, Default)]
struct Activity {
    open: AtomicUsize,
    total: AtomicUsize,
    changed: Notify,
}

impl Activity {
    fn enter(self: &Arc<Self>) -> OpenCall {
        self.open.fetch_add(1, Ordering::SeqCst);
        self.total.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
        OpenCall(Arc::clone(self))
    }

    /// Returns once no call was open for a time: `first` before the first call, `later` between calls. A request that trickles in is no call yet.
    async fn too_idle(&self, first: Duration, later: Duration) {
        loop {
            let limit = if self.total.load(Ordering::SeqCst) == 0 { first } else { later };
            if self.open.load(Ordering::SeqCst) > 0 {
                self.changed.notified().await;
            } else if tokio::time::timeout(limit, self.changed.notified()).await.is_err() {
                return;
            }
        }
    }
}

/// An open call, until the last byte of its response.
#[derive(Debug)]
struct OpenCall(Arc<Activity>);

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
        self.0.changed.notify_one();
    }
}
