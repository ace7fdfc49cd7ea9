//! OpenTelemetry, where the environment asks for it.

use banister_gateway::{GatewayBuilder, Telemetry};

use crate::failure::Failure;

/// Has the gateway tell of its calls, if the environment names a collector.
///
/// # Errors
///
/// When what it names is no URL.
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

/// Sends what has not been sent yet.
pub(super) async fn end(telemetry: Option<Telemetry>) {
    let Some(telemetry) = telemetry else { return };
    if let Err(error) = telemetry.shutdown().await {
        tracing::warn!(%error, "some telemetry was not sent");
    }
}
