//! The hash of words and features.

/// Returns the hash of a word in lower case (FNV-1a over its code points, and a final mix).
pub(crate) fn hash(letters: &[char]) -> u32 {
    let hash = letters.iter().fold(0x811C_9DC5_u32, |hash, &c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193));
    mix(hash)
}

/// Mixes the bits of a number.
pub(crate) fn mix(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85EB_CA6B);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}
