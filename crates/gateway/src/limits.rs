//! Limits, each with its default and the reason for it.

use std::time::Duration;

use tokio::sync::Semaphore;

/// What a gateway keeps to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bedrock takes no larger bodies.
    pub(crate) body_bytes: usize,
    /// A connection is one call at a time. A thousand streams at once are ordinary; four times that leaves room for calls beside them.
    connections: usize,
    /// A head is a packet or two.
    pub(crate) header_timeout: Duration,
    /// The largest body, 25 MB, in a minute is 3.3 Mbit/s.
    pub(crate) body_timeout: Duration,
    /// The longest that Bedrock itself lets a model take. To give up sooner would break calls that work without the gateway; a client
    /// that wants less gives up itself, and its call upstream is dropped with it.
    pub(crate) upstream_timeout: Duration,
    /// Models pause between events for seconds, boto3 gives up after one minute unless it is told otherwise.
    pub(crate) idle_timeout: Duration,
    /// Nothing, for whoever has no load balancer.
    pub(crate) drain_period: Duration,
    /// Service managers kill what has not ended in 30 seconds or more.
    pub(crate) shutdown_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 25_000_000,
            connections: 4096,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(60),
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
