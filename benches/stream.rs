//! Streams under the full policy: the whole text in chunks of each size against the same text in one push, and what is held.

#![allow(missing_docs)]

mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use banister::{Guardrail, Source, StreamGuard};
use common::policies;
use common::streams::{chunks, kinds, stream};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn sizes(c: &mut Criterion) {
    let guardrail = policies::full();
    for (name, text) in kinds() {
        let mut group = c.benchmark_group(format!("stream/{name}"));
        group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("whole", |b| b.iter(|| stream(&guardrail, black_box(&text), text.len())));
        for size in [1, 4, 16, 64, 1024] {
            group.bench_function(format!("{size}"), |b| b.iter(|| stream(&guardrail, black_box(&text), size)));
        }
        group.finish();
    }
    table(&guardrail);
}

/// What a reader of the stream notices, in chunks of four bytes.
fn table(guardrail: &Guardrail) {
    let bound = guardrail.buffer_limit();
    println!("\nIn chunks of 4 bytes; the policy's hold bound is {} bytes, set by {:?}.", bound.bytes(), bound.rule());
    println!("| text | bytes read before the first release | largest hold | added time per chunk |");
    println!("|---|---|---|---|");
    for (name, text) in kinds() {
        let mut guard = StreamGuard::new(guardrail, Source::Output);
        let (mut read, mut first, mut held) = (0, None, 0);
        for chunk in chunks(&text, 4) {
            read += chunk.len();
            if !guard.push(chunk).is_empty() && first.is_none() {
                first = Some(read);
            }
            held = held.max(guard.buffered_bytes());
        }
        let first = first.map_or_else(|| "never".to_owned(), |bytes| bytes.to_string());
        println!("| {name} | {first} | {held} | {} ns |", added(guardrail, &text).as_nanos());
    }
}

/// The time a chunk adds to the time the text takes in one push.
fn added(guardrail: &Guardrail, text: &str) -> Duration {
    let least = |size| {
        let time = || {
            let start = Instant::now();
            black_box(stream(guardrail, text, size));
            start.elapsed()
        };
        (0..7).map(|_| time()).min().unwrap_or_default()
    };
    let chunks = u32::try_from(chunks(text, 4).count()).unwrap_or(u32::MAX);
    least(4).saturating_sub(least(text.len())) / chunks.max(1)
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
    targets = sizes
}
criterion_main!(benches);
