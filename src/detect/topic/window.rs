//! Windows of some text, and their scores.

use super::score::Score;
use super::words::Words;
use crate::detect::best_scores;

/// The best score of each topic, by rule.
pub(crate) type BestScores = best_scores::BestScores<Score>;

/// How a window is to a topic.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowKind {
    /// The number of the topic among those that have examples.
    pub(super) model: usize,
    pub(super) has_exceptions: bool,
    /// The window is not similar to the topic, unless exceptions take words from it.
    pub(super) is_far: bool,
}

/// A window that may be similar to a topic, once it is known which words exceptions take from it.
#[derive(Debug)]
pub(crate) struct Window {
    kind: WindowKind,
    first: usize,
    words: Words,
}

impl Window {
    pub(super) fn new(kind: WindowKind, first: usize, words: &Words) -> Self {
        Self { kind, first, words: words.clone() }
    }

    /// Returns the number of the topic among those that have examples.
    pub(super) fn model(&self) -> usize {
        self.kind.model
    }

    /// Returns `true` if the window is not similar to the topic, unless exceptions take words from it.
    pub(super) fn is_far(&self) -> bool {
        self.kind.is_far
    }

    pub(super) fn words(&self) -> &Words {
        &self.words
    }

    /// Returns the offset of the first word.
    pub(crate) fn start(&self) -> usize {
        self.words.terms().first().map_or(self.first, |term| term.start)
    }

    /// Returns the offset of the first word that a finding can begin with.
    pub(crate) fn first_start(&self) -> usize {
        self.first
    }

    /// Returns the offset just after the last word.
    pub(crate) fn end(&self) -> usize {
        self.words.terms().last().map_or(self.first, |term| term.end)
    }

    /// Returns `true` if the topic has exceptions.
    pub(crate) fn has_exceptions(&self) -> bool {
        self.kind.has_exceptions
    }
}
