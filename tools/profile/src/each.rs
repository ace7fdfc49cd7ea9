//! The cost of each entity type alone on hostile text.

use std::hint::black_box;

use banister::{EntityType, Guardrail, Policy, Source};

use crate::text::{HOSTILE, workload};

/// Nanoseconds of CPU time of this thread.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0)
}

/// Prints nanoseconds a byte of each type alone, on each hostile text, from the worst on.
pub fn each(bytes: usize, units: &[String]) {
    let mut rows = Vec::new();
    for entity in EntityType::ALL {
        let yaml = format!("version: 1\nname: each\npii: [{{types: [{}], action: detect}}]\n", entity.name());
        let guardrail = Guardrail::new(Policy::from_yaml(&yaml).expect("a policy of one type is valid"));
        let own: Vec<&str> = units.iter().map(String::as_str).collect();
        for &unit in if own.is_empty() { HOSTILE } else { &own } {
            let text = workload(unit, bytes);
            black_box(guardrail.assess(Source::Output, &text));
            let best = (0..2)
                .map(|_| {
                    let start = cpu();
                    black_box(guardrail.assess(Source::Output, &text));
                    cpu() - start
                })
                .min();
            rows.push((best.unwrap_or(0) as f64 / text.len() as f64, entity.name(), unit));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (cost, name, unit) in rows.iter().take(150) {
        println!("{cost:9.1} {name} {unit:?}");
    }
}
