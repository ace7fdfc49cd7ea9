//! Sets of alternatives.

/// A set of alternatives by number, one bit each, without zero words at its end.
///
/// Many alternatives end in a state and few are wanted there, or the other way round: common ones are found word by word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AlternativeSet(Vec<u64>);

impl AlternativeSet {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns `true` if the alternative is in the set.
    #[inline]
    pub(super) fn contains(&self, alternative: u32) -> bool {
        self.0.get(alternative as usize / 64).is_some_and(|word| word & (1 << (alternative % 64)) != 0)
    }

    /// Returns the number of words.
    pub(super) fn words(&self) -> usize {
        self.0.len()
    }

    pub(super) fn insert(&mut self, alternative: u32) {
        let word = alternative as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (alternative % 64);
    }

    /// Removes all alternatives, and keeps the allocation.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds the alternatives of `other`.
    pub(super) fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    /// Removes the alternatives of `other`.
    pub(super) fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= !other);
        let used = self.0.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
        self.0.truncate(used);
    }

    /// Copies `other`, and reuses the allocation.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }

    /// Returns the alternatives, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        bits(self.0.iter().copied())
    }

    /// Returns the alternatives that are in both sets, ascending.
    pub(super) fn common(&self, other: &Self) -> impl Iterator<Item = u32> {
        bits(self.0.iter().zip(&other.0).map(|(word, other)| word & other))
    }
}

impl FromIterator<u32> for AlternativeSet {
    fn from_iter<I: IntoIterator<Item = u32>>(alternatives: I) -> Self {
        let mut set = Self::default();
        alternatives.into_iter().for_each(|alternative| set.insert(alternative));
        set
    }
}

/// Returns the numbers of the bits that are set.
fn bits(words: impl Iterator<Item = u64>) -> impl Iterator<Item = u32> {
    (0..).step_by(64).zip(words).flat_map(|(first, mut word)| {
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros())?;
            word &= word - 1;
            Some(first + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::AlternativeSet;

    #[test]
    fn sets_of_alternatives_are_ordered() {
        let of = |numbers: &[u32]| numbers.iter().copied().collect::<AlternativeSet>();
        let (mut set, other) = (of(&[200, 3, 64, 63]), of(&[0, 63, 64, 65, 130]));
        assert_eq!(set.iter().collect::<Vec<_>>(), [3, 63, 64, 200]);
        assert_eq!(set.common(&other).collect::<Vec<_>>(), [63, 64]);
        assert_eq!(other.common(&set).collect::<Vec<_>>(), [63, 64]);
        set.add(&of(&[300]));
        assert_eq!(set.iter().last(), Some(300));
        assert!(set.contains(64) && !set.contains(65) && !set.contains(1000));
        set.copy_from(&other);
        assert_eq!(set, other);
        set.copy_from(&of(&[]));
        assert!(set.is_empty());
    }
}
