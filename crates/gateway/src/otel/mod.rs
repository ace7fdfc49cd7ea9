//! OpenTelemetry: a span for every call, and the metrics, over OTLP.

mod client;
mod instruments;
mod span;

use std::env;
use std::fmt;
use std::sync::Arc;

use opentelemetry::metrics::{Histogram, MeterProvider as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tower::BoxError;

use crate::metrics::Metrics;
use client::OtlpClient;

pub(crate) use span::CallSpan;

/// What the service is called where `OTEL_SERVICE_NAME` says nothing.
const SERVICE: &str = "banister";

/// Tells a collector of calls and metrics, over OTLP by HTTP with protobuf. Cloning it is cheap.
///
/// Every call is a span of kind server that lasts until the last byte of its answer, in the trace that the client's `traceparent` names;
/// the request upstream carries the span's own. Attributes are `rpc.method` and its kin, `gen_ai.operation.name`,
/// `gen_ai.provider.name` (and `gen_ai.system`, its older name), `http.response.status_code`, `error.type`; `banister.policy`, and for
/// the request and the answer `banister.input.outcome`, `banister.input.findings`, `banister.output.outcome`, `banister.output.findings`.
/// `gen_ai.request.model` is there once the upstream has answered for it: what a client puts in the model's place could be any text.
/// No text of a call is in any of them.
///
/// Metrics are those of `/metrics`, under the same names.
#[derive(Clone)]
pub struct Telemetry(Arc<Pipes>);

struct Pipes {
    tracers: SdkTracerProvider,
    meters: SdkMeterProvider,
    tracer: SdkTracer,
    latency: Histogram<f64>,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

/// What is sent, and where to: none is where the environment says.
struct Plan<'a> {
    endpoint: Option<&'a str>,
    traces: bool,
    metrics: bool,
}

impl Telemetry {
    /// As the environment says, by OpenTelemetry's own variables: `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin for traces and metrics alone,
    /// `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*`,
    /// `OTEL_METRIC_EXPORT_INTERVAL`. None when no endpoint is set, or `OTEL_SDK_DISABLED` is `true`; `none` for `OTEL_TRACES_EXPORTER`
    /// or `OTEL_METRICS_EXPORTER` leaves one of them out.
    ///
    /// # Errors
    ///
    /// When an endpoint is no URL, and outside of a Tokio runtime.
    pub fn from_env() -> Result<Option<Self>, TelemetryError> {
        let is = |name: &str, value: &str| env::var(name).is_ok_and(|set| set.eq_ignore_ascii_case(value));
        let is_set = |name: &str| env::var(name).is_ok_and(|set| !set.is_empty());
        let wanted = |signal: &str| {
            let endpoint =
                is_set("OTEL_EXPORTER_OTLP_ENDPOINT") || is_set(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));
            endpoint && !is(&format!("OTEL_{signal}_EXPORTER"), "none")
        };
        let plan = Plan { endpoint: None, traces: wanted("TRACES"), metrics: wanted("METRICS") };
        if is("OTEL_SDK_DISABLED", "true") || !(plan.traces || plan.metrics) {
            return Ok(None);
        }
        Self::build(&plan).map(Some)
    }

    /// To the collector at this URL, such as `http://127.0.0.1:4318`. All else is as the environment says.
    ///
    /// # Errors
    ///
    /// When it is no URL, and outside of a Tokio runtime.
    pub fn new(endpoint: &str) -> Result<Self, TelemetryError> {
        Self::build(&Plan { endpoint: Some(endpoint.trim_end_matches('/')), traces: true, metrics: true })
    }

    fn build(plan: &Plan<'_>) -> Result<Self, TelemetryError> {
        let client = OtlpClient::new().map_err(TelemetryError)?;
        let mut resource = Resource::builder();
        if env::var("OTEL_SERVICE_NAME").is_err()
            && !env::var("OTEL_RESOURCE_ATTRIBUTES").is_ok_and(|all| all.contains("service.name="))
        {
            resource = resource.with_service_name(SERVICE);
        }
        let resource = resource.build();
        let mut tracers = SdkTracerProvider::builder().with_resource(resource.clone());
        if plan.traces {
            let mut exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_http_client(client.clone());
            exporter = exporter.with_protocol(Protocol::HttpBinary);
            if let Some(endpoint) = plan.endpoint {
                exporter = exporter.with_endpoint(format!("{endpoint}/v1/traces"));
            }
            tracers = tracers.with_batch_exporter(exporter.build().map_err(|error| TelemetryError(error.into()))?);
        }
        let mut meters = SdkMeterProvider::builder().with_resource(resource);
        if plan.metrics {
            let mut exporter = opentelemetry_otlp::MetricExporter::builder().with_http().with_http_client(client);
            exporter = exporter.with_protocol(Protocol::HttpBinary);
            if let Some(endpoint) = plan.endpoint {
                exporter = exporter.with_endpoint(format!("{endpoint}/v1/metrics"));
            }
            meters = meters.with_periodic_exporter(exporter.build().map_err(|error| TelemetryError(error.into()))?);
        }
        let (tracers, meters) = (tracers.build(), meters.build());
        let latency = instruments::latency(&meters.meter(SERVICE));
        Ok(Self(Arc::new(Pipes { tracer: tracers.tracer(SERVICE), tracers, meters, latency })))
    }

    /// Has the metrics of a gateway read whenever they are sent.
    pub(crate) fn observe(&self, metrics: &Arc<Metrics>) {
        instruments::observe(&self.0.meters.meter(SERVICE), metrics);
    }

    /// Sends what has not been sent yet, and ends. Takes five seconds at most for spans and for metrics.
    ///
    /// # Errors
    ///
    /// When the collector does not take it.
    pub async fn shutdown(self) -> Result<(), TelemetryError> {
        // It blocks until the exporters are done, which send on this runtime.
        let ended = tokio::task::spawn_blocking(move || {
            let (spans, metrics) = (self.0.tracers.shutdown(), self.0.meters.shutdown());
            spans.and(metrics)
        });
        let ended = ended.await.map_err(|error| TelemetryError(error.into()))?;
        ended.map_err(|error| TelemetryError(error.into()))
    }
}

/// Why telemetry cannot be told.
#[derive(Debug)]
pub struct TelemetryError(BoxError);

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenTelemetry cannot be told")
    }
}

impl std::error::Error for TelemetryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.0.as_ref())
    }
}
