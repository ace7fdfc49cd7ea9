//! Similarity by vocabulary: stems and pairs of stems, weighted by how rare they are (TF-IDF, cosine).

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::frequency::{rarity, weight};
use super::score::Score;
use super::stems::{StemId, Stems};
use super::tokens::stems_of;

/// The weight of a pair of words of an example beyond the weight of its words, in percent.
const PAIR_PERCENT: i64 = 70;

/// The share of the closest example in the score, in percent. All examples together have the rest.
const CLOSEST_PERCENT: i32 = 50;

/// Length of the vector of an example.
pub(super) const UNIT: i64 = 4096;

/// Number of a stem or a pair of stems within one topic.
pub(super) type TermId = u32;

/// The terms of one topic, numbered as it learns them: what a topic finds must not depend on the other topics of the policy.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    stems: FxHashMap<StemId, TermId>,
    pairs: FxHashMap<(TermId, TermId), TermId>,
    terms: Vec<String>,
}

impl Vocabulary {
    fn learn(&mut self, stem: &str, stems: &mut Stems) -> TermId {
        let next = self.len();
        *self.stems.entry(stems.learn(stem)).or_insert_with(|| {
            self.terms.push(stem.to_owned());
            next
        })
    }

    fn learn_pair(&mut self, first: TermId, second: TermId) -> TermId {
        let term = [self.term(first), self.term(second)].join(" ");
        let next = self.len();
        *self.pairs.entry((first, second)).or_insert_with(|| {
            self.terms.push(term);
            next
        })
    }

    /// Returns the number of terms so far.
    pub(super) fn len(&self) -> TermId {
        TermId::try_from(self.terms.len()).unwrap_or(TermId::MAX)
    }

    /// Returns the stems of the terms below a number.
    pub(super) fn stems_below(&self, limit: TermId) -> impl Iterator<Item = StemId> {
        self.stems.iter().filter(move |&(_, &id)| id < limit).map(|(&stem, _)| stem)
    }

    /// Returns for each stem the most that a word with it adds to the product of a window and any of these vectors: by itself, and as the
    /// second of a pair.
    pub(super) fn shares(&self, vectors: Vec<&Terms>) -> impl Iterator<Item = (StemId, i32)> {
        let mut pairs: FxHashMap<TermId, Vec<TermId>> = FxHashMap::default();
        self.pairs.iter().for_each(|(&(_, second), &pair)| pairs.entry(second).or_default().push(pair));
        self.stems.iter().map(move |(&stem, &id)| {
            let (weight, pairs) = (weight(rarity(self.term(id))), pairs.get(&id).map_or(&[][..], Vec::as_slice));
            let share = |vector: &&Terms| {
                let pair = pairs.iter().filter_map(|&pair| vector.get(pair)).max();
                weight * vector.get(id).unwrap_or(0) + of_pair(weight) * pair.unwrap_or(0)
            };
            let share = vectors.iter().map(share).max().unwrap_or(0);
            (stem, i32::try_from(share).unwrap_or(i32::MAX))
        })
    }

    pub(super) fn id(&self, stem: Option<StemId>) -> Option<TermId> {
        self.stems.get(&stem?).copied()
    }

    fn term(&self, id: TermId) -> &str {
        self.terms.get(id as usize).map_or("", String::as_str)
    }
}

/// Weights of terms, in the order of the terms, so that the heaviest of several is the same on every machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms(SmallVec<[(TermId, i64); 4]>);

impl Terms {
    /// Learns an example, or another string of the policy that is complete.
    pub(super) fn learn(text: &str, vocabulary: &mut Vocabulary, stems: &mut Stems) -> Self {
        let mut terms = Self::default();
        let mut last = None;
        for (stem, rarity) in stems_of(text) {
            let (id, weight) = (vocabulary.learn(&stem, stems), weight(rarity));
            terms.add(id, weight);
            if let Some(last) = last.replace(id) {
                terms.add(vocabulary.learn_pair(last, id), of_pair(weight));
            }
        }
        terms.normalized()
    }

    /// Returns the sum of some vectors, as long as each of them.
    pub(super) fn sum<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        parts.flat_map(|part| &part.0).for_each(|&(id, value)| sum.add(id, value));
        sum.normalized()
    }

    fn add(&mut self, id: TermId, weight: i64) {
        match self.0.binary_search_by_key(&id, |&(id, _)| id) {
            Ok(at) => {
                if let Some((_, sum)) = self.0.get_mut(at) {
                    *sum += weight;
                }
            }
            Err(at) => self.0.insert(at, (id, weight)),
        }
    }

    fn normalized(mut self) -> Self {
        let norm = i64::try_from(self.square().isqrt()).unwrap_or(i64::MAX).max(1);
        self.0.iter_mut().for_each(|(_, value)| *value = *value * UNIT / norm);
        self.0.shrink_to_fit();
        self
    }

    fn square(&self) -> u64 {
        let square = |&(_, value): &(TermId, i64)| value.unsigned_abs().saturating_mul(value.unsigned_abs());
        self.0.iter().map(square).sum()
    }

    fn get(&self, id: TermId) -> Option<i64> {
        let at = self.0.binary_search_by_key(&id, |&(id, _)| id).ok()?;
        self.0.get(at).map(|&(_, value)| value)
    }

    fn dot(&self, other: &Self) -> i64 {
        self.0.iter().filter_map(|&(id, x)| Some(x * other.get(id)?)).sum()
    }
}

fn of_pair(weight: i64) -> i64 {
    weight * PAIR_PERCENT / 100
}

/// The terms of a window, as far as a topic knows them, and the weight of the rest.
#[derive(Debug, Default)]
pub(super) struct WindowTerms {
    known: Terms,
    unknown: u64,
    last: Option<TermId>,
    norm: u64,
}

impl WindowTerms {
    /// Adds the next word. A word that does not count still separates its neighbors.
    fn push(&mut self, (stem, rarity): (Option<StemId>, u16), counts: bool, vocabulary: &Vocabulary) {
        let (id, weight) = (vocabulary.id(stem), weight(rarity));
        let pair = std::mem::replace(&mut self.last, id).zip(id).and_then(|pair| vocabulary.pairs.get(&pair));
        if !counts {
            return;
        }
        match id {
            Some(id) => self.known.add(id, weight),
            None => self.unknown += weight.unsigned_abs().pow(2),
        }
        if let Some(&pair) = pair {
            self.known.add(pair, of_pair(weight));
        }
    }

    /// Returns the terms of a window with these words.
    pub(super) fn of(words: impl Iterator<Item = ((Option<StemId>, u16), bool)>, vocabulary: &Vocabulary) -> Self {
        let mut terms = Self::default();
        words.for_each(|(word, counts)| terms.push(word, counts, vocabulary));
        terms.norm = (terms.known.square() + terms.unknown).isqrt();
        terms
    }

    #[cfg(test)]
    pub(super) fn product(&self, example: &Terms) -> i64 {
        self.known.dot(example)
    }

    #[cfg(test)]
    pub(super) fn length(&self) -> u64 {
        self.norm
    }

    /// Returns how like one example it is.
    pub(super) fn like(&self, example: &Terms) -> Score {
        if self.known.0.is_empty() {
            return Score::ZERO;
        }
        Score::cosine(self.known.dot(example), self.norm.saturating_mul(UNIT.unsigned_abs()))
    }

    /// Returns how like a topic it is.
    pub(super) fn like_topic<'a>(&self, center: &Terms, examples: impl Iterator<Item = &'a Terms>) -> Score {
        let closest = examples.map(|example| self.like(example)).max().unwrap_or_default();
        self.like(center).percent(100 - CLOSEST_PERCENT) + closest.percent(CLOSEST_PERCENT)
    }

    /// Returns the terms that make it like the topic, heaviest first.
    pub(super) fn heaviest(&self, center: &Terms, vocabulary: &Vocabulary) -> Vec<String> {
        let shares = self.known.0.iter().filter_map(|&(id, value)| Some((value * center.get(id)?, id)));
        let mut shares: Vec<(i64, &str)> = shares.map(|(share, id)| (share, vocabulary.term(id))).collect();
        shares.retain(|(share, _)| *share > 0);
        shares.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        shares.into_iter().take(3).map(|(_, term)| term.to_owned()).collect()
    }
}
