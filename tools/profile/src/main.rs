//! Fixed workloads for callgrind, and the findings of all text at hand, to compare two commits. See `README.md`.

#[path = "../../../benches/common/mod.rs"]
mod common;
mod each;
mod fixed;
mod policies;
mod search;
mod text;
mod worn;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

use banister::{Guardrail, Source, StreamGuard};
use text::{HOSTILE, Rng, folder, mixed, texts, workload};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize, default: &str| arguments.get(index).cloned().unwrap_or_else(|| default.to_owned());
    match argument(0, "").as_str() {
        "work" => {
            let number = |index, default| argument(index, default).parse().expect("a number of bytes");
            work(&argument(1, "chat"), &argument(2, "types"), number(3, "65536"), number(4, "0"));
        }
        "fixed" => {
            fixed::fixed(&argument(1, "text"), &argument(2, "types"), argument(3, "1").parse().expect("a number"))
        }
        "times" => times(&argument(1, "types"), arguments.get(2..).unwrap_or_default()),
        "search" => {
            let seconds = argument(3, "900").parse().expect("a number of seconds");
            search::search(&argument(1, "world"), argument(2, "1").parse().expect("a seed"), Duration::from_secs(seconds));
        }
        "each" => each::each(argument(1, "65536").parse().expect("a number of bytes"), arguments.get(2..).unwrap_or_default()),
        "worn" => {
            let number = |index, default| argument(index, default).parse().expect("a number");
            worn::worn(&argument(1, "world"), number(2, "1"), number(3, "1000") as usize);
        }
        "findings" => findings(&argument(1, "all")),
        _ => eprintln!("usage: profile work WORKLOAD POLICY BYTES [CHUNK] | fixed KIND POLICY NUMBER | times POLICY [WORKLOAD...] | each BYTES UNIT... | search POLICY SEED SECONDS | findings POLICY"),
    }
}

/// The part that callgrind counts.
#[inline(never)]
fn measured(guardrail: &Guardrail, text: &str) -> usize {
    black_box(guardrail.assess(Source::Output, text)).findings().len()
}

/// The part that callgrind counts, of a stream.
#[inline(never)]
fn measured_stream(guardrail: &Guardrail, chunks: &[&str]) -> usize {
    stream(guardrail, chunks)
}

fn stream(guardrail: &Guardrail, chunks: &[&str]) -> usize {
    let mut guard = StreamGuard::new(guardrail, Source::Output);
    let released: usize = chunks.iter().map(|chunk| black_box(guard.push(chunk)).len()).sum();
    released + black_box(guard.finish()).len()
}

/// Reads the text of a workload whole, or in chunks of so many bytes.
fn work(name: &str, policy: &str, bytes: usize, chunk: usize) {
    let (guardrail, text) = (policies::policy(policy), workload(name, bytes));
    if chunk > 0 {
        let chunks: Vec<&str> = chunks(&text, chunk).collect();
        stream(&guardrail, &chunks);
        return println!("{} bytes released of {}", measured_stream(&guardrail, &chunks), text.len());
    }
    // The first time determinizes.
    black_box(guardrail.assess(Source::Output, &text));
    let count = measured(&guardrail, &text);
    println!("{count} findings in {} bytes", text.len());
}

/// Returns the text in chunks of at least `size` bytes.
fn chunks(text: &str, size: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = (size..rest.len()).find(|&end| rest.is_char_boundary(end)).unwrap_or(rest.len());
        let (chunk, after) = rest.split_at(end);
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Nanoseconds a byte of some workloads, long ones, or of every one, and how often that of the first it is: the best of some rounds.
fn times(policy: &str, names: &[String]) {
    let guardrail = policies::policy(policy);
    let all = || ["chat", "prose", "logs", "csv", "json", "dense", "zh", "ru"].iter().chain(HOSTILE.iter()).copied();
    let (names, bytes, rounds): (Vec<&str>, _, _) = if names.is_empty() {
        (all().collect(), 64 << 10, 5)
    } else {
        (names.iter().map(String::as_str).collect(), 512 << 10, 20)
    };
    let mut chat = None;
    for name in names {
        let text = workload(name, bytes);
        let best = each::ns_per_byte(&guardrail, &text, rounds);
        let chat = *chat.get_or_insert(best);
        println!("{:>16} {best:9.2} ns/byte {:7.2} x chat", format!("{name:?}"), best / chat);
    }
}

/// Prints every finding of all text at hand, whole and in chunks, and a digest of what each chunk releases.
fn findings(policy: &str) {
    let guardrail = policies::policy(policy);
    let mut all: Vec<String> = Vec::new();
    let files = [
        "pii/presidio_synth_v2.jsonl",
        "pii/piianon_sample.jsonl",
        "pii/rt_email.jsonl",
        "pii/rt_ipaddress.jsonl",
        "pii/rt_phonenumber.jsonl",
        "pii/rt_url.jsonl",
        "names/addresses.jsonl",
        "names/templates.jsonl",
        "names/btc.jsonl",
        "names/eu_fr.jsonl",
        "names/litbank.jsonl",
    ];
    for file in files {
        all.extend(texts(&folder().join(file)).chunks(8).map(|texts| texts.join("\n")));
    }
    for name in ["chat", "prose", "logs", "csv", "json", "dense", "zh", "ru"] {
        all.push(workload(name, 100_000));
    }
    all.extend(HOSTILE.iter().map(|unit| workload(unit, 1_000)));
    all.extend(mixed(6_000));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut rng = Rng(3);
    for (number, text) in all.iter().enumerate() {
        let assessment = guardrail.assess(Source::Output, text);
        for finding in assessment.findings() {
            let _ = writeln!(out, "{number} {} {:?}", finding.rule(), finding.span());
        }
        let size = 1 + rng.below(12);
        let (releases, findings) = streamed(&guardrail, text, size);
        let _ = writeln!(out, "{number} chunks of {size}: releases {releases:016x}, findings {findings:016x}");
    }
}

/// Digests of what each chunk of a stream releases, and of its findings and all that it releases.
fn streamed(guardrail: &Guardrail, text: &str, size: usize) -> (u64, u64) {
    let (mut findings, mut all) = (DefaultHasher::new(), String::new());
    let (mut hash, mut guard) = (DefaultHasher::new(), StreamGuard::new(guardrail, Source::Output));
    for chunk in chunks(text, size) {
        let released = guard.push(chunk);
        released.hash(&mut hash);
        all.push_str(released);
        guard.buffered_bytes().hash(&mut hash);
    }
    all.push_str(guard.finish());
    for finding in guard.assessment().findings() {
        (finding.rule(), finding.span().start(), finding.span().end()).hash(&mut findings);
    }
    all.hash(&mut findings);
    (hash.finish(), findings.finish())
}
