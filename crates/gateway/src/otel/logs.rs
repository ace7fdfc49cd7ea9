//! Decision records as OpenTelemetry logs.

use std::fmt;
use std::io;
use std::time::SystemTime;

use banister::{AuditSink, RecordLine};
use opentelemetry::InstrumentationScope;
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry_otlp::{LogExporter, Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::logs::{LogBatch, LogExporter as _, SdkLogRecord, SdkLogger, SdkLoggerProvider};
use tokio::runtime::{Builder, Runtime};

use super::client::OtlpClient;
use super::telemetry::{SERVICE, TelemetryError, resource};

/// The name of the events.
const EVENT: &str = "banister.decision";

/// Exports decision records as OpenTelemetry logs, over OTLP/HTTP with protobuf: the line of a record is the body of a log record.
///
/// A record counts as written once the collector has accepted it. What happens otherwise is a setting of the
/// [`AuditLog`](banister::AuditLog): the SDK's own processors would drop records in silence.
pub struct OtelSink {
    /// Its own, because calls wait for their records on the threads of theirs.
    runtime: Runtime,
    exporter: LogExporter,
    logger: SdkLogger,
    scope: InstrumentationScope,
}

impl fmt::Debug for OtelSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtelSink").finish_non_exhaustive()
    }
}

impl OtelSink {
    /// Exports to the collector that `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT` or `OTEL_EXPORTER_OTLP_ENDPOINT` names; without either, to port
    /// 4318 of this machine.
    ///
    /// # Errors
    ///
    /// If an endpoint is not a URL.
    pub fn from_env() -> Result<Self, TelemetryError> {
        Self::build(None)
    }

    /// Exports to the collector at this URL, such as `http://127.0.0.1:4318`.
    ///
    /// # Errors
    ///
    /// If it is not a URL.
    pub fn new(endpoint: &str) -> Result<Self, TelemetryError> {
        Self::build(Some(endpoint.trim_end_matches('/')))
    }

    fn build(endpoint: Option<&str>) -> Result<Self, TelemetryError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| TelemetryError(error.into()))?;
        let entered = runtime.enter();
        let client = OtlpClient::new().map_err(TelemetryError)?;
        drop(entered);
        let mut exporter = LogExporter::builder().with_http().with_http_client(client);
        exporter = exporter.with_protocol(Protocol::HttpBinary);
        if let Some(endpoint) = endpoint {
            exporter = exporter.with_endpoint(format!("{endpoint}/v1/logs"));
        }
        let mut exporter = exporter.build().map_err(|error| TelemetryError(error.into()))?;
        exporter.set_resource(&resource());
        // Only a logger creates records; without a processor it emits none.
        let logger = SdkLoggerProvider::builder().build().logger(SERVICE);
        Ok(Self { runtime, exporter, logger, scope: InstrumentationScope::builder(SERVICE).build() })
    }

    fn record(&self, line: &RecordLine) -> SdkLogRecord {
        let mut record = self.logger.create_log_record();
        record.set_event_name(EVENT);
        record.set_severity_number(Severity::Info);
        record.set_observed_timestamp(SystemTime::now());
        record.set_body(AnyValue::String(line.as_str().to_owned().into()));
        record
    }
}

impl AuditSink for OtelSink {
    fn write(&mut self, lines: &[RecordLine]) -> io::Result<()> {
        let records: Vec<SdkLogRecord> = lines.iter().map(|line| self.record(line)).collect();
        let batch: Vec<_> = records.iter().map(|record| (record, &self.scope)).collect();
        let exported = self.runtime.block_on(self.exporter.export(LogBatch::new(&batch)));
        exported.map_err(io::Error::other)
    }
}
