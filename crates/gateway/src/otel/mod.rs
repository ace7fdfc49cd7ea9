//! OpenTelemetry: a span for every call, and the metrics, over OTLP.

mod client;
mod instruments;
mod span;
mod telemetry;

pub(crate) use span::CallSpan;
pub use telemetry::{Telemetry, TelemetryError};
