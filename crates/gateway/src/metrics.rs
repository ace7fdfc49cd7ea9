//! Counters, in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use banister::AssessmentEvent;

use crate::streams::StreamGauge;

/// Upper bounds of the latency histogram, in milliseconds.
pub(crate) const BUCKETS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000, 120_000];

/// All counters. They are told of from their first count on.
pub(crate) const COUNTERS: [&str; 8] = [
    "banister_assessments_total",
    "banister_unauthorized_requests_total",
    "banister_findings_total",
    "banister_over_limit_total",
    "banister_policy_reloads_total",
    "banister_requests_total",
    "banister_upstream_failures_total",
    "banister_upstream_timeouts_total",
];

/// All gauges, with what they tell.
pub(crate) const GAUGES: [(&str, &str); 4] = [
    (CONNECTIONS, "Connections of clients."),
    (STREAMS, "Streams under way."),
    (HELD_BYTES, "Bytes of text that streams under way hold back now."),
    (HOLD_BOUND, "The most that a text in a stream can be held back."),
];

const CONNECTIONS: &str = "banister_connections";
const STREAMS: &str = "banister_streams";
const HELD_BYTES: &str = "banister_stream_buffered_bytes";
const HOLD_BOUND: &str = "banister_stream_buffer_limit_bytes";

type Labels = Vec<(&'static str, String)>;

/// One value of a metric.
pub(crate) struct Reading<'a> {
    pub(crate) labels: &'a [(&'static str, String)],
    pub(crate) value: u64,
}

/// What is counted. Labels are names out of policies and protocol, never what a client sends.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    counters: BTreeMap<&'static str, BTreeMap<Labels, u64>>,
    /// By operation.
    latency: BTreeMap<String, Latency>,
    connections: u64,
    streams: BTreeMap<String, Arc<StreamGauge>>,
    policies: Vec<PolicyFacts>,
}

#[derive(Debug, Default)]
struct Latency {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

/// What is told of a policy in force.
#[derive(Debug)]
pub(crate) struct PolicyFacts {
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) hold_bound_bytes: usize,
}

impl Metrics {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Counters are whole at every moment, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, metric: &'static str, labels: &[(&'static str, &str)]) {
        let labels = owned(labels);
        *self.lock().counters.entry(metric).or_default().entry(labels).or_default() += 1;
    }

    /// A call is answered; a stream has begun.
    pub(crate) fn answered(&self, operation: &str, policy: &str, status: u16, took: Duration) {
        let status = status.to_string();
        self.count("banister_requests_total", &[("operation", operation), ("policy", policy), ("status", &status)]);
        let mut counts = self.lock();
        let latency = counts.latency.entry(operation.to_owned()).or_default();
        for (bucket, bound) in latency.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(took <= Duration::from_millis(bound));
        }
        latency.count += 1;
        latency.sum += took;
    }

    /// A request or an answer was assessed.
    pub(crate) fn assessed(&self, policy: &str, call: &AssessmentEvent<'_>) {
        let assessment = call.assessment();
        let source = assessment.source().name();
        let outcome = assessment.outcome().name();
        let labels =
            [("policy", policy), ("operation", call.operation().name()), ("source", source), ("outcome", outcome)];
        self.count("banister_assessments_total", &labels);
        if assessment.is_over_limit() {
            self.count("banister_over_limit_total", &[("policy", policy), ("source", source)]);
        }
        self.findings(policy, source, assessment.findings().iter().map(banister::BodyFinding::finding));
    }

    /// Rules found something.
    pub(crate) fn findings<'a>(
        &self,
        policy: &str,
        source: &str,
        findings: impl Iterator<Item = &'a banister::Finding>,
    ) {
        for finding in findings {
            let (rule, action) = (finding.rule(), finding.action().name());
            let labels = [("policy", policy), ("rule", rule), ("action", action), ("source", source)];
            self.count("banister_findings_total", &labels);
        }
    }

    /// A client was turned away at the door.
    pub(crate) fn denied(&self) {
        self.count("banister_unauthorized_requests_total", &[]);
    }

    /// The upstream could not be reached, or its answer broke off.
    pub(crate) fn upstream_failed(&self) {
        self.count("banister_upstream_failures_total", &[]);
    }

    /// The upstream took too long to answer, or paused for too long.
    pub(crate) fn upstream_slow(&self) {
        self.count("banister_upstream_timeouts_total", &[]);
    }

    /// The streams under way under a policy.
    pub(crate) fn streams(&self, policy: &str) -> Arc<StreamGauge> {
        let mut counts = self.lock();
        if let Some(gauge) = counts.streams.get(policy) {
            return Arc::clone(gauge);
        }
        Arc::clone(counts.streams.entry(policy.to_owned()).or_default())
    }

    /// Policies were read again; `facts` are of those in force, if they changed.
    pub(crate) fn reloaded(&self, facts: Option<Vec<PolicyFacts>>) {
        let result = if facts.is_some() { "taken" } else { "refused" };
        self.count("banister_policy_reloads_total", &[("result", result)]);
        if let Some(facts) = facts {
            self.lock().policies = facts;
        }
    }

    pub(crate) fn policies(&self, facts: Vec<PolicyFacts>) {
        self.lock().policies = facts;
    }

    pub(crate) fn connected(&self) {
        self.lock().connections += 1;
    }

    pub(crate) fn disconnected(&self) {
        let mut counts = self.lock();
        counts.connections = counts.connections.saturating_sub(1);
    }

    /// What a counter of [`COUNTERS`] has counted.
    pub(crate) fn counters(&self, name: &str, see: &mut dyn FnMut(Reading<'_>)) {
        for (labels, value) in self.lock().counters.get(name).into_iter().flatten() {
            see(Reading { labels, value: *value });
        }
    }

    /// What a gauge of [`GAUGES`] shows.
    pub(crate) fn gauges(&self, name: &str, see: &mut dyn FnMut(Reading<'_>)) {
        let counts = self.lock();
        match name {
            CONNECTIONS => see(Reading { labels: &[], value: counts.connections }),
            HOLD_BOUND => {
                for policy in &counts.policies {
                    let labels = owned(&[("policy", &policy.name), ("digest", &policy.digest)]);
                    see(Reading { labels: &labels, value: policy.hold_bound_bytes as u64 });
                }
            }
            _ => {
                for (policy, gauge) in &counts.streams {
                    let value = if name == STREAMS { gauge.streams() } else { gauge.buffered_bytes() };
                    see(Reading { labels: &owned(&[("policy", policy)]), value });
                }
            }
        }
    }

    /// All of it.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        for metric in COUNTERS {
            let start = out.len();
            let _ = writeln!(out, "# TYPE {metric} counter");
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
        let metric = "banister_request_duration_seconds";
        let counts = self.lock();
        if !counts.latency.is_empty() {
            let _ =
                writeln!(out, "# HELP {metric} Time until an answer, or a stream, begins.\n# TYPE {metric} histogram");
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

    use super::{Metrics, PolicyFacts};

    #[test]
    fn the_text_is_prometheus() {
        let metrics = Metrics::default();
        metrics.answered("Converse", "a\"b", 200, Duration::from_millis(7));
        metrics.answered("Converse", "a\"b", 200, Duration::from_millis(3));
        metrics.denied();
        metrics.policies(vec![PolicyFacts { name: "p".to_owned(), digest: "d".to_owned(), hold_bound_bytes: 9 }]);
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
