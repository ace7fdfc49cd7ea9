//! All of Bedrock's 31 entity types, against patterns that only look like them: without checks, context words or overlaps settled.

#![allow(missing_docs)]

mod common;

use std::hint::black_box;
use std::time::Duration;

use banister::{Guardrail, Source};
use common::policies;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use regex::bytes::{Regex, RegexSet};

/// A pattern for each of the 31 types, such as one finds in guides and in other libraries. Bytes and ASCII classes: with Unicode
/// boundaries they would be many times slower on text that is not ASCII.
const PATTERNS: [&str; 31] = [
    r"(?-u)\b\d{1,5} [A-Z][a-z]+ (?:Street|St|Avenue|Ave|Road|Rd|SubstreamId|Drive|Court)\b",
    r"(?i-u)\b\d{1,3} years? old\b",
    r"(?-u)\b(?:Mr|Mrs|Ms|Dr)\.? [A-Z][a-z]+(?: [A-Z][a-z]+)?\b",
    r"(?-u)\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b",
    r"(?-u)(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b",
    r"(?i-u)\buser ?name[:= ]+[a-z0-9_.-]{3,32}",
    r"(?i-u)\bpassword[:= ]+\S{6,64}",
    r"(?i-u)\blicen[cs]e[:# ]+[A-Z]?\d{7,9}\b",
    r"(?i-u)\bplate[:# ]+[A-Z0-9]{2,4}[ -][A-Z0-9]{2,4}\b",
    r"(?-u)\b[A-HJ-NPR-Z0-9]{17}\b",
    r"(?i-u)\bcvv[:# ]+\d{3,4}\b",
    r"(?-u)\b(?:0[1-9]|1[0-2])/(?:\d{4}|\d{2})\b",
    r"(?-u)\b(?:\d[ -]?){12,18}\d\b",
    r"(?i-u)\bpin[:# ]+\d{4,6}\b",
    r"(?-u)\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b",
    r"(?-u)\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b",
    r"(?-u)\b(?:\d{1,3}\.){3}\d{1,3}\b",
    r"(?-u)\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b",
    r"(?-u)\bhttps?://[^\s]{1,2048}",
    r"(?-u)\bAKIA[A-Z0-9]{16}\b",
    r"(?i-u)\bsecret[:= ]+[A-Za-z0-9/+]{40}\b",
    r"(?i-u)\baccount[:# ]+\d{6,17}\b",
    r"(?i-u)\brouting[:# ]+\d{9}\b",
    r"(?-u)\b9\d{2}-[5-9]\d-\d{4}\b",
    r"(?i-u)\bpassport[:# ]+[A-Z]?\d{8,9}\b",
    r"(?-u)\b\d{3}-\d{2}-\d{4}\b",
    r"(?i-u)\bhealth[:# ]+\d{4}[ -]\d{3}[ -]\d{3}\b",
    r"(?-u)\b\d{3}[ -]\d{3}[ -]\d{3}\b",
    r"(?-u)\b\d{3}[ -]\d{3}[ -]\d{4}\b",
    r"(?-u)\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
    r"(?i-u)\butr[:# ]+\d{10}\b",
];

fn assess(guardrail: &Guardrail, text: &str) -> usize {
    guardrail.assess(Source::Input, text).findings().len()
}

fn types(c: &mut Criterion) {
    let messages = common::chat();
    let text = common::english();
    let table = common::table();
    let guardrail = policies::all_types();
    let regexes: Vec<_> = PATTERNS.iter().map(|pattern| Regex::new(pattern).expect("a pattern of the bench")).collect();
    let set = RegexSet::new(PATTERNS).expect("patterns of the bench");
    println!("{} findings in {} bytes", assess(&guardrail, &text), text.len());

    let mut group = c.benchmark_group("pii");
    group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("table look-up", |b| b.iter(|| common::look_up(&table, black_box(text.as_bytes()))));
    group.bench_function("banister", |b| b.iter(|| assess(&guardrail, black_box(&text))));
    group.bench_function("regexes one by one", |b| {
        b.iter(|| regexes.iter().map(|regex| regex.find_iter(black_box(text.as_bytes())).count()).sum::<usize>());
    });
    // A set only says which patterns match, so it is asked for each message.
    let size = messages.iter().map(String::len).sum::<usize>();
    group.throughput(Throughput::Bytes(size as u64));
    group.bench_function("regex set, by message", |b| {
        b.iter(|| {
            messages.iter().map(|message| set.matches(black_box(message.as_bytes())).iter().count()).sum::<usize>()
        });
    });
    group.bench_function("banister, by message", |b| {
        b.iter(|| messages.iter().map(|message| assess(&guardrail, black_box(message))).sum::<usize>());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = types
}
criterion_main!(benches);
