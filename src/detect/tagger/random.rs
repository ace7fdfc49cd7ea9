//! Numbers for tests, the same each time.

/// Returns a source of numbers below a limit: Marsaglia's xorshift.
pub(crate) fn below(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |limit| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) as usize % limit
    }
}
