//! The metrics: their names, and what they count.

/// Upper bounds of the latency histogram, in milliseconds.
pub(crate) const BUCKETS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000, 120_000];

/// All counters, each with its description. A counter with labels is exported from its first count on.
pub(crate) const COUNTERS: [(&str, &str); 16] = [
    (ASSESSMENTS, "Assessments of requests and responses, by policy and outcome."),
    (UNAUTHORIZED_REQUESTS, "Requests without a valid client key, or for a policy that the key does not allow."),
    (CONNECTIONS_REJECTED, "Connections that were closed because their address has too many."),
    (DECISION_LOG_FAILURES, "Times that the decision log could not be written."),
    (DECISION_RECORDS, "Decision records that were written."),
    (DECISION_RECORDS_LOST, "Decision records that were lost."),
    (FINDINGS, "Findings, by policy, rule and action."),
    (LOG_LINES_DROPPED, "Log lines that could not be written."),
    (OVER_LIMIT, "Assessments with more findings than a policy records."),
    (PANICS, "Panics that were contained, by where they happened."),
    (POLICY_RELOADS, "Reloads of the policies, by result."),
    (REJECTED_REQUESTS, "Requests for which there was no room, by what was exhausted."),
    (REQUESTS, "Requests, by operation, policy and status."),
    (TLS_RELOADS, "Reloads of the TLS certificate, by result."),
    (UPSTREAM_FAILURES, "Calls that could not reach the upstream, or whose response was interrupted."),
    (UPSTREAM_TIMEOUTS, "Calls in which the upstream exceeded a timeout."),
];

/// All gauges, each with its description.
pub(crate) const GAUGES: [(&str, &str); 7] = [
    (CONNECTIONS, "Open client connections."),
    (EVALUATIONS_WAITING, "Evaluations of long text that wait for their turn."),
    (MEMORY, "Memory of all bodies in flight."),
    (MEMORY_LIMIT, "Memory that bodies in flight may use before requests are rejected."),
    (STREAMS, "Active streams, by policy."),
    (BUFFERED_BYTES, "Bytes of text that active streams buffer, by policy."),
    (BUFFER_LIMIT, "Maximum number of bytes a stream can buffer, by policy."),
];

/// The histogram, and its description.
pub(crate) const LATENCY: (&str, &str) =
    ("banister_request_duration_seconds", "Time until a response starts, by operation.");

pub(crate) const ASSESSMENTS: &str = "banister_assessments_total";
pub(crate) const UNAUTHORIZED_REQUESTS: &str = "banister_unauthorized_requests_total";
pub(crate) const CONNECTIONS_REJECTED: &str = "banister_connections_rejected_total";
pub(crate) const DECISION_LOG_FAILURES: &str = "banister_decision_log_failures_total";
pub(crate) const DECISION_RECORDS: &str = "banister_decision_records_total";
pub(crate) const DECISION_RECORDS_LOST: &str = "banister_decision_records_lost_total";
pub(crate) const FINDINGS: &str = "banister_findings_total";
pub(crate) const LOG_LINES_DROPPED: &str = "banister_log_lines_dropped_total";
pub(crate) const OVER_LIMIT: &str = "banister_over_limit_total";
pub(crate) const PANICS: &str = "banister_panics_total";
pub(crate) const POLICY_RELOADS: &str = "banister_policy_reloads_total";
pub(crate) const REJECTED_REQUESTS: &str = "banister_requests_rejected_total";
pub(crate) const REQUESTS: &str = "banister_requests_total";
pub(crate) const TLS_RELOADS: &str = "banister_tls_reloads_total";
pub(crate) const UPSTREAM_FAILURES: &str = "banister_upstream_failures_total";
pub(crate) const UPSTREAM_TIMEOUTS: &str = "banister_upstream_timeouts_total";

pub(crate) const CONNECTIONS: &str = "banister_connections";
pub(crate) const EVALUATIONS_WAITING: &str = "banister_evaluations_waiting";
pub(crate) const MEMORY: &str = "banister_memory_bytes";
pub(crate) const MEMORY_LIMIT: &str = "banister_memory_limit_bytes";
pub(crate) const STREAMS: &str = "banister_streams";
pub(crate) const BUFFERED_BYTES: &str = "banister_stream_buffered_bytes";
pub(crate) const BUFFER_LIMIT: &str = "banister_stream_buffer_limit_bytes";
