//! Limits and timeouts, each with its default and the reason for it.

use std::time::Duration;

use tokio::sync::Semaphore;

/// The limits of a gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bedrock accepts no larger bodies.
    pub(crate) body_bytes: usize,
    /// Of calls as well, of which an HTTP/2 connection can have several. A thousand concurrent streams are common; four times that leaves room for other calls.
    connections: usize,
    /// The headers of a request fit into a packet or two.
    pub(crate) header_timeout: Duration,
    /// The largest body, 25 MB, in a minute is 3.3 Mbit/s.
    pub(crate) body_timeout: Duration,
    /// In bytes per second, after the header timeout. The slowest mobile networks are faster; without it, a byte from time to time would hold a
    /// connection for the whole body timeout.
    pub(crate) min_body_rate: u64,
    /// All clients of a load balancer have its address, so there is no limit by default.
    pub(crate) connections_per_address: usize,
    /// How many calls one client needs is not known, so there is no limit by default.
    pub(crate) calls_per_client: usize,
    /// Twenty of the largest bodies, or one of them whose evaluation takes the most.
    pub(crate) memory_bytes: usize,
    /// The limit of Bedrock itself. A shorter timeout would break calls that work without the gateway. If a client gives up earlier, its
    /// call to the upstream is dropped.
    pub(crate) upstream_timeout: Duration,
    /// Models pause between events for seconds; boto3 gives up after one minute by default.
    pub(crate) idle_timeout: Duration,
    /// Without a load balancer there is nothing to wait for.
    pub(crate) drain_period: Duration,
    /// Service managers kill processes that have not ended after 30 seconds or more.
    pub(crate) shutdown_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 25_000_000,
            connections: 4096,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(60),
            min_body_rate: 1024,
            connections_per_address: usize::MAX,
            calls_per_client: usize::MAX,
            memory_bytes: 512 << 20,
            upstream_timeout: Duration::from_secs(3600),
            idle_timeout: Duration::from_secs(600),
            drain_period: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(30),
        }
    }
}

impl Limits {
    pub(crate) fn connections(&self) -> usize {
        self.connections
    }

    pub(crate) fn set_connections(&mut self, limit: usize) {
        self.connections = limit.clamp(1, Semaphore::MAX_PERMITS);
    }
}
