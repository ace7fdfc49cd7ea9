//! Numbers that are the same each time. Tests, a bench and the trainer of the models include this file, which imports nothing.

/// Marsaglia's xorshift: replaces a number other than zero by the next one, and returns that.
pub(crate) fn next(number: &mut u64) -> u64 {
    *number ^= *number << 13;
    *number ^= *number >> 7;
    *number ^= *number << 17;
    *number
}

/// Returns a source of numbers below a limit.
pub(crate) fn below(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |limit| (next(&mut seed) >> 11) as usize % limit
}
