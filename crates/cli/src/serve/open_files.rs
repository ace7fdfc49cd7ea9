//! The limit on open files.

/// Open files other than connections: standard streams, the listener, watched folders.
const OTHERS: u64 = 64;

/// Raises the soft limit to two files per connection, and logs a warning if that is not allowed.
pub(super) fn raise_limit(connections: usize) {
    let wanted = (connections as u64).saturating_mul(2).saturating_add(OTHERS);
    // Not all systems have this limit.
    let Ok(allowed) = rlimit::increase_nofile_limit(wanted) else { return };
    if allowed < wanted {
        let connections = allowed.saturating_sub(OTHERS) / 2;
        tracing::warn!(
            allowed,
            wanted,
            "the limit on open files allows about {connections} connections; raise the hard limit (`ulimit -Hn`, `LimitNOFILE=`) or lower \
             --max-connections"
        );
    }
}
