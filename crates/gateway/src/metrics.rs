//! Metrics, in Prometheus' text format.
//!
//! They have two readers, `/metrics` and the OTLP exporter. The families of `prometheus-client` can only be encoded, not read, and it
//! writes OpenMetrics, where the `# TYPE` of a counter lacks `_total`; so the store is our own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use banister::{AssessmentEvent, AuditLog};
use tower::BoxError;

use crate::contain::{PanicSite, observe};
use crate::memory::MemoryBudget;
#[cfg(feature = "tls")]
use crate::metric_names::TLS_RELOADS;
use crate::metric_names::{
    ASSESSMENTS, BUCKETS, BUFFER_LIMIT, CONNECTIONS, CONNECTIONS_REJECTED, COUNTERS, DECISION_LOG_FAILURES,
    DECISION_RECORDS, DECISION_RECORDS_LOST, EVALUATIONS_WAITING, FINDINGS, GAUGES, LATENCY, LOG_LINES_DROPPED, MEMORY,
    MEMORY_LIMIT, OVER_LIMIT, PANICS, POLICY_RELOADS, REJECTED_REQUESTS, REQUESTS, STREAMS, UNAUTHORIZED_REQUESTS,
    UPSTREAM_FAILURES, UPSTREAM_TIMEOUTS,
};
use crate::streams::StreamGauge;
use crate::timeout::SlowUpstream;
use crate::turns::Turns;

type Labels = Vec<(&'static str, String)>;

/// One value of a metric.
pub(crate) struct Reading<'a> {
    pub(crate) labels: &'a [(&'static str, String)],
    pub(crate) value: u64,
}

/// The store of all metrics. Labels are names of policies and of the protocol, never text of a client.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    counts: Mutex<Counts>,
    /// Counted by the writer of the log.
    log_lines_dropped: OnceLock<Arc<AtomicU64>>,
    /// Counts its records itself.
    decision_log: OnceLock<AuditLog>,
    resources: OnceLock<(Arc<MemoryBudget>, Arc<Turns>)>,
}

/// What was exhausted when a request was rejected.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rejection {
    /// Connections, or calls in them.
    Connections,
    /// The memory for bodies.
    Memory,
    /// The calls of one client.
    Client,
}

#[derive(Debug, Default)]
struct Counts {
    counters: BTreeMap<&'static str, BTreeMap<Labels, u64>>,
    /// By operation.
    latency: BTreeMap<String, Latency>,
    connections: u64,
    streams: BTreeMap<String, Arc<StreamGauge>>,
    policies: Vec<PolicySummary>,
}

#[derive(Debug, Default)]
struct Latency {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

/// The labels and values of an active policy.
#[derive(Debug)]
pub(crate) struct PolicySummary {
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) buffer_limit_bytes: usize,
}

impl Metrics {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Counters are consistent at every moment, so a poisoned lock is usable.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, metric: &'static str, labels: &[(&'static str, &str)]) {
        let labels = owned(labels);
        *self.lock().counters.entry(metric).or_default().entry(labels).or_default() += 1;
    }

    /// Records a response, or the start of a stream.
    pub(crate) fn responded(&self, operation: &str, policy: &str, status: u16, took: Duration) {
        let status = status.to_string();
        self.count(REQUESTS, &[("operation", operation), ("policy", policy), ("status", &status)]);
        let mut counts = self.lock();
        let latency = counts.latency.entry(operation.to_owned()).or_default();
        for (bucket, bound) in latency.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(took <= Duration::from_millis(bound));
        }
        latency.count += 1;
        latency.sum += took;
    }

    /// Records an assessment.
    pub(crate) fn assessed(&self, policy: &str, call: &AssessmentEvent<'_>) {
        let assessment = call.assessment();
        let source = assessment.source().name();
        let outcome = assessment.outcome().name();
        let labels =
            [("policy", policy), ("operation", call.operation().name()), ("source", source), ("outcome", outcome)];
        self.count(ASSESSMENTS, &labels);
        if assessment.is_over_limit() {
            self.count(OVER_LIMIT, &[("policy", policy), ("source", source)]);
        }
        self.findings(policy, source, assessment.findings().iter().map(banister::BodyFinding::finding));
    }

    /// Records findings.
    pub(crate) fn findings<'a>(
        &self,
        policy: &str,
        source: &str,
        findings: impl Iterator<Item = &'a banister::Finding>,
    ) {
        for finding in findings {
            let (rule, action) = (finding.rule(), finding.action().name());
            let labels = [("policy", policy), ("rule", rule), ("action", action), ("source", source)];
            self.count(FINDINGS, &labels);
        }
    }

    /// Records an unauthorized request.
    pub(crate) fn unauthorized(&self) {
        self.count(UNAUTHORIZED_REQUESTS, &[]);
    }

    /// Records a panic.
    pub(crate) fn panicked(&self, site: PanicSite) {
        self.count(PANICS, &[("in", site.name())]);
    }

    /// Sets the counter of dropped log lines.
    pub(crate) fn count_dropped_log_lines(&self, counter: Arc<AtomicU64>) {
        // There is one log.
        let _ = self.log_lines_dropped.set(counter);
    }

    /// Sets the decision log whose records are counted.
    pub(crate) fn count_decision_records(&self, log: AuditLog) {
        let _ = self.decision_log.set(log);
    }

    /// Sets the resources that gauges read.
    pub(crate) fn read_resources(&self, memory: &Arc<MemoryBudget>, turns: &Arc<Turns>) {
        let _ = self.resources.set((Arc::clone(memory), Arc::clone(turns)));
    }

    /// Records a request that was rejected because something is exhausted.
    pub(crate) fn rejected(&self, rejection: Rejection) {
        let reason = match rejection {
            Rejection::Connections => "connections",
            Rejection::Memory => "memory",
            Rejection::Client => "client",
        };
        self.count(REJECTED_REQUESTS, &[("reason", reason)]);
    }

    /// Records a connection that was closed because its address has too many.
    pub(crate) fn connection_rejected(&self) {
        self.count(CONNECTIONS_REJECTED, &[]);
    }

    /// Records a reload of the TLS certificate.
    #[cfg(feature = "tls")]
    pub(crate) fn tls_reloaded(&self, is_taken: bool) {
        self.count(TLS_RELOADS, &[("result", if is_taken { "taken" } else { "refused" })]);
    }

    /// Records, here and in the log, an upstream that could not be reached, a response that was interrupted, or a timeout.
    pub(crate) fn upstream_error(&self, error: &BoxError) {
        observe(self, || tracing::warn!(%error, "the upstream failed"));
        self.count(if error.is::<SlowUpstream>() { UPSTREAM_TIMEOUTS } else { UPSTREAM_FAILURES }, &[]);
    }

    /// Returns the gauge of the streams under a policy.
    pub(crate) fn streams(&self, policy: &str) -> Arc<StreamGauge> {
        let mut counts = self.lock();
        if let Some(gauge) = counts.streams.get(policy) {
            return Arc::clone(gauge);
        }
        Arc::clone(counts.streams.entry(policy.to_owned()).or_default())
    }

    /// Records a reload, with the active policies if they have changed.
    pub(crate) fn reloaded(&self, summaries: Option<Vec<PolicySummary>>) {
        let result = if summaries.is_some() { "taken" } else { "refused" };
        self.count(POLICY_RELOADS, &[("result", result)]);
        if let Some(summaries) = summaries {
            self.lock().policies = summaries;
        }
    }

    pub(crate) fn policies(&self, summaries: Vec<PolicySummary>) {
        self.lock().policies = summaries;
    }

    pub(crate) fn connected(&self) {
        self.lock().connections += 1;
    }

    pub(crate) fn disconnected(&self) {
        let mut counts = self.lock();
        counts.connections = counts.connections.saturating_sub(1);
    }

    /// Reads a counter of [`COUNTERS`].
    pub(crate) fn counters(&self, name: &str, read: &mut dyn FnMut(Reading<'_>)) {
        if let (LOG_LINES_DROPPED, Some(dropped)) = (name, self.log_lines_dropped.get()) {
            return read(Reading { labels: &[], value: dropped.load(Ordering::Relaxed) });
        }
        if let (DECISION_LOG_FAILURES | DECISION_RECORDS | DECISION_RECORDS_LOST, Some(log)) =
            (name, self.decision_log.get())
        {
            let status = log.status();
            let value = match name {
                DECISION_RECORDS => status.written,
                DECISION_RECORDS_LOST => status.lost,
                _ => status.failures,
            };
            return read(Reading { labels: &[], value });
        }
        for (labels, value) in self.lock().counters.get(name).into_iter().flatten() {
            read(Reading { labels, value: *value });
        }
    }

    pub(crate) fn gauges(&self, name: &str, read: &mut dyn FnMut(Reading<'_>)) {
        if let (MEMORY | MEMORY_LIMIT | EVALUATIONS_WAITING, Some((memory, turns))) = (name, self.resources.get()) {
            let value = match name {
                MEMORY => memory.used(),
                MEMORY_LIMIT => memory.limit(),
                _ => turns.waiting(),
            };
            return read(Reading { labels: &[], value: value as u64 });
        }
        let counts = self.lock();
        match name {
            MEMORY | MEMORY_LIMIT | EVALUATIONS_WAITING => {}
            CONNECTIONS => read(Reading { labels: &[], value: counts.connections }),
            BUFFER_LIMIT => {
                for policy in &counts.policies {
                    let labels = owned(&[("policy", &policy.name), ("digest", &policy.digest)]);
                    read(Reading { labels: &labels, value: policy.buffer_limit_bytes as u64 });
                }
            }
            _ => {
                for (policy, gauge) in &counts.streams {
                    let value = if name == STREAMS { gauge.streams() } else { gauge.buffered_bytes() };
                    read(Reading { labels: &owned(&[("policy", policy)]), value });
                }
            }
        }
    }

    /// Returns all metrics as text.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        for (metric, help) in COUNTERS {
            let start = out.len();
            let _ = writeln!(out, "# HELP {metric} {help}\n# TYPE {metric} counter");
            let head = out.len();
            self.counters(metric, &mut |reading| write_line(&mut out, metric, &reading));
            if out.len() == head {
                out.truncate(start);
            }
        }
        self.write_latency(&mut out);
        for (metric, help) in GAUGES {
            let _ = writeln!(out, "# HELP {metric} {help}\n# TYPE {metric} gauge");
            self.gauges(metric, &mut |reading| write_line(&mut out, metric, &reading));
        }
        out
    }

    fn write_latency(&self, out: &mut String) {
        let (metric, help) = LATENCY;
        let counts = self.lock();
        if !counts.latency.is_empty() {
            let _ = writeln!(out, "# HELP {metric} {help}\n# TYPE {metric} histogram");
        }
        for (operation, latency) in &counts.latency {
            let labels = written(&owned(&[("operation", operation)]));
            for (bound, count) in BUCKETS.iter().zip(latency.buckets) {
                let bound = Duration::from_millis(*bound).as_secs_f64();
                let _ = writeln!(out, "{metric}_bucket{{{labels},le=\"{bound}\"}} {count}");
            }
            let _ = writeln!(out, "{metric}_bucket{{{labels},le=\"+Inf\"}} {}", latency.count);
            let _ = writeln!(out, "{metric}_sum{{{labels}}} {}", latency.sum.as_secs_f64());
            let _ = writeln!(out, "{metric}_count{{{labels}}} {}", latency.count);
        }
    }
}

fn owned(labels: &[(&'static str, &str)]) -> Labels {
    labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn write_line(out: &mut String, metric: &str, reading: &Reading<'_>) {
    let labels = written(reading.labels);
    let labels = if labels.is_empty() { labels } else { format!("{{{labels}}}") };
    let _ = writeln!(out, "{metric}{labels} {}", reading.value);
}

fn written(labels: &[(&'static str, String)]) -> String {
    let mut out = String::new();
    for (name, value) in labels {
        let separator = if out.is_empty() { "" } else { "," };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(out, "{separator}{name}=\"{value}\"");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Metrics, PolicySummary};

    #[test]
    fn metrics_are_written_as_prometheus_text() {
        let metrics = Metrics::default();
        metrics.responded("Converse", "a\"b", 200, Duration::from_millis(7));
        metrics.responded("Converse", "a\"b", 200, Duration::from_millis(3));
        metrics.unauthorized();
        metrics.policies(vec![PolicySummary { name: "p".to_owned(), digest: "d".to_owned(), buffer_limit_bytes: 9 }]);
        let text = metrics.text();
        for line in [
            "banister_unauthorized_requests_total 1",
            "banister_requests_total{operation=\"Converse\",policy=\"a\\\"b\",status=\"200\"} 2",
            "banister_request_duration_seconds_bucket{operation=\"Converse\",le=\"0.002\"} 0",
            "banister_request_duration_seconds_bucket{operation=\"Converse\",le=\"0.005\"} 1",
            "banister_request_duration_seconds_bucket{operation=\"Converse\",le=\"0.01\"} 2",
            "banister_request_duration_seconds_bucket{operation=\"Converse\",le=\"+Inf\"} 2",
            "banister_request_duration_seconds_count{operation=\"Converse\"} 2",
            "banister_stream_buffer_limit_bytes{policy=\"p\",digest=\"d\"} 9",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert_eq!(text.lines().filter(|line| *line == "# TYPE banister_requests_total counter").count(), 1);
    }
}
