//! OpenTelemetry: a span for every call, the metrics, and decision records, over OTLP.

mod client;
mod instruments;
mod logs;
mod span;
mod telemetry;

pub use logs::OtelSink;
pub(crate) use span::CallSpan;
pub use telemetry::{Telemetry, TelemetryError};
