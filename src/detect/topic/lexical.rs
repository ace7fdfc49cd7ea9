//! Similarity by vocabulary: stems and pairs of stems, weighted by how rare they are (TF-IDF, cosine).

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::frequency::{rarity, weight};
use super::score::Score;
use super::tokens::{Word, each_word, stems_of};
use super::vectors::{Pieces, pieces_of};

/// The weight of a pair of words of an example beyond the weight of its words, in percent.
const PAIR_PERCENT: i64 = 70;

/// The share of the closest example in the score, in percent. All examples together have the rest.
const CLOSEST_PERCENT: i32 = 50;

/// Length of the vector of an example.
const UNIT: i64 = 4096;

/// Number of a stem that some topic of the policy knows.
pub(super) type StemId = u32;

/// Number of a stem or a pair of stems within one topic.
pub(super) type TermId = u32;

/// A word of a window.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Number of its stem, if a topic knows it.
    pub(super) stem: Option<StemId>,
    pub(super) rarity: i64,
    pub(super) pieces: Pieces,
    /// The word, where a sentence model has to see it.
    pub(super) text: Box<str>,
}

impl Term {
    pub(super) fn of(word: &Word<'_>, stem: Option<StemId>, with_text: bool) -> Self {
        Self {
            start: word.start,
            end: word.end,
            stem,
            rarity: rarity(word.stem),
            pieces: pieces_of(word.text),
            text: if with_text { word.text.into() } else { Box::default() },
        }
    }
}

/// The numbers of the stems that some topic knows, so that a word of some text is looked up once for all topics.
#[derive(Debug, Default)]
pub(super) struct Stems(FxHashMap<String, StemId>);

impl Stems {
    pub(super) fn id(&self, stem: &str) -> Option<StemId> {
        self.0.get(stem).copied()
    }

    fn learn(&mut self, stem: &str) -> StemId {
        let next = StemId::try_from(self.0.len()).unwrap_or(StemId::MAX);
        *self.0.entry(stem.to_owned()).or_insert(next)
    }
}

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

    pub(super) fn id(&self, stem: Option<StemId>) -> Option<TermId> {
        self.stems.get(&stem?).copied()
    }

    fn term(&self, id: TermId) -> &str {
        self.terms.get(id as usize).map_or("", String::as_str)
    }
}

/// Weights of terms. In order, so that the heaviest term of several is the same on every machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms(BTreeMap<TermId, i64>);

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
        parts.flat_map(|part| &part.0).for_each(|(&id, &value)| sum.add(id, value));
        sum.normalized()
    }

    fn add(&mut self, id: TermId, weight: i64) {
        *self.0.entry(id).or_default() += weight;
    }

    fn normalized(mut self) -> Self {
        let norm = i64::try_from(self.square().isqrt()).unwrap_or(i64::MAX).max(1);
        self.0.values_mut().for_each(|value| *value = *value * UNIT / norm);
        self
    }

    fn square(&self) -> u64 {
        self.0.values().map(|value| value.unsigned_abs().saturating_mul(value.unsigned_abs())).sum()
    }

    fn dot(&self, other: &Self) -> i64 {
        self.0.iter().filter_map(|(id, x)| Some(x * other.0.get(id)?)).sum()
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
}

impl WindowTerms {
    /// Adds the next word. A word that does not count still separates its neighbors.
    pub(super) fn push(&mut self, (stem, rarity): (Option<StemId>, i64), counts: bool, vocabulary: &Vocabulary) {
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

    /// Returns how like one example it is.
    pub(super) fn like(&self, example: &Terms) -> Score {
        if self.known.0.is_empty() {
            return Score::ZERO;
        }
        let norm = (self.known.square() + self.unknown).isqrt();
        Score::cosine(self.known.dot(example), norm.saturating_mul(UNIT.unsigned_abs()))
    }

    /// Returns how like a topic it is.
    pub(super) fn like_topic<'a>(&self, center: &Terms, examples: impl Iterator<Item = &'a Terms>) -> Score {
        let closest = examples.map(|example| self.like(example)).max().unwrap_or_default();
        self.like(center).percent(100 - CLOSEST_PERCENT) + closest.percent(CLOSEST_PERCENT)
    }

    /// Returns the terms that make it like the topic, heaviest first.
    pub(super) fn heaviest(&self, center: &Terms, vocabulary: &Vocabulary) -> Vec<String> {
        let shares = self.known.0.iter().filter_map(|(&id, &value)| Some((value * center.0.get(&id)?, id)));
        let mut shares: Vec<(i64, &str)> = shares.map(|(share, id)| (share, vocabulary.term(id))).collect();
        shares.retain(|(share, _)| *share > 0);
        shares.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        shares.into_iter().take(3).map(|(_, term)| term.to_owned()).collect()
    }
}

/// Returns the words of a string that is complete, with the numbers of the stems that are known.
pub(super) fn words_of(text: &str, stems: &Stems) -> Vec<Term> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(Term::of(word, stems.id(word.stem), true)));
    words
}
