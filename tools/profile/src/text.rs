//! The text of the workloads: files where they are at hand, and generated text.

#[path = "../../../benches/common/hostile.rs"]
mod hostile;
#[path = "../../../benches/common/ordinary.rs"]
mod ordinary;

use std::fmt::Write;
use std::path::{Path, PathBuf};

pub(crate) use hostile::UNITS as HOSTILE;
pub(crate) use ordinary::ORDINARY;

/// A small generator (SplitMix64): the same numbers on every machine.
pub struct Rng(pub u64);

impl Rng {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap_or(0)
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

/// The folder of the files: `BANISTER_TEXTS`, or `shared/data` beside the repository, whose root may be that of the package.
pub fn folder() -> PathBuf {
    let beside = || {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = ["../shared/data", "../../../shared/data"].map(|folder| package.join(folder));
        folders.into_iter().find(|folder| folder.is_dir()).unwrap_or_default()
    };
    std::env::var_os("BANISTER_TEXTS").map_or_else(beside, PathBuf::from)
}

/// The `text` of each line of a file of JSON lines.
pub fn texts(path: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(path).unwrap_or_default();
    let text =
        |line: &str| Some(serde_json::from_str::<serde_json::Value>(line).ok()?.get("text")?.as_str()?.to_owned());
    lines.lines().filter_map(text).collect()
}

/// The first `bytes` bytes of the text of a workload.
pub fn workload(name: &str, bytes: usize) -> String {
    let mut rng = Rng(7);
    let mut text = String::new();
    match name {
        "chat" => text = texts(&folder().join("text/oasst-chat.jsonl")).join("\n"),
        "prose" => text = std::fs::read_to_string(folder().join("text/sherlock.txt")).unwrap_or_default(),
        "zh" | "ru" => {
            text = std::fs::read_to_string(folder().join(format!("text/opensubtitles-{name}.txt"))).unwrap_or_default();
        }
        "ordinary" => text = ORDINARY.repeat(bytes.div_ceil(ORDINARY.len())),
        "dense" => text = texts(&folder().join("pii/presidio_synth_v2.jsonl")).join("\n"),
        _ => {}
    }
    while text.len() < bytes {
        let (id, ms, user) = (rng.digits(8), rng.below(1000), rng.below(5000));
        // Writing to a string cannot fail.
        let _ = match name {
            "logs" => writeln!(
                text,
                "2026-03-{:02}T{:02}:{:02}:{:02}.{ms:03}Z INFO [worker-{}] request_id={id} GET /v1/users/{user}/orders status={} took {ms} ms, {} bytes from 10.{}.{}.{}",
                1 + rng.below(28),
                rng.below(24),
                rng.below(60),
                rng.below(60),
                rng.below(16),
                [200, 201, 404, 500][rng.below(4)],
                rng.below(100_000),
                rng.below(256),
                rng.below(256),
                rng.below(256)
            ),
            "csv" => writeln!(
                text,
                "{id},{}.{:02},{user},2026-{:02}-{:02},{},{}.{}",
                rng.below(10_000),
                rng.below(100),
                1 + rng.below(12),
                1 + rng.below(28),
                rng.below(1_000_000),
                rng.below(100),
                rng.digits(4)
            ),
            "json" => writeln!(
                text,
                "{{\"id\":{id},\"type\":\"order\",\"items\":[{{\"sku\":\"A-{user}\",\"qty\":{},\"price\":{}.{:02}}}],\"created_at\":\"2026-01-{:02}T10:00:00Z\",\"tags\":[\"new\",\"web\"],\"shipped\":false}}",
                rng.below(9),
                rng.below(500),
                rng.below(100),
                1 + rng.below(28)
            ),
            unit if !unit.is_empty() => write!(text, "{unit}"),
            _ => return String::new(),
        };
    }
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// Text made of pieces of labeled text, units of hostile text and separators, in random order.
pub fn mixed(count: usize) -> Vec<String> {
    let mut rng = Rng(99);
    let mut pieces: Vec<String> = HOSTILE.iter().map(|unit| (*unit).to_owned()).collect();
    for file in
        ["pii/presidio_synth_v2.jsonl", "pii/piianon_sample.jsonl", "pii/rt_phonenumber.jsonl", "names/templates.jsonl"]
    {
        let all = texts(&folder().join(file));
        pieces.extend(all.iter().flat_map(|text| text.split_inclusive(' ').map(str::to_owned)).take(40_000));
    }
    let separators = ["", " ", "\n", "-", ".", ": ", "=", "  ", "\u{200b}", "_", "%20", "\\n", "²", ","];
    (0..count)
        .map(|_| {
            let mut text = String::new();
            for _ in 0..1 + rng.below(40) {
                text.push_str(&pieces[rng.below(pieces.len())]);
                text.push_str(separators[rng.below(separators.len())]);
                if rng.below(4) == 0 {
                    let count = 1 + rng.below(20);
                    text.push_str(&rng.digits(count));
                }
            }
            text
        })
        .collect()
}
