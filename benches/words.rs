//! Word filters against Aho-Corasick, regex, and what else one might reach for, on the same words and text.

#![allow(missing_docs)]

mod common;

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Duration;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use banister::{Guardrail, Source};
use common::policies;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use regex::bytes::{Regex, RegexBuilder};

/// The alternation of 10,000 words is slow enough to be measured on a part of the text. More words make no regex.
const REGEX_BYTES: usize = 32 << 10;
const MAX_REGEX_WORDS: usize = 10_000;

fn automaton(words: &[String]) -> AhoCorasick {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .build(words)
        .expect("plain words")
}

fn alternation(words: &[String]) -> Regex {
    RegexBuilder::new(&format!(r"(?i-u)\b(?:{})\b", words.join("|")))
        .size_limit(1 << 30)
        .dfa_size_limit(1 << 26)
        .build()
        .expect("plain words")
}

fn assess(guardrail: &Guardrail, text: &str) -> usize {
    guardrail.assess(Source::Input, text).findings().len()
}

/// Splits at everything but letters and digits; each part, in lower case, is looked up.
fn look_up_words(words: &HashSet<String>, text: &str) -> usize {
    let mut word = String::new();
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts
        .filter(|part| {
            word.clear();
            word.push_str(part);
            word.make_ascii_lowercase();
            words.contains(&word)
        })
        .count()
}

fn words(c: &mut Criterion) {
    let text = common::english();
    let table = common::table();
    for count in [10, 1_000, 10_000, 100_000] {
        let words = common::words(count);
        let mut group = c.benchmark_group(format!("words/{count}"));
        group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("table look-up", |b| b.iter(|| common::look_up(&table, black_box(text.as_bytes()))));
        let guardrail = policies::word_filter(&words);
        group.bench_function("banister", |b| b.iter(|| assess(&guardrail, black_box(&text))));
        let automaton = automaton(&words);
        group.bench_function("aho-corasick", |b| b.iter(|| automaton.find_overlapping_iter(black_box(&text)).count()));
        let set: HashSet<_> = words.iter().cloned().collect();
        group.bench_function("hash set", |b| b.iter(|| look_up_words(&set, black_box(&text))));
        if count <= MAX_REGEX_WORDS {
            let part = common::cut(&text, if count > 1_000 { REGEX_BYTES } else { text.len() });
            let regex = alternation(&words);
            group.throughput(Throughput::Bytes(part.len() as u64));
            group.bench_function("regex", |b| b.iter(|| regex.find_iter(black_box(part.as_bytes())).count()));
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = words
}
criterion_main!(benches);
