//! Compares the windows of a text with the examples of all topics.

use super::frequency::weight;
use super::model::{Likeness, Model, Term, TermId, Vocabulary, carries};
use super::tokens::{Token, Tokenizer, Word};
use crate::detect::detectors::{Candidate, Mark, Origin};
use crate::detect::pattern::Starts;
use crate::detect::spec::TopicSpec;
use crate::text::view::ViewText;

/// The topics of a policy that have examples.
#[derive(Debug)]
pub(crate) struct Similarity {
    vocabulary: Vocabulary,
    models: Vec<Model>,
}

/// Where the comparison stands in a text.
#[derive(Debug, Default)]
pub(crate) struct SimilarityState {
    tokenizer: Tokenizer,
    terms: Vec<Term>,
    last: Option<TermId>,
    first_carrier: Option<usize>,
}

impl SimilarityState {
    /// The earliest place at which a finding may begin that has not been reported yet.
    pub(crate) fn earliest(&self) -> Option<usize> {
        self.first_carrier.or_else(|| self.tokenizer.open_word())
    }
}

/// A window that may be on a topic, should exceptions not take that back.
#[derive(Debug)]
pub(crate) struct Window {
    model: usize,
    terms: Vec<Term>,
}

impl Similarity {
    /// Learns the topics that have examples; `None` when there are none.
    pub(crate) fn compile(topics: &[TopicSpec]) -> Option<Self> {
        let mut vocabulary = Vocabulary::default();
        let models: Vec<Model> = topics
            .iter()
            .filter(|topic| !topic.examples.is_empty())
            .map(|topic| Model::learn(topic, &mut vocabulary))
            .collect();
        (!models.is_empty()).then_some(Self { vocabulary, models })
    }

    /// Reads what is new in the word view.
    pub(crate) fn scan(&self, state: &mut SimilarityState, view: &ViewText, out: &mut Vec<Candidate>) {
        let SimilarityState { tokenizer, terms, last, first_carrier } = state;
        tokenizer.scan(view, &mut |token| self.take(token, terms, last, first_carrier, out));
    }

    /// Says that the text is at its end.
    pub(crate) fn finish(&self, state: &mut SimilarityState, out: &mut Vec<Candidate>) {
        let SimilarityState { tokenizer, terms, last, first_carrier } = state;
        tokenizer.finish(&mut |token| self.take(token, terms, last, first_carrier, out));
    }

    fn take(
        &self,
        token: Token<'_>,
        terms: &mut Vec<Term>,
        last: &mut Option<TermId>,
        first_carrier: &mut Option<usize>,
        out: &mut Vec<Candidate>,
    ) {
        match token {
            Token::Word(word) => {
                let term = self.term(&word, *last);
                if term.carries {
                    first_carrier.get_or_insert(term.start);
                }
                *last = term.id;
                terms.push(term);
            }
            Token::WindowEnd => {
                if first_carrier.take().is_some() {
                    self.end_window(terms, out);
                }
                terms.clear();
                *last = None;
            }
        }
    }

    fn term(&self, word: &Word<'_>, last: Option<TermId>) -> Term {
        let id = self.vocabulary.id(word.stem);
        let pair = last.zip(id).and_then(|(last, id)| self.vocabulary.pair(last, id));
        let weight = weight(word.stem);
        Term { start: word.start, end: word.end, id, pair, weight, carries: id.is_some() && carries(weight) }
    }

    fn end_window(&self, terms: &[Term], out: &mut Vec<Candidate>) {
        for (number, model) in self.models.iter().enumerate() {
            let knows = |term: &&Term| term.carries && term.id.is_some_and(|id| model.knows(id));
            let Some(first) = terms.iter().find(knows) else { continue };
            let end = terms.last().map_or(first.end, |term| term.end);
            if !model.has_exceptions && model.judge(terms, &self.vocabulary, |_| true).is_none() {
                continue;
            }
            out.push(Candidate {
                rule: model.rule,
                starts: Starts::one(first.start),
                end,
                origin: Origin::Window(Box::new(Window { model: number, terms: terms.to_vec() })),
            });
        }
    }

    /// Judges a window once the exceptions in it are known.
    pub(crate) fn judge(&self, window: &Window, exceptions: &[Mark]) -> Option<Likeness> {
        let model = &self.models[window.model];
        let excepted = |term: &Term| {
            exceptions.iter().any(|mark| mark.of == model.rule && mark.start <= term.start && term.end <= mark.end)
        };
        model.judge(&window.terms, &self.vocabulary, |term| !excepted(term))
    }
}
