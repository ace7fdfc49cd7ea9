//! Ordinary questions, and the thresholds that are set with them.

use once_cell::sync::Lazy;

use super::embedder::Meaning;
use super::lexical::{Stems, Term};
use super::meaning::Sentence;
use super::model::Model;
use super::score::Score;
use super::stem::stem;
use super::tokens::words_of;

/// Short questions and requests about many subjects, one a line. Made by `tools/vectors`.
static QUESTIONS: &str = include_str!("background.txt");

/// A threshold is this many hundredths of the way from the middle score to the one that a twentieth of the questions reach. So the few
/// questions that may be on the topic itself do not raise it.
const SPREAD_PERCENT: i32 = 250;

/// Of so many counter-examples, one may be on the topic.
const OVERRULED: usize = 20;

/// A question: its words, and its vector in the built-in table.
struct Question {
    words: Vec<Term>,
    sentence: Sentence,
}

static TABLE: Lazy<Vec<Question>> = Lazy::new(|| {
    let questions = QUESTIONS.lines().map(|question| {
        let words = words_of(question, &Stems::default());
        Question { sentence: Meaning::Table.sentence(words.iter()), words }
    });
    questions.collect()
});

/// The ordinary questions as the topics of a policy read them.
pub(super) struct Background(Vec<(Vec<Term>, Sentence)>);

impl Background {
    pub(super) fn new(stems: &Stems, meaning: &Meaning) -> Self {
        let read = |question: &Question| {
            let mut words = question.words.clone();
            words.iter_mut().for_each(|word| word.stem = stems.id(stem(&word.text)));
            let sentence = match meaning {
                Meaning::Table => question.sentence.clone(),
                Meaning::Embedder(_) => meaning.sentence(words.iter()),
            };
            (words, sentence)
        };
        Self(TABLE.iter().map(read).collect())
    }

    /// Returns the threshold of a topic whose policy gives none: above the background and above its counter-examples, each scored as if it
    /// were not among them; but no example of the topic is below it.
    pub(super) fn threshold(&self, model: &Model) -> Score {
        let score = |(words, sentence): &(Vec<Term>, Sentence)| model.score(&model.read(words, sentence, |_| true), Score::ZERO);
        let mut scores: Vec<Score> = self.0.iter().map(score).collect();
        scores.sort_unstable();
        let at = |percent: usize| scores.get(scores.len() * percent / 100).copied().unwrap_or_default();
        let (middle, high) = (at(50), at(95));
        let above_background = middle + (high - middle).percent(SPREAD_PERCENT);
        let mut counters = model.counter_scores();
        counters.sort_unstable();
        let above_counters = counters.iter().nth_back(counters.len() / OVERRULED).copied().unwrap_or_default();
        let lowest_example = model.example_scores().into_iter().min().unwrap_or(Score::ONE);
        above_background.max(above_counters + Score::of(1)).min(lowest_example)
    }
}
