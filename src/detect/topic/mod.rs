//! Denied topics by similarity to examples.
//!
//! Text is split into windows of about a sentence. A window and the examples of a topic are compared in two ways: as weighted sets of word
//! stems and pairs of them (TF-IDF, cosine), and as sums of vectors of word pieces, which bring synonyms near one another. All of it is
//! integers, so scores are the same on every machine. Phrases and patterns of topics are matched with the other words and patterns.

mod background;
mod carrier;
mod common;
mod embedder;
mod frequency;
mod key;
mod known;
mod lexical;
mod meaning;
mod model;
mod reach;
mod score;
mod shares;
mod similarity;
mod stem;
mod stems;
mod tokens;
mod vectors;
mod window;
mod words;

pub use embedder::Embedder;
pub(crate) use frequency::is_common_word;
pub(crate) use model::{SimilarityMatch, has_distinctive_term};
pub(crate) use score::Score;
pub(crate) use similarity::{Similarity, SimilarityState};
pub(crate) use tokens::MAX_WINDOW_BYTES;
pub(crate) use window::{BestScores, Window};

#[cfg(test)]
mod tests;
