//! Denied topics by likeness to examples.
//!
//! A text is cut into windows of about a sentence. A window and the examples of a topic are compared as weighted sets of word
//! stems and pairs of them (TF-IDF, cosine). It finds what reuses the vocabulary of the examples; it does not know synonyms.
//! Phrases and patterns of topics are matched with the other words and patterns.

mod frequency;
mod model;
mod similarity;
mod stem;
mod tokens;

pub(crate) use frequency::is_common_word;
pub(crate) use model::{Likeness, says_something};
pub(crate) use similarity::{Similarity, SimilarityState, Window};
pub(crate) use tokens::MAX_WINDOW_BYTES;

#[cfg(test)]
mod tests;
