//! Compares the windows of a text with the examples of all topics.

use super::frequency::weight;
use super::model::{Likeness, Model, Stems, Term, carries};
use super::tokens::{Token, Tokenizer, Word};
use crate::detect::detectors::{Candidate, Origin};
use crate::detect::pattern::Starts;
use crate::detect::spec::TopicSpec;
use crate::text::view::ViewText;

/// The topics of a policy that have examples.
#[derive(Debug)]
pub(crate) struct Similarity {
    stems: Stems,
    models: Vec<Model>,
}

/// Where the comparison stands in a text.
#[derive(Debug, Default)]
pub(crate) struct SimilarityState {
    tokenizer: Tokenizer,
    terms: Vec<Term>,
    first_carrier: Option<usize>,
}

impl SimilarityState {
    /// The earliest place at which a finding may begin that has not been reported yet.
    pub(crate) fn earliest(&self) -> Option<usize> {
        self.first_carrier.or_else(|| self.tokenizer.open_word())
    }

    /// Where the window begins that is open: exceptions from there on may still be needed.
    pub(crate) fn window_start(&self) -> Option<usize> {
        self.tokenizer.open_window()
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
        let mut stems = Stems::default();
        let models: Vec<Model> = topics
            .iter()
            .filter(|topic| !topic.examples.is_empty())
            .map(|topic| Model::learn(topic, &mut stems))
            .collect();
        (!models.is_empty()).then_some(Self { stems, models })
    }

    /// Reads what is new in the word view.
    pub(crate) fn scan(&self, state: &mut SimilarityState, view: &ViewText, out: &mut Vec<Candidate>) {
        let SimilarityState { tokenizer, terms, first_carrier } = state;
        tokenizer.scan(view, &mut |token| self.take(token, terms, first_carrier, out));
    }

    /// Says that the text is at its end.
    pub(crate) fn finish(&self, state: &mut SimilarityState, out: &mut Vec<Candidate>) {
        let SimilarityState { tokenizer, terms, first_carrier } = state;
        tokenizer.finish(&mut |token| self.take(token, terms, first_carrier, out));
    }

    fn take(
        &self,
        token: Token<'_>,
        terms: &mut Vec<Term>,
        first_carrier: &mut Option<usize>,
        out: &mut Vec<Candidate>,
    ) {
        match token {
            Token::Word(word) => {
                let term = self.term(&word);
                if term.carries {
                    first_carrier.get_or_insert(term.start);
                }
                terms.push(term);
            }
            Token::WindowEnd => {
                if first_carrier.take().is_some() {
                    self.end_window(terms, out);
                }
                terms.clear();
            }
        }
    }

    fn term(&self, word: &Word<'_>) -> Term {
        let stem = self.stems.id(word.stem);
        let weight = weight(word.stem);
        Term { start: word.start, end: word.end, stem, weight, carries: stem.is_some() && carries(weight) }
    }

    fn end_window(&self, terms: &[Term], out: &mut Vec<Candidate>) {
        for (number, model) in self.models.iter().enumerate() {
            let Some(first) = terms.iter().find(|term| model.is_carried_by(term)) else { continue };
            let end = terms.last().map_or(first.end, |term| term.end);
            if !model.has_exceptions && model.judge(terms, |_| true).is_none() {
                continue;
            }
            out.push(Candidate {
                rule: model.rule,
                starts: Starts::one(first.start),
                end,
                origin: Origin::Window(Box::new(Window {
                    model: number,
                    has_exceptions: model.has_exceptions,
                    terms: terms.to_vec(),
                })),
            });
        }
    }

    /// Judges a window once the exceptions in it are known.
    pub(crate) fn judge(&self, window: &Window, excepted: &dyn Fn(usize, usize) -> bool) -> Option<Likeness> {
        let model = self.models.get(window.model)?;
        model.judge(&window.terms, |term| !excepted(term.start, term.end))
    }
}
