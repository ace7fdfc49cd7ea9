//! The settings of a gateway.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use banister::AssessmentEvent;
use banister::{Guardrail, GuardrailLayer};
use tokio::net::TcpListener;

use crate::access::ClientKeys;
use crate::bind_error::BindError;
use crate::handler::Shared;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::policies::{Current, Policies};
use crate::server::Gateway;
use crate::span::{CallSpan, Telemetry};
use crate::upstream::Upstream;

type Configure = Box<dyn Fn(GuardrailLayer) -> GuardrailLayer + Send + Sync>;
type Observer = Box<dyn Fn(&str, &AssessmentEvent<'_>) + Send + Sync>;

/// A gateway to be. All settings are here.
pub struct GatewayBuilder {
    policies: Policies,
    upstream: Upstream,
    keys: ClientKeys,
    anyone: bool,
    keeps_matches: bool,
    configure: Configure,
    observer: Observer,
    limits: Limits,
    telemetry: Option<Telemetry>,
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
            anyone: false,
            keeps_matches: false,
            configure: Box::new(|layer| layer),
            observer: Box::new(|_, _| {}),
            limits: Limits::default(),
            telemetry: None,
        }
    }

    /// Lets in clients that show this key; once there is one, all others are turned away. May be called again. Take keys that are long
    /// and random.
    #[must_use]
    pub fn client_key(mut self, key: &str) -> Self {
        self.keys.add(key, None);
        self
    }

    /// Lets in clients that show this key, to these policies only: one who names another is turned away, one who names none gets the
    /// first of these. Such a key does not open `/metrics`, which tells of all policies. Of a key that is given twice, the last counts.
    #[must_use]
    pub fn client_key_with_policies<P: Into<String>>(
        mut self,
        key: &str,
        policies: impl IntoIterator<Item = P>,
    ) -> Self {
        self.keys.add(key, Some(policies.into_iter().map(Into::into).collect()));
        self
    }

    /// Listens on addresses that are not loopback without asking clients for a key. Whoever reaches the address then spends the
    /// upstream's credentials.
    #[must_use]
    pub fn dangerous_allow_unauthenticated(mut self) -> Self {
        self.anyone = true;
        self
    }

    /// Tells clients that ask for a trace, or call ApplyGuardrail, also the text that was found; see
    /// [`Guardrail::dangerous_include_matches`]. Logs, metrics and spans still do not hold it.
    #[must_use]
    pub fn dangerous_include_matches(mut self) -> Self {
        self.keeps_matches = true;
        self
    }

    /// Sets the layer further, such as [`GuardrailLayer::error_on_block`]. Observer and limit of the layer are the gateway's; see
    /// [`on_assessment`](Self::on_assessment) and [`max_body_bytes`](Self::max_body_bytes).
    #[must_use]
    pub fn configure_layer(
        mut self,
        configure: impl Fn(GuardrailLayer) -> GuardrailLayer + Send + Sync + 'static,
    ) -> Self {
        self.configure = Box::new(configure);
        self
    }

    /// Has `observer` see every assessment, with the name of its policy.
    #[must_use]
    pub fn on_assessment(mut self, observer: impl Fn(&str, &AssessmentEvent<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Box::new(observer);
        self
    }

    /// Refuses bodies of more than `limit` bytes. 25,000,000 unless set: Bedrock takes no larger ones.
    #[must_use]
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.limits.body_bytes = limit;
        self
    }

    /// Serves at most so many connections at once; more wait to be accepted. 4096 unless set. A call under way needs two file
    /// descriptors, the client's connection and the upstream's: see that the process may open twice as many files, and some more.
    #[must_use]
    pub fn max_connections(mut self, limit: usize) -> Self {
        self.limits.set_connections(limit);
        self
    }

    /// Gives a client so much time to send the head of a request. 10 seconds unless set.
    #[must_use]
    pub fn header_timeout(mut self, time: Duration) -> Self {
        self.limits.header_timeout = time;
        self
    }

    /// Gives a client so much time to send the body of a request. A minute unless set.
    #[must_use]
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.limits.body_timeout = time;
        self
    }

    /// Gives the upstream so much time to begin its answer, and for an answer that is no stream to end it but for the last bytes. An
    /// hour unless set, the longest that Bedrock lets a model take.
    ///
    /// A client gets status 408 and `ModelTimeoutException`, as from Bedrock itself. SDKs know it, and do not call again by themselves:
    /// the model may still be at work on the first call, and is paid for. That is why it is not 504, which they all repeat.
    #[must_use]
    pub fn upstream_timeout(mut self, time: Duration) -> Self {
        self.limits.upstream_timeout = time;
        self
    }

    /// Gives the upstream so much time between two pieces of an answer. Ten minutes unless set.
    ///
    /// A stream then ends with an exception event, `modelTimeoutException` for InvokeModelWithResponseStream and
    /// `modelStreamErrorException` for ConverseStream, which has no other for it; what was held is not released. An answer that is no
    /// stream is answered as in [`upstream_timeout`](Self::upstream_timeout). Time in which a client does not read is not counted.
    #[must_use]
    pub fn idle_timeout(mut self, time: Duration) -> Self {
        self.limits.idle_timeout = time;
        self
    }

    /// Goes on taking calls for so long at shutdown, while `/readyz` says 503, so that a load balancer has time to send them elsewhere.
    /// No time unless set.
    #[must_use]
    pub fn drain_period(mut self, time: Duration) -> Self {
        self.limits.drain_period = time;
        self
    }

    /// Gives answers under way so much time to end at shutdown. 30 seconds unless set.
    #[must_use]
    pub fn shutdown_timeout(mut self, time: Duration) -> Self {
        self.limits.shutdown_timeout = time;
        self
    }

    /// Tells of every call, and of the metrics, by OpenTelemetry.
    #[cfg(feature = "otel")]
    #[must_use]
    pub fn telemetry(mut self, telemetry: &Telemetry) -> Self {
        self.telemetry = Some(telemetry.clone());
        self
    }

    /// Reads the policies and takes the address.
    ///
    /// # Errors
    ///
    /// When a policy has problems, when the address is not loopback and clients need no key, when a key is bound to a policy that is not
    /// there or to none, and when the address cannot be taken.
    pub async fn bind(self, address: SocketAddr) -> Result<Gateway, BindError> {
        if !address.ip().is_loopback() && self.keys.is_empty() && !self.anyone {
            return Err(BindError::open(address));
        }
        let metrics = Arc::new(Metrics::default());
        let (configure, observer, limit) = (self.configure, Arc::new(self.observer), self.limits.body_bytes);
        let (counted, keeps_matches) = (Arc::clone(&metrics), self.keeps_matches);
        let make_layer = move |name: &Arc<str>, guardrail: Guardrail| {
            let guardrail = if keeps_matches { guardrail.dangerous_include_matches() } else { guardrail };
            let (name, metrics, observer) = (Arc::clone(name), Arc::clone(&counted), Arc::clone(&observer));
            let layer = configure(GuardrailLayer::new(guardrail)).max_body_bytes(limit);
            layer.on_assessment(move |call| {
                metrics.assessed(&name, call);
                CallSpan::assessed(call);
                observer(&name, call);
            })
        };
        let current = Current::load(self.policies, Box::new(make_layer)).map_err(BindError::policies)?;
        for binding in self.keys.bindings() {
            let missing = binding.iter().find(|policy| current.named(policy).is_none());
            if binding.is_empty() || missing.is_some() {
                return Err(BindError::binding(missing.cloned()));
            }
        }
        metrics.policies(current.facts());
        let failed = |error| BindError::listen(address, error);
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        if let Some(telemetry) = &self.telemetry {
            telemetry.observe(&metrics);
        }
        let shared = Arc::new(Shared {
            current,
            upstream: self.upstream,
            keys: self.keys,
            metrics,
            limits: self.limits,
            telemetry: self.telemetry,
            is_stopping: AtomicBool::new(false),
        });
        Ok(Gateway::new(listener, address, shared))
    }
}
