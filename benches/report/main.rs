//! The tables of `benches/README.md`: Banister and what checks nothing, on the same text in one run.
//!
//! Rows of a table run in turn, round after round, and each reports the median of its rounds in CPU time of its thread, so that other
//! load on the machine changes all rows alike.

#![allow(missing_docs)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../tools/profile/src/text.rs"]
#[allow(dead_code, unreachable_pub)]
mod text;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use banister::{Guardrail, Policy, Source};
use common::patterns::PATTERNS;
use common::policies;
use cpu_time::ThreadTime;
use regex::bytes::{Regex, RegexSet};
use regex_automata::meta;
use regex_automata::util::syntax;

const BYTES: usize = 64 << 10;
const ROUNDS: usize = 9;
/// The least time of one measurement.
const LEAST: Duration = Duration::from_millis(5);

/// Kinds of text: the heading, and the workload.
const KINDS: [(&str, &str); 11] = [
    ("chat", "chat"),
    ("prose", "prose"),
    ("code", "code"),
    ("logs", "logs"),
    ("JSON", "json"),
    ("CSV of numbers", "csv"),
    ("Chinese", "zh"),
    ("Cyrillic", "ru"),
    ("dense personal data", "dense"),
    ("hostile: `1 `", "1 "),
    ("hostile: `password=`", "password="),
];

fn main() {
    let set = RegexSet::new(PATTERNS).expect("patterns of the bench");
    let one_by_one: Vec<_> =
        PATTERNS.iter().map(|pattern| Regex::new(pattern).expect("a pattern of the bench")).collect();
    let bytes = syntax::Config::new().utf8(false);
    let multi = meta::Builder::new().syntax(bytes).build_many(&PATTERNS).expect("patterns of the bench");
    let (types, full) = (policies::all_types(), policies::full());
    let (tagged, filters) = (policies::types_with_models(), policies::types_with_filters());

    println!(
        "| {} KiB of | 31 types | with `strictness` | with content filters | full policy | regexes one by one | `RegexSet`, without spans \
         | 31 types, of their speed on chat |",
        BYTES >> 10
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut of_chat = None;
    for (heading, name) in KINDS {
        let Some(text) = kind(name) else {
            println!("| {heading} | no text at hand | | | | | | |");
            continue;
        };
        let bytes = text.as_bytes();
        let times = medians(&mut [
            &mut || multi.find_iter(black_box(bytes)).count(),
            &mut || assess(&types, &text),
            &mut || assess(&tagged, &text),
            &mut || assess(&filters, &text),
            &mut || assess(&full, &text),
            &mut || one_by_one.iter().map(|regex| regex.find_iter(black_box(bytes)).count()).sum(),
            &mut || set.matches(black_box(bytes)).iter().count(),
        ]);
        let per_byte = times[1] / bytes.len() as f64;
        let of_chat = *of_chat.get_or_insert(per_byte) / per_byte;
        let ratios: Vec<String> = times[1..].iter().map(|time| ratio(times[0] / time)).collect();
        println!("| {heading} | {} | {} |", ratios.join(" | "), ratio(of_chat));
    }

    println!("\n| words | word filter, of the overlapping `aho-corasick` DFA |\n|---|---|");
    let chat = kind("chat").unwrap_or_default();
    for count in [100, 1_000, 10_000, 100_000] {
        let words = common::words(count);
        let filter = policies::word_filter(&words);
        let automaton =
            AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).ascii_case_insensitive(true).build(&words);
        let automaton = automaton.expect("plain words");
        let times = medians(&mut [&mut || automaton.find_overlapping_iter(black_box(&chat)).count(), &mut || {
            assess(&filter, &chat)
        }]);
        println!("| {count} | {} |", ratio(times[0] / times[1]));
    }

    println!("\n| prompt | 31 types | full policy |\n|---|---|---|");
    for size in [100, 500, 4 << 10, 32 << 10] {
        let text = common::cut(&chat, size);
        let times = medians(&mut [&mut || assess(&types, &text), &mut || assess(&full, &text)]);
        let micros: Vec<String> = times.iter().map(|time| format!("{:.1} µs", time / 1e3)).collect();
        println!("| {size} bytes | {} |", micros.join(" | "));
    }

    let yaml = policies::full_yaml(30);
    let compiled =
        medians(&mut [&mut || Guardrail::new(Policy::from_yaml(&yaml).expect("valid")).policy().rules().len()]);
    println!("\nThe full policy compiles in {:.0} ms.", compiled[0] / 1e6);
}

fn assess(guardrail: &Guardrail, text: &str) -> usize {
    guardrail.assess(Source::Input, black_box(text)).findings().len()
}

/// Text of a kind, or `None` if its file is absent.
fn kind(name: &str) -> Option<String> {
    let text = match name {
        "code" => common::cut(&code(), BYTES),
        // A workload without its file would be its name, repeated.
        "chat" | "prose" | "zh" | "ru" | "dense" if !text::folder().join("text").is_dir() => return None,
        name => text::workload(name, BYTES),
    };
    (text.len() > BYTES - 4).then_some(text)
}

/// The library's own source.
fn code() -> String {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bedrock")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

/// The median time of each row, in nanoseconds.
fn medians(rows: &mut [&mut dyn FnMut() -> usize]) -> Vec<f64> {
    let repeats: Vec<u32> = rows.iter_mut().map(|row| repeats(row)).collect();
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); rows.len()];
    for _ in 0..ROUNDS {
        for ((row, &repeats), times) in rows.iter_mut().zip(&repeats).zip(&mut times) {
            times.push(time(row, repeats).as_secs_f64() * 1e9 / f64::from(repeats));
        }
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    times.into_iter().map(median).collect()
}

/// How often a row runs in one measurement. The first runs are not counted: automata are completed in them.
fn repeats(row: &mut dyn FnMut() -> usize) -> u32 {
    let mut repeats = 1;
    while time(row, repeats) < LEAST {
        repeats *= 2;
    }
    repeats
}

fn time(row: &mut dyn FnMut() -> usize, repeats: u32) -> Duration {
    let start = ThreadTime::now();
    for _ in 0..repeats {
        black_box(row());
    }
    start.elapsed()
}

fn ratio(value: f64) -> String {
    if value < 0.1 { format!("{value:.3}") } else { format!("{value:.2}") }
}
