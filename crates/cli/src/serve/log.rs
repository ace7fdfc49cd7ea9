//! The log of the gateway, on standard error.

use tracing_subscriber::EnvFilter;

/// Starts the log, at level `info` or as `BANISTER_LOG` says. Banister's logs never contain text. The SDK's logs are off by default,
/// because at `trace` they contain every event of a stream.
pub(super) fn start() {
    let filter = EnvFilter::try_from_env("BANISTER_LOG")
        .unwrap_or_else(|_| EnvFilter::new("banister=info,banister_gateway=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
