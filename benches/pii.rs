//! All of Bedrock's 31 entity types, against patterns that only look like them: without checks, context words or overlaps settled.

#![allow(missing_docs)]

mod common;

use std::hint::black_box;
use std::time::Duration;

use banister::{Guardrail, Source};
use common::patterns::PATTERNS;
use common::policies;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use regex::bytes::{Regex, RegexSet};

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
