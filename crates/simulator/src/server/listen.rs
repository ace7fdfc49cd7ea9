//! The listener and its connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::RecordedRequest;
use super::calls::serve;
use super::state::State;
use crate::options::Options;

/// How long open answers may go on after a stop.
const GRACE: Duration = Duration::from_millis(200);

/// A running Bedrock Runtime on loopback. It stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    state: Arc<State>,
    // Dropping the sender is the sign to stop.
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// Binds [`Options::listen`] and serves it on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address is not a loopback address or cannot be bound.
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

    /// The URL to give a client as its endpoint, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bound address.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every request received so far, those answered by a fault included.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.requests().clone()
    }

    /// Forgets the requests received so far.
    pub fn clear_requests(&self) {
        self.state.requests().clear();
    }

    /// Answers later requests by other options; `listen` has no effect, and
    /// [`Options::fault_calls`] counts from the start.
    pub fn set_options(&self, options: Options) {
        self.state.set_options(options);
    }

    /// Stops, and waits until the port is closed and open answers have ended or
    /// run out of time.
    pub async fn shutdown(self) {
        let Self { stop, task, .. } = self;
        drop(stop);
        // The task never panics, and if it were cancelled it has ended too.
        let _ = task.await;
    }
}

async fn accept(listener: TcpListener, state: Arc<State>, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&state), stopped.clone()));
                }
                // Out of file descriptors, most likely: give them time to close.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    // What is still open then is aborted with the set.
    let _ = tokio::time::timeout(GRACE, drained).await;
}

async fn connection(stream: TcpStream, state: Arc<State>, mut stopped: watch::Receiver<()>) {
    // Small pieces must leave at once; a socket that refuses still works.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| serve(Arc::clone(&state), request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // An error here is a client that went away or an answer cut on request;
    // either way the connection is over and nobody is left to tell.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
