//! The cost of each entity type alone on hostile text.

use std::hint::black_box;

use banister::{EntityType, Guardrail, Policy, Source};
use cpu_time::ThreadTime;

use crate::text::{HOSTILE, workload};

/// The least time of the processor for so many readings, after one that determinizes.
pub fn ns_per_byte(guardrail: &Guardrail, text: &str, readings: usize) -> f64 {
    let read = || {
        let start = ThreadTime::now();
        black_box(guardrail.assess(Source::Output, text));
        start.elapsed()
    };
    read();
    let least = (0..readings).map(|_| read()).min().unwrap_or_default();
    least.as_secs_f64() * 1e9 / text.len() as f64
}

/// Prints nanoseconds a byte of each type alone, on each hostile text, from the worst on.
pub fn each(bytes: usize, units: &[String]) {
    let mut rows = Vec::new();
    for entity in EntityType::ALL {
        let yaml = format!("version: 1\nname: each\npii: [{{types: [{}], action: detect}}]\n", entity.name());
        let guardrail = Guardrail::new(Policy::from_yaml(&yaml).expect("a policy of one type is valid"));
        let own: Vec<&str> = units.iter().map(String::as_str).collect();
        for &unit in if own.is_empty() { &*HOSTILE } else { &own } {
            let text = workload(unit, bytes);
            rows.push((ns_per_byte(&guardrail, &text, 2), entity.name(), unit));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (cost, name, unit) in rows.iter().take(150) {
        println!("{cost:9.1} {name} {unit:?}");
    }
}
