//! The exporter of spans and metrics.

use std::env;
use std::fmt;
use std::sync::Arc;

use opentelemetry::metrics::{Histogram, MeterProvider as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use thiserror::Error;
use tower::BoxError;

use super::client::OtlpClient;
use super::instruments;
use crate::metrics::Metrics;

/// The name of the service, unless `OTEL_SERVICE_NAME` is set.
pub(super) const SERVICE: &str = "banister";

/// Exports spans of calls, and metrics, over OTLP/HTTP with protobuf. Cloning it is cheap.
///
/// Every call is a span of kind server that lasts until the last byte of its response, in the trace of the client's `traceparent` header.
/// The request to the upstream has the `traceparent` of the span. Attributes:
///
/// - `rpc.system`, `rpc.service`, `rpc.method`
/// - `gen_ai.operation.name`, `gen_ai.provider.name`, and `gen_ai.system`, its older name
/// - `gen_ai.request.model`, once the upstream has accepted the model id; before that it could be any text
/// - `http.response.status_code`, `error.type`
/// - `banister.policy`
/// - `banister.input.outcome`, `banister.input.findings`, `banister.output.outcome`, `banister.output.findings`
///
/// No attribute contains text of a call. Metrics have the names of `/metrics`.
#[derive(Clone)]
pub struct Telemetry(pub(super) Arc<Providers>);

pub(super) struct Providers {
    tracers: SdkTracerProvider,
    meters: SdkMeterProvider,
    pub(super) tracer: SdkTracer,
    pub(super) latency: Histogram<f64>,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

/// The signals to export, to an endpoint or to the one of the environment.
struct ExporterConfig<'a> {
    endpoint: Option<&'a str>,
    traces: bool,
    metrics: bool,
}

impl Telemetry {
    /// Configures the export by OpenTelemetry's environment variables: `OTEL_EXPORTER_OTLP_ENDPOINT` and its variants for traces and
    /// metrics, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*`,
    /// `OTEL_METRIC_EXPORT_INTERVAL`. Returns `None` if no endpoint is set, or if `OTEL_SDK_DISABLED` is `true`. Set `OTEL_TRACES_EXPORTER`
    /// or `OTEL_METRICS_EXPORTER` to `none` to export only the other.
    ///
    /// # Errors
    ///
    /// If an endpoint is not a URL, or outside of a Tokio runtime.
    pub fn from_env() -> Result<Option<Self>, TelemetryError> {
        let is = |name: &str, value: &str| env::var(name).is_ok_and(|set| set.eq_ignore_ascii_case(value));
        let is_set = |name: &str| env::var(name).is_ok_and(|set| !set.is_empty());
        let wanted = |signal: &str| {
            let endpoint =
                is_set("OTEL_EXPORTER_OTLP_ENDPOINT") || is_set(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));
            endpoint && !is(&format!("OTEL_{signal}_EXPORTER"), "none")
        };
        let config = ExporterConfig { endpoint: None, traces: wanted("TRACES"), metrics: wanted("METRICS") };
        if is("OTEL_SDK_DISABLED", "true") || !(config.traces || config.metrics) {
            return Ok(None);
        }
        Self::build(&config).map(Some)
    }

    /// Exports to the collector at this URL, such as `http://127.0.0.1:4318`. All other settings are from the environment.
    ///
    /// # Errors
    ///
    /// If it is not a URL, or outside of a Tokio runtime.
    pub fn new(endpoint: &str) -> Result<Self, TelemetryError> {
        Self::build(&ExporterConfig { endpoint: Some(endpoint.trim_end_matches('/')), traces: true, metrics: true })
    }

    fn build(config: &ExporterConfig<'_>) -> Result<Self, TelemetryError> {
        let client = OtlpClient::new().map_err(TelemetryError)?;
        let resource = resource();
        let mut tracers = SdkTracerProvider::builder().with_resource(resource.clone());
        if config.traces {
            let mut exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_http_client(client.clone());
            exporter = exporter.with_protocol(Protocol::HttpBinary);
            if let Some(endpoint) = config.endpoint {
                exporter = exporter.with_endpoint(format!("{endpoint}/v1/traces"));
            }
            tracers = tracers.with_batch_exporter(exporter.build().map_err(|error| TelemetryError(error.into()))?);
        }
        let mut meters = SdkMeterProvider::builder().with_resource(resource);
        if config.metrics {
            let mut exporter = opentelemetry_otlp::MetricExporter::builder().with_http().with_http_client(client);
            exporter = exporter.with_protocol(Protocol::HttpBinary);
            if let Some(endpoint) = config.endpoint {
                exporter = exporter.with_endpoint(format!("{endpoint}/v1/metrics"));
            }
            meters = meters.with_periodic_exporter(exporter.build().map_err(|error| TelemetryError(error.into()))?);
        }
        let (tracers, meters) = (tracers.build(), meters.build());
        let latency = instruments::latency(&meters.meter(SERVICE));
        Ok(Self(Arc::new(Providers { tracer: tracers.tracer(SERVICE), tracers, meters, latency })))
    }

    /// Observes the metrics of a gateway.
    pub(crate) fn observe(&self, metrics: &Arc<Metrics>) {
        instruments::observe(&self.0.meters.meter(SERVICE), metrics);
    }

    /// Exports the remaining spans and metrics, and ends. Takes at most five seconds for each.
    ///
    /// # Errors
    ///
    /// If the export fails.
    pub async fn shutdown(self) -> Result<(), TelemetryError> {
        // Blocks until the exporters are done, which send on this runtime.
        let ended = tokio::task::spawn_blocking(move || {
            let (spans, metrics) = (self.0.tracers.shutdown(), self.0.meters.shutdown());
            spans.and(metrics)
        });
        let ended = ended.await.map_err(|error| TelemetryError(error.into()))?;
        ended.map_err(|error| TelemetryError(error.into()))
    }
}

/// Describes the service, as the environment does.
pub(super) fn resource() -> Resource {
    let mut resource = Resource::builder();
    if env::var("OTEL_SERVICE_NAME").is_err()
        && !env::var("OTEL_RESOURCE_ATTRIBUTES").is_ok_and(|all| all.contains("service.name="))
    {
        resource = resource.with_service_name(SERVICE);
    }
    resource.build()
}

/// The error for an export that fails or cannot be configured.
#[derive(Debug, Error)]
#[error("OpenTelemetry export failed")]
pub struct TelemetryError(#[source] pub(super) BoxError);
