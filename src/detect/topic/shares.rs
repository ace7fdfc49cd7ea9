//! Bounds of the similarity by vocabulary.
//!
//! What the words of a window add to its product with the examples of a topic does not depend on each other, but for pairs. A row of a table
//! has the most that a word with some stem adds for each topic, with any word before it.

use smallvec::{SmallVec, smallvec};

use super::frequency::weight;
use super::reach::LANES;
use super::stems::StemId;
use super::words::Term;

/// The most that a word adds for each topic of a group. No window has so many words that the sums leave 31 bits.
type Row = [i32; LANES];

/// The bounds of all stems.
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// For each group of topics the rows of all stems.
    groups: Vec<Vec<Row>>,
}

/// The bounds of some words together.
#[derive(Debug)]
pub(super) struct Shared {
    sums: SmallVec<[Row; 4]>,
    /// The length of the vector of the words at least.
    pub(super) length: u64,
}

impl Shares {
    /// Adds a topic, of which words with these stems add so much.
    pub(super) fn add(&mut self, topic: usize, shares: impl Iterator<Item = (StemId, i32)>) {
        let (group, lane) = (topic / LANES, topic % LANES);
        self.groups.resize_with(self.groups.len().max(group + 1), Vec::new);
        let Some(rows) = self.groups.get_mut(group) else { return };
        for (stem, share) in shares {
            let stem = stem as usize;
            rows.resize(rows.len().max(stem + 1), [0; LANES]);
            if let Some(sum) = rows.get_mut(stem).and_then(|row| row.get_mut(lane)) {
                *sum = share;
            }
        }
    }

    /// Returns the bounds of some words together.
    pub(super) fn of(&self, words: &[Term]) -> Shared {
        let mut sums: SmallVec<[Row; 4]> = smallvec![[0; LANES]; self.groups.len()];
        let mut square = 0;
        for word in words {
            let weight = weight(word.lexeme.rarity).unsigned_abs();
            square += weight * weight;
            let Some(stem) = word.lexeme.stem.filter(|_| weight > 0) else { continue };
            let rows = self.groups.iter().map(|rows| rows.get(stem as usize));
            for (sums, row) in sums.iter_mut().zip(rows) {
                sums.iter_mut().zip(row.into_iter().flatten()).for_each(|(sum, share)| *sum += share);
            }
        }
        Shared { sums, length: square.isqrt() }
    }
}

impl Shared {
    /// Returns for one topic after another what the product with any of its examples does not exceed.
    pub(super) fn group(&self, group: usize) -> Row {
        self.sums.get(group).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Shares;
    use crate::detect::topic::lexical::{Terms, Vocabulary, WindowTerms};
    use crate::detect::topic::stems::Stems;
    use crate::detect::topic::words::Words;

    /// Topics of two groups, one of them with examples that share words and pairs.
    #[test]
    fn no_product_exceeds_its_bound() {
        let examples = ["buy stocks this year", "which stocks should I buy", "stocks stocks buy stocks"];
        let (mut stems, mut shares) = (Stems::default(), Shares::default());
        let mut topics = Vec::new();
        for topic in 0..18 {
            let mut vocabulary = Vocabulary::default();
            let learned: Vec<Terms> =
                examples.iter().skip(topic % 3).map(|text| Terms::learn(text, &mut vocabulary, &mut stems)).collect();
            shares.add(topic, vocabulary.shares(learned.iter().collect()));
            topics.push((vocabulary, learned));
        }
        stems.close();
        for text in
            ["", "the weather", "buy stocks", "should I buy stocks stocks this year", "the year which bonds should buy"]
        {
            let words = Words::of(text, &stems);
            let shared = shares.of(words.terms());
            let read = |word: &super::Term| ((word.lexeme.stem, word.lexeme.rarity), true);
            for (topic, (vocabulary, learned)) in topics.iter().enumerate() {
                let window = WindowTerms::of(words.terms().iter().map(read), vocabulary);
                let bound = i64::from(shared.group(topic / super::LANES)[topic % super::LANES]);
                let most = learned.iter().map(|example| window.product(example)).max().unwrap_or(0);
                assert!(most <= bound && (most > 0 || bound == 0), "{text}: {most} {bound}");
                assert!(window.length() >= shared.length, "{text}");
            }
        }
    }
}
