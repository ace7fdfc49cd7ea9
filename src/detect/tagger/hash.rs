//! The hash of words and features.

/// Reads the letters of a word in lower case: FNV-1a over their code points, and a final mix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hash(u32);

impl Default for Hash {
    fn default() -> Self {
        Self(0x811C_9DC5)
    }
}

impl Hash {
    /// Adds a letter.
    pub(crate) fn add(&mut self, letter: u32) {
        self.0 = (self.0 ^ letter).wrapping_mul(0x0100_0193);
    }

    /// Returns the hash.
    pub(crate) fn finish(self) -> u32 {
        mix(self.0)
    }

    fn of(letters: impl Iterator<Item = u32>) -> u32 {
        let mut hash = Self::default();
        letters.for_each(|letter| hash.add(letter));
        hash.finish()
    }
}

/// Returns the hash of a word in lower case.
pub(crate) fn hash(letters: &[char]) -> u32 {
    Hash::of(letters.iter().map(|&c| u32::from(c)))
}

/// Returns the hash of ASCII letters in lower case.
pub(crate) fn hash_ascii(letters: &[u8]) -> u32 {
    Hash::of(letters.iter().map(|&letter| u32::from(letter)))
}

/// Mixes the bits of a number.
pub(crate) const fn mix(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85EB_CA6B);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}
