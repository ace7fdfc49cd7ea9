//! Ordinary questions, which set the default thresholds.

use std::borrow::Cow;

use once_cell::sync::Lazy;

use super::embedder::Meaning;
use super::meaning::Sentence;
use super::model::Model;
use super::score::Score;
use super::stems::{StemId, Stems};
use super::tokens::stems_of;
use super::words::Words;

/// Short questions and requests about many subjects, one a line. Made by `tools/vectors`.
static QUESTIONS: &str = include_str!("background.txt");

/// A threshold is this many hundredths of the way from the middle score to the one that a fifth of the questions reach. So the questions
/// that are on the topic itself, or near it, do not raise it.
const SPREAD_PERCENT: i32 = 570;

/// As [`SPREAD_PERCENT`], for a topic with ten counter-examples or more: they keep the ordinary questions of its domain away from it.
const SPREAD_WITH_COUNTERS: i32 = 430;

/// One in this many counter-examples may be on the topic.
const OVERRULED: usize = 5;

/// A question: its stems with their rarity, its words, and its vector in the built-in table.
struct Question {
    stems: Vec<(String, u16)>,
    words: Words,
    sentence: Sentence,
}

static TABLE: Lazy<Vec<Question>> = Lazy::new(|| {
    let questions = QUESTIONS.lines().map(|question| {
        let words = Words::of(question, &Stems::default());
        Question { stems: stems_of(question), sentence: Meaning::Table.sentence(words.iter()), words }
    });
    questions.collect()
});

/// A question as the topics of a policy read it.
struct Read {
    stems: Vec<(Option<StemId>, u16)>,
    sentence: Cow<'static, Sentence>,
}

/// The ordinary questions as the topics of a policy read them.
pub(super) struct Background(Vec<Read>);

impl Background {
    pub(super) fn new(stems: &Stems, meaning: &Meaning) -> Self {
        let read = |question: &'static Question| Read {
            stems: question.stems.iter().map(|(stem, rarity)| (stems.id(stem.as_bytes()), *rarity)).collect(),
            sentence: match meaning {
                Meaning::Table => Cow::Borrowed(&question.sentence),
                Meaning::Embedder(_) => Cow::Owned(meaning.sentence(question.words.iter())),
            },
        };
        Self(TABLE.iter().map(read).collect())
    }

    /// Returns the threshold of a topic whose policy gives none: above the background and above its counter-examples, each scored as if it
    /// were not among them.
    pub(super) fn threshold(&self, model: &Model) -> Score {
        let score = |read: &Read| model.score(&model.read_stems(&read.stems, &read.sentence), Score::ZERO);
        let mut scores: Vec<Score> = self.0.iter().map(score).collect();
        scores.sort_unstable();
        let at = |percent: usize| scores.get(scores.len() * percent / 100).copied().unwrap_or_default();
        let (middle, high) = (at(50), at(80));
        let above_background = middle + (high - middle).percent(spread(model.counters()));
        let mut counters = model.counter_scores();
        counters.sort_unstable();
        let above_counters = counters.iter().nth_back(counters.len() / OVERRULED).copied().unwrap_or_default();
        above_background.max(above_counters + Score::of(1)).min(Score::ONE)
    }
}

fn spread(counters: usize) -> i32 {
    let tenths = i32::try_from(counters.min(10)).unwrap_or(10);
    SPREAD_PERCENT + (SPREAD_WITH_COUNTERS - SPREAD_PERCENT) * tenths / 10
}
