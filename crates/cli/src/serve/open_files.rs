//! The limit on open files.

use crate::failure::Failure;

/// Open files other than connections of calls: standard streams, listeners, watched folders, and connections that only health checks may use.
const OTHERS: u64 = 128;

/// Raises the soft limit to two files per connection, and returns the number of connections that the limit allows.
///
/// # Errors
///
/// If it allows none.
pub(super) fn connections_within_limit(wanted_connections: usize) -> Result<usize, Failure> {
    let wanted = (wanted_connections as u64).saturating_mul(2).saturating_add(OTHERS);
    // Not all systems have this limit.
    let Ok(allowed) = rlimit::increase_nofile_limit(wanted) else { return Ok(wanted_connections) };
    if allowed >= wanted {
        return Ok(wanted_connections);
    }
    let connections = allowed.saturating_sub(OTHERS) / 2;
    let remedy = "raise the hard limit (`ulimit -Hn`, `LimitNOFILE=`)";
    if connections == 0 {
        return Err(Failure::new(format!(
            "the limit of {allowed} open files allows no connection; {remedy} to at least {}",
            OTHERS + 2
        )));
    }
    tracing::warn!(
        allowed,
        wanted,
        "the limit on open files allows {connections} connections instead of {wanted_connections}; {remedy} or lower --max-connections"
    );
    Ok(usize::try_from(connections).unwrap_or(wanted_connections))
}
