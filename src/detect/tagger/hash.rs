//! The hash of words and features.

/// Reads the letters of a word in lower case: FNV-1a over their code points, and a final mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    pub(crate) fn finish(self) -> Mixed {
        Mixed::of(self.0)
    }

    /// Returns letters with this hash.
    pub(crate) const fn unfinish(hash: Mixed) -> Self {
        Self(fold(unstir(hash.0)))
    }

    /// Adds several letters.
    pub(crate) fn with<L: Into<u32>>(mut self, letters: impl IntoIterator<Item = L>) -> Self {
        letters.into_iter().for_each(|letter| self.add(letter.into()));
        self
    }
}

/// Returns the hash of a word in lower case.
pub(crate) fn hash(letters: &[char]) -> u32 {
    Hash::default().with(letters.iter().copied()).finish().number()
}

/// A number whose bits are mixed. The last step of the mixing is left out where the next use would undo it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mixed(u32);

impl Mixed {
    /// Mixes the bits of a number.
    pub(crate) const fn of(number: u32) -> Self {
        Self(stir(fold(number)))
    }

    /// Returns a number as if it were mixed.
    pub(crate) const fn from_number(number: u32) -> Self {
        Self(fold(number))
    }

    /// Returns the number.
    pub(crate) const fn number(self) -> u32 {
        fold(self.0)
    }

    /// Mixes the bits of the number with a salt once more.
    pub(crate) const fn mixed(self, salt: u32) -> Self {
        // The fold of two numbers is that of each, and the fold of a fold is the number.
        Self(stir(self.0 ^ fold(salt)))
    }

    /// Returns the first 16 bits of the number.
    pub(crate) const fn first_bits(self) -> u16 {
        (self.0 >> 16) as u16
    }
}

/// Mixes the bits of a number.
pub(crate) const fn mix(number: u32) -> u32 {
    Mixed::of(number).number()
}

/// The first and the last step of the mixing.
const fn fold(number: u32) -> u32 {
    number ^ number >> 16
}

/// The steps between.
const fn stir(mut number: u32) -> u32 {
    number = number.wrapping_mul(0x85EB_CA6B);
    number ^= number >> 13;
    number.wrapping_mul(0xC2B2_AE35)
}

/// Returns the number that [`stir`] makes `number` of.
const fn unstir(mut number: u32) -> u32 {
    number = number.wrapping_mul(0x7ED1_B41D);
    number ^= number >> 13 ^ number >> 26;
    number.wrapping_mul(0xA5CB_9243)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mixing as one would write it.
    fn plain(mut number: u32) -> u32 {
        number ^= number >> 16;
        number = number.wrapping_mul(0x85EB_CA6B);
        number ^= number >> 13;
        number = number.wrapping_mul(0xC2B2_AE35);
        number ^ number >> 16
    }

    #[test]
    fn a_step_that_is_left_out_changes_nothing() {
        for number in (0..100_000_u32).map(|number| number.wrapping_mul(0x9E37_79B1)) {
            let (mixed, salt) = (plain(number), number.rotate_left(7));
            assert_eq!(mix(number), mixed);
            assert_eq!(Mixed::of(number).mixed(salt).number(), plain(mixed ^ salt));
            assert_eq!(Mixed::of(number).mixed(salt).first_bits(), (plain(mixed ^ salt) >> 16) as u16);
            assert_eq!(Mixed::from_number(number).number(), number);
            assert_eq!(Hash::unfinish(Mixed::of(number)).finish(), Mixed::of(number));
        }
    }
}
