//! Compares the windows of some text with the examples of all topics.

use std::sync::Arc;

use super::background::Background;
use super::embedder::{Embedder, Meaning};
use super::frequency::is_distinctive;
use super::lexical::{StemId, Stems, Term, most_like};
use super::meaning::Sentence;
use super::model::{Model, NEAR, SimilarityMatch};
use super::reach::Reach;
use super::score::Score;
use super::tokens::{Token, Tokenizer};
use super::window::{BestScores, Window};
use crate::detect::spec::{RuleId, TopicSpec};
use crate::text::reset::Reset;
use crate::text::view::ViewText;

/// The topics of a policy that have examples.
#[derive(Debug)]
pub(crate) struct Similarity {
    meaning: Meaning,
    stems: Stems,
    models: Vec<Model>,
    specs: Vec<TopicSpec>,
    /// For each stem, whether it is some topic's own.
    own_stems: Vec<bool>,
    /// How similar words are to topics at most; `None` with a sentence model, which knows no words.
    reach: Option<Reach>,
    /// The length of the longest vector of words that windows are compared with.
    longest_terms: u64,
}

/// The state of the comparison in some text.
#[derive(Debug, Default)]
pub(crate) struct SimilarityState {
    tokenizer: Tokenizer,
    terms: Vec<Term>,
    first_distinctive: Option<usize>,
}

impl Reset for SimilarityState {
    fn reset(&mut self) {
        let Self { tokenizer, terms, first_distinctive } = self;
        tokenizer.reset();
        terms.reset();
        *first_distinctive = None;
    }
}

impl SimilarityState {
    /// Returns the earliest offset at which a finding may begin that is not reported yet.
    pub(crate) fn earliest(&self) -> Option<usize> {
        self.first_distinctive.or_else(|| self.tokenizer.open_word())
    }

    /// Returns the offset of the open window. Exceptions from there on may still be needed.
    pub(crate) fn window_start(&self) -> Option<usize> {
        self.tokenizer.open_window()
    }
}

impl Similarity {
    /// Learns the topics that have examples. Returns `None` if there are none.
    pub(crate) fn compile(topics: &[TopicSpec]) -> Option<Self> {
        let specs: Vec<TopicSpec> = topics.iter().filter(|topic| !topic.examples.is_empty()).cloned().collect();
        (!specs.is_empty()).then(|| Self::learn(specs, Meaning::Table))
    }

    /// Learns the same topics with a sentence model.
    pub(crate) fn with_embedder(&self, embedder: Arc<dyn Embedder>) -> Self {
        Self::learn(self.specs.clone(), Meaning::Embedder(embedder))
    }

    fn learn(specs: Vec<TopicSpec>, meaning: Meaning) -> Self {
        let mut stems = Stems::default();
        let mut models: Vec<Model> = specs.iter().map(|spec| Model::learn(spec, &mut stems, &meaning)).collect();
        if specs.iter().any(|spec| spec.threshold.is_none()) {
            let background = Background::new(&stems, &meaning);
            for (model, _) in models.iter_mut().zip(&specs).filter(|(_, spec)| spec.threshold.is_none()) {
                model.threshold = background.threshold(model);
            }
        }
        stems.close();
        let centers = || models.iter().map(|model| model.center().clone()).collect();
        let reach = meaning.knows_words().then(|| Reach::new(centers(), NEAR));
        let own_stems = flags(models.iter().flat_map(Model::own_stems));
        let longest_terms = models.iter().map(Model::longest_terms).max().unwrap_or(0);
        Self { meaning, stems, models, specs, own_stems, reach, longest_terms }
    }

    /// Returns the topics and their thresholds.
    pub(crate) fn thresholds(&self) -> impl Iterator<Item = (RuleId, Score)> {
        self.models.iter().map(|model| (model.rule, model.threshold))
    }

    /// Reads the new part of the word view, and to its end if `is_last`. Records the scores of windows, if they are kept, and calls
    /// `report` for each window that may be similar to a topic.
    pub(crate) fn scan(
        &self,
        state: &mut SimilarityState,
        view: &ViewText,
        is_last: bool,
        scores: &mut Option<BestScores>,
        report: &mut dyn FnMut(RuleId, Window),
    ) {
        let SimilarityState { tokenizer, terms, first_distinctive } = state;
        let mut take = |token: Token<'_>| match token {
            Token::Word(word) => {
                let term = Term::of(&word, &self.stems, !self.meaning.knows_words());
                if first_distinctive.is_none() && self.can_begin(&term) {
                    *first_distinctive = Some(term.start);
                }
                terms.push(term);
            }
            Token::WindowEnd => {
                if first_distinctive.take().is_some() {
                    self.end_window(terms, scores, report);
                }
                terms.clear();
            }
        };
        tokenizer.scan(view, &mut take);
        if is_last {
            tokenizer.finish(&mut take);
        }
    }

    /// Returns `true` if a finding of any topic can begin with a word.
    fn can_begin(&self, word: &Term) -> bool {
        let is_own = |stem: StemId| self.own_stems.get(stem as usize).copied().unwrap_or_default();
        if !is_distinctive(word.rarity) || word.stem.is_some_and(is_own) {
            return is_distinctive(word.rarity);
        }
        let Some(reach) = &self.reach else { return true };
        match *word.pieces {
            [] => false,
            [piece] => reach.is_near(piece),
            _ => self.is_near(reach, word),
        }
    }

    /// Returns `true` if a word of several pieces is near a topic.
    fn is_near(&self, reach: &Reach, word: &Term) -> bool {
        let vector = Sentence::of_pieces(word.pieces.iter().copied());
        let bounds = reach.bounds(word.pieces.iter().copied());
        self.models.iter().enumerate().any(|(number, model)| {
            bounds.as_ref().is_none_or(|bounds| vector.reaches(bounds.of(number), NEAR))
                && vector.like(model.center()) >= NEAR
        })
    }

    fn end_window(&self, terms: &[Term], scores: &mut Option<BestScores>, report: &mut dyn FnMut(RuleId, Window)) {
        let sentence = self.meaning.sentence(terms.iter());
        let reach = self.reach.as_ref().filter(|_| scores.is_none());
        let bounds = reach.and_then(|reach| reach.bounds(terms.iter().flat_map(|term| term.pieces.iter().copied())));
        let bounds = bounds.map(|bounds| (bounds, most_like(terms, self.longest_terms)));
        let floor = floor(scores.is_some());
        for (number, model) in self.models.iter().enumerate() {
            // Exceptions may remove words, and so make the rest more similar to the topic.
            if !model.has_exceptions {
                // The cheapest bound first.
                let is_beyond = bounds.as_ref().is_some_and(|&(ref bounds, vocabulary)| {
                    model.is_beyond(&sentence, bounds.of(number), vocabulary)
                        || model.is_beyond(&sentence, sentence.dot(model.center()), vocabulary)
                        || !model.may_reach(&sentence, vocabulary)
                });
                if is_beyond {
                    continue;
                }
                let (score, similarity) = model.compare(terms, &sentence, &self.meaning, |_| true, floor);
                if let Some(scores) = scores {
                    scores.note(model.rule, score);
                }
                if similarity.is_none() {
                    continue;
                }
            }
            let Some(first) = model.first_distinctive(terms, &self.meaning) else { continue };
            report(model.rule, Window::new(number, model.has_exceptions, first.start, terms));
        }
    }

    /// Scores a window once the exceptions in it are known. Returns its score as well, exactly if `exactly`.
    pub(crate) fn score_window(
        &self,
        window: &Window,
        excepted: &dyn Fn(usize, usize) -> bool,
        exactly: bool,
    ) -> (Score, Option<SimilarityMatch>) {
        let Some(model) = self.models.get(window.model()) else { return (Score::ZERO, None) };
        let counts = |term: &Term| !excepted(term.start, term.end);
        let sentence = self.meaning.sentence(window.terms().iter().filter(|term| counts(term)));
        model.compare(window.terms(), &sentence, &self.meaning, counts, floor(exactly))
    }
}

/// Returns one flag for each number up to the largest.
fn flags(numbers: impl Iterator<Item = StemId>) -> Vec<bool> {
    let mut flags = Vec::new();
    for number in numbers.map(|number| number as usize) {
        flags.resize(flags.len().max(number + 1), false);
        flags.iter_mut().skip(number).take(1).for_each(|flag| *flag = true);
    }
    flags
}

/// Scores below this do not matter, unless a threshold is even lower.
fn floor(exactly: bool) -> Score {
    if exactly { Score::ZERO } else { Score::ONE }
}
