//! What the examples of a topic say, as weights.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::frequency::{COMMON, weight};
use super::tokens::stems_of;
use crate::detect::spec::{RuleId, TopicSpec};

/// From this likeness on a window counts, where the policy gives no threshold. Chosen on clinc150; `guide::policies` has the table.
pub(crate) const DEFAULT_THRESHOLD: f32 = 0.35;

/// A pair of words that stands in an example counts this much more than its words alone.
const PAIR_WEIGHT: f32 = 0.7;

/// How much the closest single example counts beside the whole of them.
const CLOSEST_SHARE: f32 = 0.5;

/// Number of a stem that some topic of the policy knows.
pub(super) type StemId = u32;

/// Number of a stem or a pair of stems within one topic.
type TermId = u32;

/// A word of a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its number, if a topic knows it.
    pub(super) stem: Option<StemId>,
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

/// The numbers of the stems that some topic knows, so that a word of a text is looked up once for all topics.
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

/// The terms of one topic, numbered as it learns them: what a topic finds must not depend on the other topics of the policy, and the
/// order of a sum of floats changes its last bits.
#[derive(Debug, Default)]
struct Vocabulary {
    stems: FxHashMap<StemId, TermId>,
    pairs: FxHashMap<(TermId, TermId), TermId>,
    terms: Vec<String>,
}

impl Vocabulary {
    fn learn(&mut self, stem: &str, stems: &mut Stems) -> TermId {
        let next = TermId::try_from(self.terms.len()).unwrap_or(TermId::MAX);
        *self.stems.entry(stems.learn(stem)).or_insert_with(|| {
            self.terms.push(stem.to_owned());
            next
        })
    }

    fn learn_pair(&mut self, first: TermId, second: TermId) -> TermId {
        let term = [self.term(first), self.term(second)].join(" ");
        let next = TermId::try_from(self.terms.len()).unwrap_or(TermId::MAX);
        *self.pairs.entry((first, second)).or_insert_with(|| {
            self.terms.push(term);
            next
        })
    }

    fn id(&self, term: &Term) -> Option<TermId> {
        self.stems.get(&term.stem?).copied()
    }

    fn term(&self, id: TermId) -> &str {
        self.terms.get(id as usize).map_or("", String::as_str)
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
    vocabulary: Vocabulary,
    examples: Vec<Vector>,
    centre: Vector,
}

impl Model {
    /// Learns a topic. The definition and the name count as one more example for the centre.
    pub(super) fn learn(spec: &TopicSpec, stems: &mut Stems) -> Self {
        let mut vocabulary = Vocabulary::default();
        let mut learn = |text: &str| vector(text, &mut vocabulary, stems);
        let examples: Vec<Vector> = spec.examples.iter().map(|example| learn(example)).collect();
        let about = learn(&format!("{} {}", spec.name.replace(['-', '_'], " "), spec.definition));
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
            vocabulary,
            examples,
            centre,
        }
    }

    /// Returns true if a finding of this topic can begin with a word.
    pub(super) fn is_carried_by(&self, term: &Term) -> bool {
        term.carries && self.vocabulary.id(term).is_some()
    }

    /// How like the topic a window is, if enough. `counts` says which words count.
    pub(super) fn judge(&self, terms: &[Term], counts: impl Fn(&Term) -> bool) -> Option<Likeness> {
        let mut window = Vector::new();
        let mut unknown = 0.0;
        let mut last = None;
        for term in terms {
            let id = self.vocabulary.id(term);
            let pair = std::mem::replace(&mut last, id).zip(id).and_then(|pair| self.vocabulary.pairs.get(&pair));
            if !counts(term) {
                continue;
            }
            match id {
                Some(id) => *window.entry(id).or_default() += term.weight,
                None => unknown += term.weight * term.weight,
            }
            if let Some(&pair) = pair {
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
        let carriers = || terms.iter().filter(|term| counts(term) && self.is_carried_by(term));
        let (start, end) = (carriers().next()?.start, carriers().next_back()?.end);
        Some(Likeness { score, example, terms: self.heaviest(&window), start, end })
    }

    /// The terms of a window that make it like the topic.
    fn heaviest(&self, window: &Vector) -> Vec<String> {
        let mut shares: Vec<(f32, &str)> = window
            .iter()
            .filter_map(|(&id, &value)| Some((value * self.centre.get(&id)?, self.vocabulary.term(id))))
            .collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        shares.into_iter().take(3).map(|(_, term)| term.to_owned()).collect()
    }
}

/// The weights of a text that stands on its own, as a vector of length 1.
fn vector(text: &str, vocabulary: &mut Vocabulary, stems: &mut Stems) -> Vector {
    let mut vector = Vector::new();
    let mut last = None;
    for stem in stems_of(text) {
        let id = vocabulary.learn(&stem, stems);
        *vector.entry(id).or_default() += weight(&stem);
        if let Some(last) = last.replace(id) {
            *vector.entry(vocabulary.learn_pair(last, id)).or_default() += weight(&stem) * PAIR_WEIGHT;
        }
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
    stems_of(example).iter().any(|stem| carries(weight(stem)))
}

/// Whether a stem can begin a finding.
pub(super) fn carries(weight: f32) -> bool {
    weight >= COMMON
}
