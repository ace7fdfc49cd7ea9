//! The terms of a category, compiled once.

use std::sync::{Arc, OnceLock};

use super::category::ContentCategory;
use super::list::{Effect, Line, files, lines, ways};
use super::window::TermId;
use crate::detect::words::{Spelling, WordRole, Words, WordsBuilder};

static TERMS: [OnceLock<Option<Terms>>; ContentCategory::ALL.len()] =
    [const { OnceLock::new() }; ContentCategory::ALL.len()];

/// The terms of a category.
#[derive(Debug)]
pub(super) struct Terms {
    /// Their ways of writing, each with the number of its term.
    pub(super) words: Words,
    terms: Vec<Term>,
}

#[derive(Debug)]
struct Term {
    effect: Effect,
    /// As in the list.
    text: Arc<str>,
}

impl Terms {
    /// Returns the terms of a category.
    pub(super) fn of(category: ContentCategory) -> Option<&'static Self> {
        TERMS.get(category as usize)?.get_or_init(|| Self::compile(category)).as_ref()
    }

    fn compile(category: ContentCategory) -> Option<Self> {
        let mut terms = Vec::new();
        let mut words = WordsBuilder::default();
        for Line { term, effect } in files(category).iter().flat_map(|file| lines(file)) {
            let id = TermId::try_from(terms.len()).unwrap_or(TermId::MAX);
            terms.push(Term { effect, text: term.into() });
            for way in ways(term) {
                words.add(&way, WordRole::Rule(id), true, Spelling::Normalized);
            }
        }
        Some(Self { words: words.build()?, terms })
    }

    pub(super) fn effect(&self, id: TermId) -> Option<Effect> {
        self.terms.get(id as usize).map(|term| term.effect)
    }

    /// Returns the term as in the list.
    pub(super) fn text(&self, id: TermId) -> Option<&Arc<str>> {
        self.terms.get(id as usize).map(|term| &term.text)
    }
}
