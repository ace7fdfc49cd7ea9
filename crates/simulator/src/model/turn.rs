//! One request and its output, as a family formats them.

use serde_json::Value;

use super::output::ModelOutput;
use crate::options::ChunkSize;

/// One request and the output of the model.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    /// The request body.
    pub(crate) body: &'a Value,
    /// The decoded model id of the path.
    pub(crate) model_id: &'a str,
    pub(crate) output: &'a ModelOutput,
    /// How streamed text is split.
    pub(crate) chunk_size: &'a ChunkSize,
    /// An id for the response, unique in the simulator.
    pub(crate) id: &'a str,
}

impl Turn<'_> {
    /// Returns a plausible token count of the request.
    pub(crate) fn input_tokens(&self) -> usize {
        count_tokens(&self.body.to_string())
    }

    /// Returns a plausible token count of the output.
    pub(crate) fn output_tokens(&self) -> usize {
        count_tokens(&self.output.everything())
    }

    /// Returns the chunks in which `text` is streamed.
    pub(crate) fn split<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.chunk_size.split(text)
    }

    /// Returns the output as chunks of plain text, each written by `chunk`, and then `end`.
    pub(crate) fn text_chunks(&self, chunk: impl Fn(&str) -> Value, end: Value) -> Vec<Value> {
        self.split(&self.output.flat()).into_iter().map(chunk).chain([end]).collect()
    }

    /// Returns a small number in the request body, at least 1: `num_generations`, `n`.
    pub(crate) fn copies(&self, key: &str) -> usize {
        // Bounded, so that a huge number cannot fill the memory.
        self.body[key].as_u64().map_or(1, |copies| usize::try_from(copies.clamp(1, 5)).unwrap_or(1))
    }
}

/// Returns about one token per word piece, and at least one.
pub(crate) fn count_tokens(text: &str) -> usize {
    ChunkSize::Tokens.split(text).len().max(1)
}
