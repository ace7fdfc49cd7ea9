//! One request and its answer, as a family's renderer sees them.

use serde_json::Value;

use super::Said;
use crate::options::Chunk;

/// One request and what the model says to it.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    /// The request body.
    pub(crate) body: &'a Value,
    /// The decoded model id of the path.
    pub(crate) model_id: &'a str,
    /// The answer.
    pub(crate) said: &'a Said,
    /// How to cut streamed text.
    pub(crate) chunk: &'a Chunk,
    /// An id for the answer, unique in the simulator.
    pub(crate) id: &'a str,
}

impl Turn<'_> {
    /// A plausible token count of the request.
    pub(crate) fn input_tokens(&self) -> usize {
        count_tokens(&self.body.to_string())
    }

    /// A plausible token count of the answer.
    pub(crate) fn output_tokens(&self) -> usize {
        count_tokens(&self.said.everything())
    }

    /// The pieces `text` is streamed in.
    pub(crate) fn cut<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.chunk.cut(text)
    }

    /// A small number of the request body, at least 1: `num_generations`, `n`.
    pub(crate) fn copies(&self, key: &str) -> usize {
        // Bounded, so that a wild number cannot fill the memory.
        self.body[key].as_u64().map_or(1, |copies| usize::try_from(copies.clamp(1, 5)).unwrap_or(1))
    }
}

/// About one token to a word piece, and never none.
pub(crate) fn count_tokens(text: &str) -> usize {
    Chunk::Tokens.cut(text).len().max(1)
}
