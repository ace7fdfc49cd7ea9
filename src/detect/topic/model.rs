//! One topic: its examples, and the similarity of windows to them.

use super::embedder::Meaning;
use super::frequency::is_distinctive;
use super::lexical::{TermId, Terms, Vocabulary, WindowTerms};
use super::meaning::{Direction, Sentence};
use super::score::Score;
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

/// What a window adds to its similarity with any topic at most by its vocabulary, and the length of its vector.
pub(super) struct Measured {
    /// In hundredths of hundredths.
    vocabulary: i64,
    lengths: i64,
}

impl Measured {
    /// Returns the bounds of a window of which the vocabulary is at most so similar.
    pub(super) fn new(sentence: &Sentence, vocabulary: Score) -> Self {
        let share = i64::from(100 * (100 - MEANING_PERCENT)) * i64::from(vocabulary.ten_thousandths());
        Self {
            // An example that is repeated is similar whatever it means.
            vocabulary: if vocabulary >= REPEATED { 10_000 * i64::from(Score::ONE.ten_thousandths()) } else { share },
            lengths: i64::try_from(sentence.lengths()).unwrap_or(i64::MAX),
        }
    }

    /// Returns `true` if the window does not reach the threshold of a topic to which so much is [missing](Model::missing), and of which the
    /// product with the center is at most `product`.
    #[inline]
    pub(super) fn is_beyond(&self, missing: i64, product: i64) -> bool {
        const SHARE: i64 =
            MEANING_PERCENT as i64 * (100 - CLOSEST_PERCENT as i64) * Score::ONE.ten_thousandths() as i64;
        let missing = missing - self.vocabulary;
        // No window has so many pieces that the products leave 64 bits.
        missing > 0 && SHARE * product < missing * self.lengths
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
        let words = words.iter().map(|word| ((word.stem, word.rarity), counts(word)));
        Reading { terms: WindowTerms::of(words, &self.vocabulary), sentence }
    }

    /// Reads words of which only the stems and how rare they are is known.
    pub(super) fn read_stems<'a>(&self, stems: &[(Option<StemId>, i64)], sentence: &'a Sentence) -> Reading<'a> {
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

    /// Returns the length of the longest vector of words that windows are compared with, rounded up.
    pub(super) fn longest_terms(&self) -> u64 {
        let points = self.examples.iter().map(|example| &example.point).chain([&self.center]);
        points.map(|point| point.terms.length()).max().unwrap_or(0)
    }

    /// Returns what is missing to the threshold if the closest example is as similar as can be, in hundredths of hundredths.
    pub(super) fn missing(&self) -> i64 {
        const CLOSEST: i64 = MEANING_PERCENT as i64 * CLOSEST_PERCENT as i64 * Score::ONE.ten_thousandths() as i64;
        10_000 * i64::from(self.threshold.ten_thousandths()) - CLOSEST
    }

    /// Returns `true` if a window may reach the threshold of which the vocabulary is at most so similar.
    pub(super) fn may_reach(&self, sentence: &Sentence, vocabulary: Score) -> bool {
        vocabulary >= REPEATED || blend(self.meaning(sentence), vocabulary) >= self.threshold
    }

    /// Returns the similarity of a window to the examples by meaning.
    fn meaning(&self, sentence: &Sentence) -> Score {
        let closest = self.examples.iter().map(|example| sentence.like(&example.point.direction)).max();
        sentence.like(self.center()).percent(100 - CLOSEST_PERCENT)
            + closest.unwrap_or_default().percent(CLOSEST_PERCENT)
    }

    /// Returns `true` if a finding of this topic can begin with a word, or end with it.
    fn is_distinctive_for(&self, word: WindowWord<'_>, meaning: &Meaning) -> bool {
        let is_own = || self.vocabulary.id(word.term.stem).is_some_and(|id| id < self.own_terms);
        let is_near = || Sentence::of_pieces(word.pieces.iter().copied()).like(self.center()) >= NEAR;
        is_distinctive(word.term.rarity) && (!meaning.knows_words() || is_own() || is_near())
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
