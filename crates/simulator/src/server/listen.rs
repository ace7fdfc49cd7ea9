//! The listener and its connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::handler::serve;
use super::record::RecordedRequest;
use super::state::State;
use crate::options::Options;

/// The time for open responses to finish after a stop.
const GRACE: Duration = Duration::from_millis(200);

/// A running Bedrock Runtime on loopback. It stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    state: Arc<State>,
    // Dropping the sender stops the server.
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// Binds [`Options::listen`] and serves it on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// If the address is not a loopback address, or cannot be bound.
    pub async fn start(options: Options) -> io::Result<Self> {
        if !options.listen.ip().is_loopback() {
            let message = format!("{} is not a loopback address", options.listen);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(options));
        let (stop, stopped) = watch::channel(());
        let task = tokio::spawn(accept(listener, Arc::clone(&state), stopped));
        Ok(Self { address, state, stop, task })
    }

    /// Returns the endpoint URL for clients, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the bound address.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns every request received so far, including those that got a fault.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.requests().clone()
    }

    /// Deletes the requests received so far.
    pub fn clear_requests(&self) {
        self.state.requests().clear();
    }

    /// Replaces the options for later requests. `listen` has no effect, and [`Options::fault_calls`] counts from the start.
    pub fn set_options(&self, options: Options) {
        self.state.set_options(options);
    }

    /// Stops, and waits until the port is closed and open responses have ended or timed out.
    pub async fn shutdown(self) {
        let Self { stop, task, .. } = self;
        drop(stop);
        // The task never panics; if it was canceled, it has ended as well.
        let _ = task.await;
    }
}

async fn accept(listener: TcpListener, state: Arc<State>, mut stopped: watch::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small chunks must be sent at once; a socket that refuses still works.
                    let _ = stream.set_nodelay(true);
                    let state = Arc::clone(&state);
                    let service = service_fn(move |request| serve(Arc::clone(&state), request));
                    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                    // An error is a client that disconnected, or a response that is cut on purpose.
                    connections.spawn(graceful.watch(connection));
                }
                // Most likely out of file descriptors: wait until some are closed.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    // Connections that are still open after that are aborted with the set.
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}
