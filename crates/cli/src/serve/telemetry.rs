//! OpenTelemetry, if the environment configures it.

use banister_gateway::{GatewayBuilder, Telemetry};

use crate::failure::Failure;

/// Exports telemetry, if the environment names a collector.
///
/// # Errors
///
/// If its endpoint is not a URL.
pub(super) fn start(builder: GatewayBuilder) -> Result<(GatewayBuilder, Option<Telemetry>), Failure> {
    let telemetry = Telemetry::from_env().map_err(|error| {
        let cause = std::error::Error::source(&error).map_or(String::new(), |cause| format!(": {cause}"));
        Failure::new(format!("{error}{cause}"))
    })?;
    Ok(match telemetry {
        Some(telemetry) => (builder.telemetry(&telemetry), Some(telemetry)),
        None => (builder, None),
    })
}

/// Exports the remaining telemetry.
pub(super) async fn end(telemetry: Option<Telemetry>) {
    let Some(telemetry) = telemetry else { return };
    if let Err(error) = telemetry.shutdown().await {
        tracing::warn!(%error, "some telemetry was not exported");
    }
}
