//! What the examples of a topic say, as weights.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::frequency::{COMMON, weight};
use super::tokens::stems;
use crate::detect::spec::{RuleId, TopicSpec};

/// From this likeness on a window counts, where the policy gives no threshold. Chosen on clinc150; `guide::policies` has the table.
pub(crate) const DEFAULT_THRESHOLD: f32 = 0.35;

/// A pair of words that stands in an example counts this much more than its words alone.
const PAIR_WEIGHT: f32 = 0.7;

/// How much the closest single example counts beside the whole of them.
const CLOSEST_SHARE: f32 = 0.5;

/// Number of a stem or a pair of stems that some topic knows.
pub(super) type TermId = u32;

/// A word of a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its number, if a topic knows it.
    pub(super) id: Option<TermId>,
    /// The number of the pair it makes with the word before it.
    pub(super) pair: Option<TermId>,
    pub(super) weight: f32,
    /// It can begin a finding: a topic knows it and it is not common.
    pub(super) carries: bool,
}

/// Why a window is said to be on a topic.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Likeness {
    pub(crate) score: f32,
    /// Number of the closest example, from 0.
    pub(crate) example: usize,
    /// The stems that carried it, as they stand in the examples, heaviest first.
    pub(crate) terms: Vec<String>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The terms all topics know.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    ids: FxHashMap<String, TermId>,
    pairs: FxHashMap<(TermId, TermId), TermId>,
    terms: Vec<String>,
}

impl Vocabulary {
    pub(super) fn id(&self, term: &str) -> Option<TermId> {
        self.ids.get(term).copied()
    }

    pub(super) fn pair(&self, first: TermId, second: TermId) -> Option<TermId> {
        self.pairs.get(&(first, second)).copied()
    }

    fn learn_pair(&mut self, first: TermId, second: TermId) -> TermId {
        let term = [self.term(first), self.term(second)].join(" ");
        let next = TermId::try_from(self.terms.len()).unwrap_or(TermId::MAX);
        *self.pairs.entry((first, second)).or_insert_with(|| {
            self.terms.push(term);
            next
        })
    }

    fn term(&self, id: TermId) -> &str {
        &self.terms[id as usize]
    }

    fn learn(&mut self, term: String) -> TermId {
        let next = TermId::try_from(self.terms.len()).unwrap_or(TermId::MAX);
        *self.ids.entry(term).or_insert_with_key(|term| {
            self.terms.push(term.clone());
            next
        })
    }
}

/// In order, for sums of floats depend on it and results must not.
type Vector = BTreeMap<TermId, f32>;

/// One topic.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) rule: RuleId,
    threshold: f32,
    pub(super) has_exceptions: bool,
    examples: Vec<Vector>,
    centre: Vector,
}

impl Model {
    /// Learns a topic. The definition and the name count as one more example for the centre.
    pub(super) fn learn(spec: &TopicSpec, vocabulary: &mut Vocabulary) -> Self {
        let examples: Vec<Vector> = spec.examples.iter().map(|example| vector(example, vocabulary)).collect();
        let about = vector(&format!("{} {}", spec.name.replace(['-', '_'], " "), spec.definition), vocabulary);
        let mut centre = Vector::new();
        for part in examples.iter().chain(std::iter::once(&about)) {
            for (&term, &value) in part {
                *centre.entry(term).or_default() += value;
            }
        }
        normalize(&mut centre);
        Self {
            rule: spec.rule,
            threshold: spec.threshold.unwrap_or(DEFAULT_THRESHOLD),
            has_exceptions: !spec.exceptions.is_empty(),
            examples,
            centre,
        }
    }

    pub(super) fn knows(&self, id: TermId) -> bool {
        self.centre.contains_key(&id)
    }

    /// How like the topic a window is, if enough. `counts` says which words count.
    pub(super) fn judge(
        &self,
        terms: &[Term],
        vocabulary: &Vocabulary,
        counts: impl Fn(&Term) -> bool,
    ) -> Option<Likeness> {
        let mut window = Vector::new();
        let mut unknown = 0.0;
        for term in terms.iter().filter(|term| counts(term)) {
            match term.id {
                Some(id) => *window.entry(id).or_default() += term.weight,
                None => unknown += term.weight * term.weight,
            }
            if let Some(pair) = term.pair {
                *window.entry(pair).or_default() += term.weight * PAIR_WEIGHT;
            }
        }
        let norm = (window.values().map(|value| value * value).sum::<f32>() + unknown).sqrt();
        if norm == 0.0 {
            return None;
        }
        let (example, closest) =
            self.examples.iter().map(|example| dot(&window, example) / norm).enumerate().fold(
                (0, 0.0),
                |best: (usize, f32), (index, score)| if score > best.1 { (index, score) } else { best },
            );
        let score = (1.0 - CLOSEST_SHARE) * dot(&window, &self.centre) / norm + CLOSEST_SHARE * closest;
        if score < self.threshold {
            return None;
        }
        let carriers =
            || terms.iter().filter(|term| counts(term) && term.carries && term.id.is_some_and(|id| self.knows(id)));
        let (start, end) = (carriers().next()?.start, carriers().next_back()?.end);
        Some(Likeness { score, example, terms: self.carried_by(&window, vocabulary), start, end })
    }

    fn carried_by(&self, window: &Vector, vocabulary: &Vocabulary) -> Vec<String> {
        let mut shares: Vec<(f32, &str)> = window
            .iter()
            .filter_map(|(&id, &value)| Some((value * self.centre.get(&id)?, vocabulary.term(id))))
            .collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        shares.into_iter().take(3).map(|(_, term)| term.to_owned()).collect()
    }
}

/// The weights of a text that stands on its own, as a vector of length 1.
fn vector(text: &str, vocabulary: &mut Vocabulary) -> Vector {
    let stems = stems(text);
    let mut vector = Vector::new();
    for stem in &stems {
        *vector.entry(vocabulary.learn(stem.clone())).or_default() += weight(stem);
    }
    for pair in stems.windows(2) {
        let (first, second) = (vocabulary.learn(pair[0].clone()), vocabulary.learn(pair[1].clone()));
        *vector.entry(vocabulary.learn_pair(first, second)).or_default() += weight(&pair[1]) * PAIR_WEIGHT;
    }
    normalize(&mut vector);
    vector
}

fn normalize(vector: &mut Vector) {
    let norm = vector.values().map(|value| value * value).sum::<f32>().sqrt();
    if norm > 0.0 {
        vector.values_mut().for_each(|value| *value /= norm);
    }
}

fn dot(a: &Vector, b: &Vector) -> f32 {
    a.iter().filter_map(|(id, x)| Some(x * b.get(id)?)).sum()
}

/// Whether an example holds a word that can carry a finding.
pub(crate) fn says_something(example: &str) -> bool {
    stems(example).iter().any(|stem| carries(weight(stem)))
}

/// Whether a stem can begin a finding.
pub(super) fn carries(weight: f32) -> bool {
    weight >= COMMON
}
