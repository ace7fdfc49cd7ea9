//! How many files the process may have open.

/// Those that are neither of a client nor of an upstream: standard streams, the listener, watched folders, the simulator's log.
const OTHERS: u64 = 64;

/// Raises the soft limit to what so many connections need, two files each, and says so if that is not allowed.
pub(super) fn make_room(connections: usize) {
    let wanted = (connections as u64).saturating_mul(2).saturating_add(OTHERS);
    // Where there is no such limit there is nothing to raise.
    let Ok(allowed) = rlimit::increase_nofile_limit(wanted) else { return };
    if allowed < wanted {
        let connections = allowed.saturating_sub(OTHERS) / 2;
        tracing::warn!(
            allowed,
            wanted,
            "too few open files for --max-connections: about {connections} connections will do; raise the hard limit (`ulimit -Hn`, \
             `LimitNOFILE=`) or lower --max-connections"
        );
    }
}
