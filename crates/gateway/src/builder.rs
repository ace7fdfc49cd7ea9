//! The configuration of a gateway.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use banister::{AssessmentEvent, AuditLog, Guardrail, GuardrailLayer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::access::ClientKeys;
use crate::bind_error::{BindError, BindErrorKind};
use crate::contain::observe;
use crate::handler::Shared;
use crate::limits::Limits;
use crate::memory::MemoryBudget;
use crate::metrics::Metrics;
use crate::otel::{CallSpan, Telemetry};
use crate::policies::{ActivePolicies, Policies};
use crate::server::Gateway;
use crate::turns::{self, Turns};
use crate::upstream::Upstream;

type Configure = Box<dyn Fn(GuardrailLayer) -> GuardrailLayer + Send + Sync>;
type Observer = Box<dyn Fn(&str, &AssessmentEvent<'_>) + Send + Sync>;

/// Configures and starts a [`Gateway`].
pub struct GatewayBuilder {
    policies: Policies,
    upstream: Upstream,
    keys: ClientKeys,
    allow_unauthenticated: bool,
    include_matches: bool,
    fingerprint_key: Option<Arc<[u8]>>,
    configure: Configure,
    observer: Observer,
    limits: Limits,
    telemetry: Option<Telemetry>,
    log_lines_dropped: Option<Arc<AtomicU64>>,
    decision_log: Option<AuditLog>,
    admin_address: Option<SocketAddr>,
    #[cfg(feature = "tls")]
    tls: Option<crate::tls::TlsFiles>,
}

impl Gateway {
    /// Configures a gateway with these policies in front of this upstream.
    #[must_use]
    pub fn builder(policies: Policies, upstream: Upstream) -> GatewayBuilder {
        GatewayBuilder::new(policies, upstream)
    }
}

impl fmt::Debug for GatewayBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayBuilder")
            .field("policies", &self.policies)
            .field("upstream", &self.upstream)
            .field("keys", &self.keys)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl GatewayBuilder {
    pub(crate) fn new(policies: Policies, upstream: Upstream) -> Self {
        Self {
            policies,
            upstream,
            keys: ClientKeys::default(),
            allow_unauthenticated: false,
            include_matches: false,
            fingerprint_key: None,
            configure: Box::new(|layer| layer),
            observer: Box::new(|_, _| {}),
            limits: Limits::default(),
            telemetry: None,
            log_lines_dropped: None,
            decision_log: None,
            admin_address: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Accepts clients that present this key. Once a key is set, all other clients are rejected. Can be called several times. Use long,
    /// random keys.
    #[must_use]
    pub fn client_key(mut self, key: &str) -> Self {
        self.keys.add(key, None);
        self
    }

    /// Accepts clients that present this key, for these policies only. The first is the default; a client that names another policy is
    /// rejected. Such a key cannot read `/metrics`, which covers all policies. If a key is set twice, the last call counts.
    #[must_use]
    pub fn client_key_with_policies<P: Into<String>>(
        mut self,
        key: &str,
        policies: impl IntoIterator<Item = P>,
    ) -> Self {
        self.keys.add(key, Some(policies.into_iter().map(Into::into).collect()));
        self
    }

    /// Allows addresses that are not loopback without client keys. Every client that reaches the address can then use the upstream's
    /// credentials.
    #[must_use]
    pub fn dangerous_allow_unauthenticated(mut self) -> Self {
        self.allow_unauthenticated = true;
        self
    }

    /// Includes the matched text in traces and ApplyGuardrail responses; see [`Guardrail::dangerous_include_matches`]. Logs, metrics and
    /// spans never contain it.
    #[must_use]
    pub fn dangerous_include_matches(mut self) -> Self {
        self.include_matches = true;
        self
    }

    /// Includes fingerprints of matched text in decision records; see [`Guardrail::with_fingerprints`].
    #[must_use]
    pub fn fingerprints(mut self, key: impl Into<Arc<[u8]>>) -> Self {
        self.fingerprint_key = Some(key.into());
        self
    }

    /// Configures the layer, for example with [`GuardrailLayer::error_on_block`], or with [`GuardrailLayer::audit`] for decision records.
    /// These name a client by the first 12 hex digits of the SHA-256 of its key. The gateway sets the observer and the body limit of the
    /// layer; see [`on_assessment`](Self::on_assessment) and [`max_body_bytes`](Self::max_body_bytes).
    #[must_use]
    pub fn configure_layer(
        mut self,
        configure: impl Fn(GuardrailLayer) -> GuardrailLayer + Send + Sync + 'static,
    ) -> Self {
        self.configure = Box::new(configure);
        self
    }

    /// Calls `observer` for every assessment, with the name of its policy. If it panics, the panic is counted in `banister_panics_total`,
    /// and the call continues.
    #[must_use]
    pub fn on_assessment(mut self, observer: impl Fn(&str, &AssessmentEvent<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Box::new(observer);
        self
    }

    /// Reports this counter as `banister_log_lines_dropped_total`. Whatever writes the log should count in it the lines that it could not
    /// write, and must not panic or block: the gateway logs within calls.
    #[must_use]
    pub fn log_lines_dropped(mut self, counter: Arc<AtomicU64>) -> Self {
        self.log_lines_dropped = Some(counter);
        self
    }

    /// Records decisions in this log, see [`GuardrailLayer::audit`], and reports how many were written and lost as metrics.
    #[must_use]
    pub fn decision_log(mut self, log: AuditLog) -> Self {
        self.decision_log = Some(log);
        self
    }

    /// Rejects bodies of more than `limit` bytes. The default is 25,000,000, the limit of Bedrock.
    #[must_use]
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.limits.body_bytes = limit;
        self
    }

    /// Limits concurrent connections, and the calls in them, of which an HTTP/2 connection can have several. The default is 4096. Beyond it, a
    /// few connections are accepted for health checks only; a call in them is rejected with status 503 and `Retry-After`. A call needs two
    /// file descriptors, one for the client and one for the upstream, so the process must be allowed to open a little more than twice as
    /// many files.
    #[must_use]
    pub fn max_connections(mut self, limit: usize) -> Self {
        self.limits.set_connections(limit);
        self
    }

    /// Limits the concurrent connections of one IP address, or of one IPv6 network of 64 bits; others are closed at once. There is no limit by
    /// default, because all clients of a load balancer share its address.
    #[must_use]
    pub fn max_connections_per_address(mut self, limit: usize) -> Self {
        self.limits.connections_per_address = limit.max(1);
        self
    }

    /// Limits the concurrent calls of one client key, or of one address if there are no keys; others are rejected with status 429 and
    /// `ThrottlingException`. There is no limit by default.
    #[must_use]
    pub fn max_calls_per_client(mut self, limit: usize) -> Self {
        self.limits.calls_per_client = limit.max(1);
        self
    }

    /// Limits the memory of all bodies in flight, in bytes. A body counts from when it arrives until it is forwarded, and its evaluation
    /// counts as twelve times as much. The default is 512 MiB. Beyond it, new bodies are rejected with status 503 and `Retry-After`; what has
    /// begun is finished. A limit below that of [one body](Self::max_body_bytes) counts as that.
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.limits.memory_bytes = bytes;
        self
    }

    /// Sets the least rate at which a body must arrive, in bytes per second, once the [header timeout](Self::header_timeout) has passed again.
    /// The default is 1024; zero allows any rate. A slower client is rejected with status 408.
    #[must_use]
    pub fn min_body_rate(mut self, bytes_per_second: u64) -> Self {
        self.limits.min_body_rate = bytes_per_second;
        self
    }

    /// Serves `/healthz`, `/readyz` and `/metrics` at this address as well, in plain HTTP, without a client key, and with connections of its
    /// own. So health checks work whatever clients do. Everyone who reaches the address can read the metrics.
    #[must_use]
    pub fn admin_address(mut self, address: SocketAddr) -> Self {
        self.admin_address = Some(address);
        self
    }

    /// Serves clients over TLS, with the certificate chain and the private key of two PEM files. HTTP/2 is offered by ALPN. The files are
    /// reloaded when they change, and on SIGHUP; if they are unusable then, the previous certificate remains.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, certificates: impl Into<std::path::PathBuf>, key: impl Into<std::path::PathBuf>) -> Self {
        self.tls = Some(crate::tls::TlsFiles { certificates: certificates.into(), key: key.into() });
        self
    }

    /// Sets how long a client may take to send the headers of a request. The default is 10 seconds.
    #[must_use]
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.limits.header_timeout = timeout;
        self
    }

    /// Sets how long a client may take to send the body of a request. The default is one minute.
    #[must_use]
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.limits.body_timeout = timeout;
        self
    }

    /// Sets how long to wait for the upstream's response to start, or to complete if it is not a stream. The default is one hour, the limit
    /// of Bedrock for a model.
    ///
    /// The client receives status 408 and `ModelTimeoutException`, as from Bedrock itself. SDKs do not retry it, because the first call may
    /// still be running and is paid for. They would retry 504.
    #[must_use]
    pub fn upstream_timeout(mut self, timeout: Duration) -> Self {
        self.limits.upstream_timeout = timeout;
        self
    }

    /// Sets how long the upstream may pause within a response. The default is ten minutes.
    ///
    /// A stream then ends with an exception event: `modelTimeoutException` for InvokeModelWithResponseStream, and
    /// `modelStreamErrorException` for ConverseStream, which has no better one. Buffered text is not released. If the response is not a
    /// stream, the client receives the error of [`upstream_timeout`](Self::upstream_timeout). Time in which the client does not read does
    /// not count.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle_timeout = timeout;
        self
    }

    /// Sets how long to keep accepting calls at shutdown while `/readyz` returns 503, so that a load balancer can send them elsewhere. The
    /// default is zero.
    #[must_use]
    pub fn drain_period(mut self, period: Duration) -> Self {
        self.limits.drain_period = period;
        self
    }

    /// Sets how long open responses may take to finish at shutdown. The default is 30 seconds.
    #[must_use]
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.limits.shutdown_timeout = timeout;
        self
    }

    /// Exports a span for every call, and the metrics, by OpenTelemetry.
    #[cfg(feature = "otel")]
    #[must_use]
    pub fn telemetry(mut self, telemetry: &Telemetry) -> Self {
        self.telemetry = Some(telemetry.clone());
        self
    }

    /// Loads the policies and binds the address.
    ///
    /// # Errors
    ///
    /// If a policy has problems; if the address is not loopback and there are no client keys; if a key is limited to an unknown policy, or
    /// to none; or if the address cannot be bound.
    pub async fn bind(self, address: SocketAddr) -> Result<Gateway, BindError> {
        if !address.ip().is_loopback() && self.keys.is_empty() && !self.allow_unauthenticated {
            return Err(BindError(BindErrorKind::Unauthenticated(address)));
        }
        let metrics = Arc::new(Metrics::default());
        let (configure, observer, limit) = (self.configure, Arc::new(self.observer), self.limits.body_bytes);
        let log = self.decision_log.clone();
        let (counted, include_matches, fingerprint_key) =
            (Arc::clone(&metrics), self.include_matches, self.fingerprint_key);
        let make_layer = move |name: &Arc<str>, guardrail: Guardrail| {
            let guardrail = if include_matches { guardrail.dangerous_include_matches() } else { guardrail };
            let guardrail = guardrail.with_pauses(turns::pause);
            let guardrail = match &fingerprint_key {
                Some(key) => guardrail.with_fingerprints(Arc::clone(key)),
                None => guardrail,
            };
            let (name, metrics, observer) = (Arc::clone(name), Arc::clone(&counted), Arc::clone(&observer));
            let mut layer = configure(GuardrailLayer::new(guardrail)).max_body_bytes(limit);
            if let Some(log) = &log {
                layer = layer.audit(log.clone());
            }
            layer.on_assessment(move |call| {
                observe(&metrics, || metrics.assessed(&name, call));
                observe(&metrics, || CallSpan::assessed(call));
                observe(&metrics, || observer(&name, call));
            })
        };
        let policies = ActivePolicies::load(self.policies, Box::new(make_layer))
            .map_err(|error| BindError(BindErrorKind::Policies(error)))?;
        for allowed in self.keys.limits() {
            if allowed.is_empty() {
                return Err(BindError(BindErrorKind::EmptyKeyPolicies));
            }
            if let Some(unknown) = allowed.iter().find(|policy| policies.named(policy).is_none()) {
                return Err(BindError(BindErrorKind::UnknownKeyPolicy(unknown.clone())));
            }
        }
        metrics.policies(policies.summaries());
        if let Some(counter) = self.log_lines_dropped {
            metrics.count_dropped_log_lines(counter);
        }
        if let Some(log) = self.decision_log {
            metrics.count_decision_records(log);
        }
        #[cfg(feature = "tls")]
        let tls = self.tls.map(crate::tls::Tls::load).transpose();
        #[cfg(feature = "tls")]
        let tls = tls.map_err(|error| BindError(BindErrorKind::Tls(error)))?;
        let listener = listen(address).await?;
        let admin = match self.admin_address {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let memory = Arc::new(MemoryBudget::new(self.limits.memory_bytes.max(self.limits.body_bytes)));
        // One processor is left for streams.
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = Arc::new(Turns::new(processors - 1));
        metrics.read_resources(&memory, &turns);
        if let Some(telemetry) = &self.telemetry {
            telemetry.observe(&metrics);
        }
        let shared = Arc::new(Shared {
            policies: Arc::new(policies),
            upstream: self.upstream,
            keys: self.keys,
            metrics,
            limits: self.limits,
            telemetry: self.telemetry,
            is_stopping: AtomicBool::new(false),
            connections: Arc::default(),
            calls: Arc::new(Semaphore::new(self.limits.connections())),
            calls_of_clients: Arc::default(),
            memory,
            turns,
            #[cfg(feature = "tls")]
            tls,
        });
        Ok(Gateway::new(listener, admin, shared))
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), BindError> {
    let failed = |error| BindError(BindErrorKind::Listen(address, error));
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
