//! The full policy: all entity types, 10,000 words, 30 topics, 30 regexes.

#![allow(missing_docs)]

mod common;

use std::hint::black_box;
use std::time::Duration;

use banister::{Guardrail, Policy, Source};
use common::policies;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn assess(guardrail: &Guardrail, text: &str) -> usize {
    guardrail.assess(Source::Input, text).findings().len()
}

/// The text with something to be found in every hundred bytes.
fn dense(text: &str) -> String {
    const VALUES: [&str; 5] = [
        "jane.roe@example.com",
        "4111 1111 1111 1111",
        "+1 415 555 2671",
        "DE89 3704 0044 0532 0130 00",
        "https://example.com/a",
    ];
    let mut out = String::new();
    for (at, part) in common::streams::chunks(text, 80).enumerate() {
        out.push_str(part);
        out.push(' ');
        out.push_str(VALUES[at % VALUES.len()]);
        out.push(' ');
    }
    common::cut(&out, common::TEXT_BYTES)
}

fn texts(c: &mut Criterion) {
    let guardrail = policies::full();
    let messages = common::chat();
    let english = common::english();
    let table = common::table();
    let mut group = c.benchmark_group("policy");
    group.sample_size(10).throughput(Throughput::Bytes(english.len() as u64));
    group.bench_function("table look-up", |b| b.iter(|| common::look_up(&table, black_box(english.as_bytes()))));
    group.bench_function("english, by message", |b| {
        b.iter(|| messages.iter().map(|message| assess(&guardrail, black_box(message))).sum::<usize>());
    });
    let texts = [
        ("english", english.clone()),
        ("dense", dense(&english)),
        ("chinese", common::chinese()),
        ("russian", common::russian()),
        ("french", common::french()),
    ];
    for (name, text) in &texts {
        println!("{name}: {} findings in {} bytes", assess(&guardrail, text), text.len());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(*name, |b| b.iter(|| assess(&guardrail, black_box(text))));
    }
    // Regexes that match nothing here.
    let twice = policies::guardrail(&policies::full_yaml(60));
    group.throughput(Throughput::Bytes(english.len() as u64));
    group.bench_function("english, twice the regexes", |b| b.iter(|| assess(&twice, black_box(&english))));
    group.finish();
}

fn compile(c: &mut Criterion) {
    let yaml = policies::full_yaml(30);
    let mut group = c.benchmark_group("compile");
    group.sample_size(10);
    group.bench_function("full policy", |b| {
        b.iter(|| Policy::from_yaml(black_box(&yaml)).expect("a policy of the bench"))
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = texts, compile
}
criterion_main!(benches);
