//! What the layer adds to a request of about 2 KB, besides the evaluation of its text: no more than one parse of it.
//!
//! The policy has one word, so most of the work is the body's: it is parsed, its text fields are found, unescaped and evaluated.

#![allow(missing_docs)]

#[path = "common/mod.rs"]
mod common;

use std::hint::black_box;

use banister::{BodyGuard, Conversation, Operation, Source};
use common::{bodies, policies};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn bodies(c: &mut Criterion) {
    let body = bodies::claude_request();
    let value: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let texts = bodies::texts(&value);
    let guardrail = policies::word_filter(&["xylophone".to_owned()]);
    let guard = BodyGuard::new(&guardrail, &Conversation::new());
    let mut group = c.benchmark_group("bodies");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("serde_json::Value", |b| {
        b.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(body.as_bytes())).expect("JSON"));
    });
    group.bench_function("its text alone", |b| {
        b.iter(|| {
            texts.iter().map(|text| guardrail.assess(Source::Input, black_box(text)).findings().len()).sum::<usize>()
        });
    });
    group.bench_function("body with its text", |b| {
        b.iter(|| guard.inspect_request(Operation::InvokeModel, black_box(body.as_bytes())).expect("a request"));
    });
    group.finish();
}

criterion_group!(benches, bodies);
criterion_main!(benches);
