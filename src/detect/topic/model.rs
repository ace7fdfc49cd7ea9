//! One topic: its examples, and the similarity of windows to them.

use super::embedder::Meaning;
use super::frequency::is_distinctive;
use super::lexical::{TermId, Terms, UNIT, Vocabulary, WindowTerms};
use super::meaning::{Direction, Sentence};
use super::reach::LANES;
use super::score::Score;
use super::shares::Shared;
use super::stems::{StemId, Stems};
use super::tokens::stems_of;
use super::words::{Term, WindowWord, Words};
use crate::detect::spec::{RuleId, TopicSpec};

/// The share of the meaning in the score, in percent. The vocabulary has the rest.
const MEANING_PERCENT: i32 = 70;

/// The share of the closest example in the similarity by meaning, in percent. All examples together have the rest.
const CLOSEST_PERCENT: i32 = 30;

/// The share of the similarity to the nearest counter-example that is subtracted, in percent.
const COUNTER_PERCENT: i32 = 70;

/// The similarity of vocabulary from which a window repeats an example.
const REPEATED: Score = Score::of(9500);

/// A little less than [`REPEATED`], as a number.
const REPEATED_FLOOR: f32 = 0.949;

/// A score is not larger by this than the products that it is made of: some are less than zero and rounded up, and bounds are not exact.
const ROUNDED: Score = Score::of(5);

/// The similarity of meaning from which a word can begin or end a finding.
pub(super) const NEAR: Score = Score::of(3000);

/// The reason why a window is on a topic.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SimilarityMatch {
    pub(crate) score: Score,
    pub(crate) threshold: Score,
    /// Number of the closest example, from 0.
    pub(crate) example: usize,
    /// The stems that contributed most, as in the examples, heaviest first.
    pub(crate) terms: Vec<String>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A string as its vocabulary and its meaning.
#[derive(Debug)]
struct Point {
    terms: Terms,
    direction: Direction,
}

impl Point {
    fn sum(parts: &[&Self]) -> Self {
        Self {
            terms: Terms::sum(parts.iter().map(|part| &part.terms)),
            direction: Direction::sum(parts.iter().map(|part| &part.direction)),
        }
    }
}

/// A string of the policy, as a point and as a window.
#[derive(Debug)]
struct Example {
    words: Words,
    sentence: Sentence,
    point: Point,
}

impl Example {
    fn learn(text: &str, vocabulary: &mut Vocabulary, stems: &mut Stems, meaning: &Meaning) -> Self {
        let terms = Terms::learn(text, vocabulary, stems);
        let words = Words::of(text, stems);
        let sentence = meaning.sentence(words.iter());
        Self { point: Point { terms, direction: sentence.direction() }, words, sentence }
    }
}

/// A window as a topic reads it.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) terms: WindowTerms,
    pub(super) sentence: &'a Sentence,
}

impl Reading<'_> {
    fn like(&self, point: &Point) -> Score {
        blend(self.sentence.like(&point.direction), self.terms.like(&point.terms))
    }
}

fn blend(meaning: Score, vocabulary: Score) -> Score {
    meaning.percent(MEANING_PERCENT) + vocabulary.percent(100 - MEANING_PERCENT)
}

/// The lengths of a window, by which its products with topics are similarities.
#[derive(Debug)]
pub(super) struct Measured {
    /// Of the vector of its meaning, and of that of its vocabulary at least.
    meaning: i64,
    vocabulary: i64,
}

/// The parts of the largest score: of the similarity to the center by meaning, and of that by vocabulary.
const CENTER_SHARE: i64 = MEANING_PERCENT as i64 * (100 - CLOSEST_PERCENT as i64) * Score::ONE.ten_thousandths() as i64;
const VOCABULARY_SHARE: i64 = 100 * (100 - MEANING_PERCENT as i64) * Score::ONE.ten_thousandths() as i64;

impl Measured {
    pub(super) fn new(sentence: &Sentence, shared: &Shared) -> Self {
        let length = i64::try_from(shared.length.max(1)).unwrap_or(i64::MAX);
        Self { meaning: i64::try_from(sentence.lengths()).unwrap_or(i64::MAX), vocabulary: length.saturating_mul(UNIT) }
    }

    /// Returns which topics of a group the window may be similar to, of which the products with the center by meaning and with all examples
    /// by vocabulary are at most these, the first ones in units of `unit`. So much is [missing](Model::missing) to each. This is a bound, so
    /// that it need not be the same on every machine: scores are.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "`ROUNDED` is more than what is lost")]
    pub(super) fn may_be_similar(
        &self,
        (meaning, unit): ([i32; LANES], i64),
        vocabulary: [i32; LANES],
        missing: &[f32; LANES],
    ) -> [bool; LANES] {
        let of_meaning = CENTER_SHARE as f32 * unit as f32 / self.meaning.max(1) as f32;
        let of_vocabulary = VOCABULARY_SHARE as f32 / self.vocabulary as f32;
        // A window that repeats an example is similar whatever it means.
        let repeated = VOCABULARY_SHARE as f32 * REPEATED_FLOOR;
        let mut may_be = [false; LANES];
        let topics = meaning.iter().zip(&vocabulary).zip(missing);
        for (may_be, ((&meaning, &vocabulary), &missing)) in may_be.iter_mut().zip(topics) {
            let vocabulary = vocabulary as f32 * of_vocabulary;
            *may_be = (meaning as f32 * of_meaning + vocabulary >= missing) | (vocabulary >= repeated);
        }
        may_be
    }

    /// Returns the similarity by vocabulary at most, if no product is larger than this.
    pub(super) fn most_like(&self, product: i32) -> Score {
        let like = Score::cosine(product.into(), self.vocabulary.unsigned_abs());
        (like + Score::of(1)).min(Score::ONE)
    }
}

/// One topic.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) rule: RuleId,
    pub(super) threshold: Score,
    pub(super) has_exceptions: bool,
    vocabulary: Vocabulary,
    /// Terms below this number are the topic's own, the others those of its counter-examples.
    own_terms: TermId,
    examples: Vec<Example>,
    center: Point,
    counters: Vec<Example>,
}

impl Model {
    /// Learns a topic, with the threshold that its policy gives. The definition and the name count as one more example for the center.
    pub(super) fn learn(spec: &TopicSpec, stems: &mut Stems, meaning: &Meaning) -> Self {
        let mut vocabulary = Vocabulary::default();
        let mut learn = |text: &str| Example::learn(text, &mut vocabulary, stems, meaning);
        let examples: Vec<Example> = spec.examples.iter().map(|example| learn(example)).collect();
        let about = learn(&format!("{} {}", spec.name.replace(['-', '_'], " "), spec.definition));
        let center = Point::sum(&examples.iter().chain([&about]).map(|example| &example.point).collect::<Vec<_>>());
        let own_terms = vocabulary.len();
        let mut learn = |text: &str| Example::learn(text, &mut vocabulary, stems, meaning);
        let counters = spec.counter_examples.iter().map(|example| learn(example)).collect();
        Self {
            rule: spec.rule,
            threshold: spec.threshold.map_or(Score::ONE, Score::from_number),
            has_exceptions: !spec.exceptions.is_empty(),
            vocabulary,
            own_terms,
            examples,
            center,
            counters,
        }
    }

    /// Reads the words of a window that count.
    pub(super) fn read<'a>(
        &self,
        words: &[Term],
        sentence: &'a Sentence,
        counts: impl Fn(&Term) -> bool,
    ) -> Reading<'a> {
        let words = words.iter().map(|word| ((word.lexeme.stem, word.lexeme.rarity), counts(word)));
        Reading { terms: WindowTerms::of(words, &self.vocabulary), sentence }
    }

    /// Reads words of which only the stems and how rare they are is known.
    pub(super) fn read_stems<'a>(&self, stems: &[(Option<StemId>, u16)], sentence: &'a Sentence) -> Reading<'a> {
        let words = stems.iter().map(|&stem| (stem, true));
        Reading { terms: WindowTerms::of(words, &self.vocabulary), sentence }
    }

    /// Returns the similarity of a window to the topic, or a little more if that is less than `floor`.
    pub(super) fn score(&self, reading: &Reading<'_>, floor: Score) -> Score {
        if self.examples.iter().any(|example| reading.terms.like(&example.point.terms) >= REPEATED) {
            return Score::ONE;
        }
        let score = self.similarity(reading);
        if score < floor { score } else { score - self.against(reading, None) }
    }

    /// Returns the scores of the counter-examples, each without its own weight against the topic.
    pub(super) fn counter_scores(&self) -> Vec<Score> {
        let counters = self.counters.iter().enumerate();
        let score = |(number, counter): (usize, &Example)| {
            let reading = self.read(counter.words.terms(), &counter.sentence, |_| true);
            self.similarity(&reading) - self.against(&reading, Some(number))
        };
        counters.map(score).collect()
    }

    /// Returns the number of counter-examples.
    pub(super) fn counters(&self) -> usize {
        self.counters.len()
    }

    /// Returns the similarity of a window to the examples.
    fn similarity(&self, reading: &Reading<'_>) -> Score {
        let examples = self.examples.iter().map(|example| &example.point.terms);
        let vocabulary = reading.terms.like_topic(&self.center.terms, examples);
        blend(self.meaning(reading.sentence), vocabulary)
    }

    /// Returns the weight of the nearest counter-example against the topic.
    fn against(&self, reading: &Reading<'_>, except: Option<usize>) -> Score {
        let counters = self.counters.iter().enumerate().filter(|(number, _)| Some(*number) != except);
        let nearest = counters.map(|(_, counter)| reading.like(&counter.point)).max().unwrap_or_default();
        nearest.max(Score::ZERO).percent(COUNTER_PERCENT)
    }

    /// Returns the number of the closest example.
    fn closest(&self, reading: &Reading<'_>) -> usize {
        let scores = self.examples.iter().map(|example| reading.like(&example.point)).enumerate();
        scores.fold((0, Score::ZERO), |best, (index, score)| if score > best.1 { (index, score) } else { best }).0
    }

    /// Returns the stems that are the topic's own: a finding of it can begin with any of them that is distinctive.
    pub(super) fn own_stems(&self) -> impl Iterator<Item = StemId> {
        self.vocabulary.stems_below(self.own_terms)
    }

    /// Returns the meaning of all examples together.
    pub(super) fn center(&self) -> &Direction {
        &self.center.direction
    }

    /// Returns for each stem that it knows the most that a word adds to a product by vocabulary.
    pub(super) fn shares(&self) -> impl Iterator<Item = (StemId, i32)> {
        let points = self.examples.iter().map(|example| &example.point).chain([&self.center]);
        self.vocabulary.shares(points.map(|point| &point.terms).collect())
    }

    /// Returns what is missing to the threshold if the closest example is as similar as can be, in hundredths of hundredths.
    #[expect(clippy::cast_precision_loss, reason = "`ROUNDED` is more than what is lost")]
    pub(super) fn missing(&self) -> f32 {
        const CLOSEST: i64 = MEANING_PERCENT as i64 * CLOSEST_PERCENT as i64 * Score::ONE.ten_thousandths() as i64;
        (10_000 * i64::from((self.threshold - ROUNDED).ten_thousandths()) - CLOSEST) as f32
    }

    /// Returns `true` if a window may reach the threshold of which the vocabulary is at most so similar.
    pub(super) fn may_reach(&self, sentence: &Sentence, vocabulary: Score) -> bool {
        let center = sentence.like(self.center());
        let reaches = |closest: Score| blend(Self::meaning_of(center, closest), vocabulary) >= self.threshold;
        vocabulary >= REPEATED || (reaches(Score::ONE) && reaches(self.closest_meaning(sentence)))
    }

    /// Returns the similarity of a window to the examples by meaning.
    fn meaning(&self, sentence: &Sentence) -> Score {
        Self::meaning_of(sentence.like(self.center()), self.closest_meaning(sentence))
    }

    fn meaning_of(center: Score, closest: Score) -> Score {
        center.percent(100 - CLOSEST_PERCENT) + closest.percent(CLOSEST_PERCENT)
    }

    /// Returns the similarity of a window to the closest example by meaning.
    fn closest_meaning(&self, sentence: &Sentence) -> Score {
        let closest = self.examples.iter().map(|example| sentence.like(&example.point.direction)).max();
        closest.unwrap_or_default()
    }

    /// Returns `true` if a word is one of the topic's own.
    pub(super) fn is_own(&self, word: &Term) -> bool {
        self.vocabulary.id(word.lexeme.stem).is_some_and(|id| id < self.own_terms)
    }

    /// Returns `true` if a finding of this topic can begin with a word, or end with it.
    fn is_distinctive_for(&self, word: WindowWord<'_>, meaning: &Meaning) -> bool {
        let is_own = || self.is_own(word.term);
        let is_near = || Sentence::of_pieces(word.pieces.iter().copied()).like(self.center()) >= NEAR;
        is_distinctive(word.term.lexeme.rarity) && (!meaning.knows_words() || is_own() || is_near())
    }

    /// Returns the first word that can carry a finding of this topic.
    pub(super) fn first_distinctive<'a>(&self, words: &'a Words, meaning: &Meaning) -> Option<&'a Term> {
        words.iter().find(|&word| self.is_distinctive_for(word, meaning)).map(|word| word.term)
    }

    /// Returns the similarity of a window to the topic, and the match if that reaches the threshold. `counts` selects the words that count.
    pub(super) fn compare(
        &self,
        words: &Words,
        sentence: &Sentence,
        meaning: &Meaning,
        counts: impl Fn(&Term) -> bool,
        floor: Score,
    ) -> (Score, Option<SimilarityMatch>) {
        let reading = self.read(words.terms(), sentence, &counts);
        let score = self.score(&reading, floor.min(self.threshold));
        if score < self.threshold {
            return (score, None);
        }
        let mut distinctive = words
            .iter()
            .filter(|&word| counts(word.term) && self.is_distinctive_for(word, meaning))
            .map(|word| word.term);
        let Some(first) = distinctive.next() else { return (score, None) };
        let last = distinctive.last().unwrap_or(first);
        let similarity = SimilarityMatch {
            score,
            threshold: self.threshold,
            example: self.closest(&reading),
            terms: reading.terms.heaviest(&self.center.terms, &self.vocabulary),
            start: first.start,
            end: last.end,
        };
        (score, Some(similarity))
    }
}

/// Returns `true` if an example holds a word that can carry a finding.
pub(crate) fn has_distinctive_term(example: &str) -> bool {
    stems_of(example).into_iter().any(|(_, rarity)| is_distinctive(rarity))
}
