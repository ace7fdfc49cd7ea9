//! The terms of categories, compiled once for each set of them.

use std::sync::{Arc, OnceLock};

use super::category::ContentCategory;
use super::list::{Effect, Line, files, lines, ways};
use super::window::TermId;
use crate::detect::words::{Spelling, WordRole, Words, WordsBuilder};

/// One for each set of categories: bit n of the index is the category with number n.
static TERMS: [OnceLock<Option<Terms>>; 1 << ContentCategory::ALL.len()] =
    [const { OnceLock::new() }; 1 << ContentCategory::ALL.len()];

/// The terms of some categories.
#[derive(Debug)]
pub(super) struct Terms {
    /// Their ways of writing, each with the number of its term.
    pub(super) words: Words,
    terms: Vec<Term>,
}

#[derive(Debug)]
struct Term {
    category: ContentCategory,
    effect: Effect,
    /// As in the list.
    text: Arc<str>,
}

impl Terms {
    /// Returns the terms of categories; `None` if there are none.
    pub(super) fn of(categories: impl Iterator<Item = ContentCategory>) -> Option<&'static Self> {
        let set = categories.fold(0, |set, category| set | 1 << category as usize);
        TERMS.get(set)?.get_or_init(|| Self::compile(set)).as_ref()
    }

    fn compile(set: usize) -> Option<Self> {
        let mut terms = Vec::new();
        let mut words = WordsBuilder::default();
        for &category in ContentCategory::ALL.iter().filter(|&&category| set & 1 << category as usize != 0) {
            for Line { term, effect } in files(category).iter().flat_map(|file| lines(file)) {
                let id = TermId::try_from(terms.len()).unwrap_or(TermId::MAX);
                terms.push(Term { category, effect, text: term.into() });
                for way in ways(term) {
                    words.add(&way, WordRole::Rule(id), true, Spelling::Normalized);
                }
            }
        }
        Some(Self { words: words.build()?, terms })
    }

    /// Returns what a term does, if it is of this category.
    pub(super) fn effect(&self, id: TermId, category: ContentCategory) -> Option<Effect> {
        self.terms.get(id as usize).filter(|term| term.category == category).map(|term| term.effect)
    }

    /// Returns the term as in the list.
    pub(super) fn text(&self, id: TermId) -> Option<&Arc<str>> {
        self.terms.get(id as usize).map(|term| &term.text)
    }
}
