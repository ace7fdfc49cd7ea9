//! Compares the windows of some text with the examples of all topics.

use std::sync::Arc;

use super::background::Background;
use super::embedder::{Embedder, Meaning};
use super::lexical::{Stems, Term};
use super::model::{Model, SimilarityMatch};
use super::score::Score;
use super::tokens::{Token, Tokenizer, Word};
use crate::detect::detectors::{Candidate, Origin};
use crate::detect::pattern::Starts;
use crate::detect::spec::{RuleId, TopicSpec};
use crate::text::view::ViewText;

/// The topics of a policy that have examples.
#[derive(Debug)]
pub(crate) struct Similarity {
    meaning: Meaning,
    stems: Stems,
    models: Vec<Model>,
    specs: Vec<TopicSpec>,
}

/// Where the comparison stands in some text.
#[derive(Debug, Default)]
pub(crate) struct SimilarityState {
    tokenizer: Tokenizer,
    terms: Vec<Term>,
    first_distinctive: Option<usize>,
    /// The best score of each topic, if they are wanted.
    best: Option<BestScores>,
}

impl SimilarityState {
    /// The earliest place at which a finding may begin that has not been reported yet.
    pub(crate) fn earliest(&self) -> Option<usize> {
        self.first_distinctive.or_else(|| self.tokenizer.open_word())
    }

    /// Where the window begins that is open: exceptions from there on may still be needed.
    pub(crate) fn window_start(&self) -> Option<usize> {
        self.tokenizer.open_window()
    }

    /// Keeps the best score of each topic from now on.
    pub(crate) fn keep_scores(&mut self) {
        self.best.get_or_insert_default();
    }

    /// Returns the best score of each topic so far, if they are kept.
    pub(crate) fn best(&self) -> Option<&BestScores> {
        self.best.as_ref()
    }
}

/// The best score of each topic, by rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BestScores(Vec<(RuleId, Score)>);

impl BestScores {
    /// Takes in the score of a window.
    pub(crate) fn note(&mut self, rule: RuleId, score: Score) {
        match self.0.iter_mut().find(|(of, _)| *of == rule) {
            Some((_, best)) => *best = score.max(*best),
            None => self.0.push((rule, score)),
        }
    }

    /// Returns the best score of a topic; zero if no window holds a word of it.
    pub(crate) fn of(&self, rule: RuleId) -> Score {
        self.0.iter().find(|(of, _)| *of == rule).map_or(Score::ZERO, |(_, best)| *best)
    }
}

/// A window that may be on a topic, should exceptions not take that back.
#[derive(Debug)]
pub(crate) struct Window {
    model: usize,
    has_exceptions: bool,
    terms: Vec<Term>,
}

impl Window {
    /// Where its first word begins.
    pub(crate) fn start(&self) -> usize {
        self.terms.first().map_or(0, |term| term.start)
    }

    /// Whether the topic has exceptions.
    pub(crate) fn has_exceptions(&self) -> bool {
        self.has_exceptions
    }
}

impl Similarity {
    /// Learns the topics that have examples; `None` when there are none.
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
        Self { meaning, stems, models, specs }
    }

    /// Returns the topics and their thresholds.
    pub(crate) fn thresholds(&self) -> impl Iterator<Item = (RuleId, Score)> {
        self.models.iter().map(|model| (model.rule, model.threshold))
    }

    /// Reads what is new in the word view.
    pub(crate) fn scan(&self, state: &mut SimilarityState, view: &ViewText, out: &mut Vec<Candidate>) {
        let SimilarityState { tokenizer, terms, first_distinctive, best } = state;
        tokenizer.scan(view, &mut |token| self.take(token, terms, first_distinctive, best, out));
    }

    /// Signals the end of the text.
    pub(crate) fn finish(&self, state: &mut SimilarityState, out: &mut Vec<Candidate>) {
        let SimilarityState { tokenizer, terms, first_distinctive, best } = state;
        tokenizer.finish(&mut |token| self.take(token, terms, first_distinctive, best, out));
    }

    fn take(
        &self,
        token: Token<'_>,
        terms: &mut Vec<Term>,
        first_distinctive: &mut Option<usize>,
        best: &mut Option<BestScores>,
        out: &mut Vec<Candidate>,
    ) {
        match token {
            Token::Word(word) => {
                let term = self.term(&word);
                if first_distinctive.is_none() && Model::is_distinctive_for_any(&self.models, &term, &self.meaning) {
                    *first_distinctive = Some(term.start);
                }
                terms.push(term);
            }
            Token::WindowEnd => {
                if first_distinctive.take().is_some() {
                    self.end_window(terms, best, out);
                }
                terms.clear();
            }
        }
    }

    fn term(&self, word: &Word<'_>) -> Term {
        Term::of(word, self.stems.id(word.stem), !self.meaning.knows_words())
    }

    fn end_window(&self, terms: &[Term], best: &mut Option<BestScores>, out: &mut Vec<Candidate>) {
        let sentence = self.meaning.sentence(terms.iter());
        let floor = floor(best.is_some());
        for (number, model) in self.models.iter().enumerate() {
            // Exceptions may take words away, and so make the rest more like the topic.
            if !model.has_exceptions {
                let (score, similarity) = model.compare(terms, &sentence, &self.meaning, |_| true, floor);
                if let Some(best) = best {
                    best.note(model.rule, score);
                }
                if similarity.is_none() {
                    continue;
                }
            }
            let Some(first) = model.first_distinctive(terms, &self.meaning) else { continue };
            out.push(Candidate {
                rule: model.rule,
                starts: Starts::one(first.start),
                end: terms.last().map_or(first.end, |term| term.end),
                origin: Origin::Window(Box::new(Window {
                    model: number,
                    has_exceptions: model.has_exceptions,
                    terms: terms.to_vec(),
                })),
            });
        }
    }

    /// Judges a window once the exceptions in it are known. Returns its score as well, exactly if `exactly`.
    pub(crate) fn score_window(
        &self,
        window: &Window,
        excepted: &dyn Fn(usize, usize) -> bool,
        exactly: bool,
    ) -> (Score, Option<SimilarityMatch>) {
        let Some(model) = self.models.get(window.model) else { return (Score::ZERO, None) };
        let counts = |term: &Term| !excepted(term.start, term.end);
        let sentence = self.meaning.sentence(window.terms.iter().filter(|term| counts(term)));
        model.compare(&window.terms, &sentence, &self.meaning, counts, floor(exactly))
    }
}

/// Scores below this do not matter, unless a threshold is even lower.
fn floor(exactly: bool) -> Score {
    if exactly { Score::ZERO } else { Score::ONE }
}
