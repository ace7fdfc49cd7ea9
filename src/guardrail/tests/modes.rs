//! Synchronous and asynchronous streams: what is released when.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::guardrail;
use crate::guardrail::{Source, StreamGuard};

/// Chunks with what is released for each, the number of bytes buffered after them, and whether the text is blocked.
type Released = (Vec<String>, usize, bool);

fn released(yaml: &str, source: Source, chunks: &[&str]) -> Released {
    let mut guard = StreamGuard::new(&guardrail(yaml), source);
    let mut out: Vec<String> = chunks.iter().map(|chunk| guard.push(chunk).to_owned()).collect();
    let buffered = guard.buffered_bytes();
    out.push(guard.finish().to_owned());
    (out, buffered, guard.is_blocked())
}

#[test]
fn only_completions_are_released_before_they_are_evaluated() {
    let chunks = ["of glo", "bex", " and others"];
    for (mode, source, expected) in [
        ("sync", Source::Output, ["of ", "", "", ""]),
        ("async", Source::Input, ["of ", "", "", ""]),
        // The word is found with the space after it.
        ("async", Source::Output, ["of glo", "bex", "", ""]),
    ] {
        let yaml = format!(
            "{{version: 1, name: m, mode: {mode}, word_filters: [{{name: rival, words: [globex], action: block}}]}}"
        );
        let (out, _, is_blocked) = released(&yaml, source, &chunks);
        assert_eq!((out, is_blocked), (expected.map(str::to_owned).to_vec(), true), "{mode}, {source:?}");
        let buffered = released(&yaml, source, &["of glo"]).1;
        assert_eq!(buffered, if expected[0] == "of " { 3 } else { 0 }, "{mode}, {source:?}");
    }
}

/// A pause follows each slice of 16 KiB or less.
#[test]
fn pauses_are_between_slices() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let guardrail =
        guardrail("{version: 1, name: p, word_filters: [{name: rival, words: [globex]}]}").with_pauses(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
    for (bytes, pauses) in [(0, 0), (1, 1), (16 << 10, 1), ((16 << 10) + 1, 2), (40_000, 3)] {
        count.store(0, Ordering::Relaxed);
        let inspected = guardrail.assess(Source::Input, &"a".repeat(bytes)).inspected_bytes();
        assert_eq!((inspected, count.load(Ordering::Relaxed)), (bytes, pauses));
    }
}
