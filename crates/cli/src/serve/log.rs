//! What the gateway logs, on standard error.

use tracing_subscriber::EnvFilter;

/// Logs from `info` on, or what `BANISTER_LOG` says. Texts are in no log of ours; the SDK's own logs are left out, for at `trace` they
/// hold every event of a stream.
pub(super) fn start() {
    let filter = EnvFilter::try_from_env("BANISTER_LOG")
        .unwrap_or_else(|_| EnvFilter::new("banister=info,banister_gateway=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
