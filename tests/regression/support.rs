//! Streams a text and checks what must hold of every stream.

use banister::{Guardrail, Policy, Source, StreamGuard};

pub(crate) fn guardrail(yaml: &str) -> Guardrail {
    Guardrail::new(Policy::from_yaml(yaml).unwrap_or_else(|error| panic!("{error}")))
}

/// A guardrail that masks these entity types.
pub(crate) fn masking(types: &str) -> Guardrail {
    guardrail(&format!("{{version: 1, name: types, pii: [{{types: [{types}], action: mask}}]}}"))
}

/// What a stream let through.
#[derive(Debug, PartialEq)]
pub(crate) struct Streamed {
    /// All that was released, and where each push ended in it.
    pub(crate) released: String,
    pub(crate) blocked: bool,
    pub(crate) findings: usize,
}

/// Chunks of `size` characters.
pub(crate) fn chunks(text: &str, size: usize) -> Vec<&str> {
    let mut ends: Vec<_> = text.char_indices().map(|(at, _)| at).step_by(size).skip(1).collect();
    ends.push(text.len());
    let mut start = 0;
    ends.into_iter().map(|end| &text[std::mem::replace(&mut start, end)..end]).collect()
}

/// Streams the text as an answer in these chunks.
pub(crate) fn stream(guardrail: &Guardrail, chunks: &[&str]) -> Streamed {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let mut released = String::new();
    for chunk in chunks {
        released.push_str(guard.push(chunk));
        assert!(guard.buffered_bytes() <= guardrail.buffer_limit().bytes());
    }
    released.push_str(guard.finish());
    Streamed { released, blocked: guard.is_blocked(), findings: guard.assessment().findings().len() }
}

/// Streams the text whole and in chunks of many sizes, checks that nothing differs, and returns what came out.
pub(crate) fn every_way(guardrail: &Guardrail, text: &str) -> Streamed {
    let whole = stream(guardrail, &[text]);
    for size in [1, 2, 3, 4, 5, 7, 12, 50, 200] {
        assert_eq!(stream(guardrail, &chunks(text, size)), whole, "in chunks of {size} characters");
    }
    whole
}

/// What an answer becomes, however it is cut.
pub(crate) fn released(guardrail: &Guardrail, text: &str) -> String {
    every_way(guardrail, text).released
}
