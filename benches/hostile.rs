//! Text that keeps as many starts of values alive as it can, under all entity types: nanoseconds a byte, whole and in chunks of four
//! bytes, for texts of two lengths. Linear work means that the length changes nothing.
//!
//! `cargo bench --bench hostile` prints a table. Criterion has no part in it: a text that took quadratic time would take minutes.

#![allow(missing_docs)]

#[path = "common/hostile.rs"]
mod hostile;

use std::hint::black_box;
use std::time::Instant;

use banister::{Guardrail, Policy, Source, StreamGuard};

/// Nanoseconds a byte.
fn cost(guardrail: &Guardrail, text: &str, size: usize) -> f64 {
    let chunks = text.len().div_ceil(size);
    let start = Instant::now();
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let mut at = 0;
    for _ in 0..chunks {
        let end = (at + size).min(text.len());
        let end = (end..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
        black_box(guard.push(&text[at..end]));
        at = end;
    }
    black_box(guard.finish());
    start.elapsed().as_secs_f64() * 1e9 / text.len() as f64
}

fn main() {
    let yaml = "{version: 1, name: all, pii: [{types: [ALL], action: detect}]}";
    let guardrail = Guardrail::new(Policy::from_yaml(yaml).expect("valid"));
    println!("hold bound: {} bytes\n", guardrail.buffer_limit().bytes());
    println!("| unit | 16 kB whole | 256 kB whole | 16 kB in 4 | 256 kB in 4 |");
    println!("|---|---|---|---|---|");
    for unit in hostile::UNITS.iter() {
        let text = |bytes: usize| unit.repeat(bytes / unit.len());
        let cells = [(16_000, usize::MAX), (256_000, usize::MAX), (16_000, 4), (256_000, 4)]
            .map(|(bytes, size)| format!("{:.0}", cost(&guardrail, &text(bytes), size.min(bytes))));
        println!("| {unit:?} | {} |", cells.join(" | "));
    }
}
