//! A search for text that costs the most instructions per byte, by mutation. It runs under callgrind, which counts; see `search`.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use banister::{Guardrail, Source};

use crate::measured;
use crate::text::{HOSTILE, ORDINARY, Rng};

/// Bytes of a text: longer than all but the longest values, short enough to try many.
const BYTES: usize = 3072;

/// The number of texts from which mutations start.
const KEPT: usize = 24;

/// The number of texts that are printed.
const SHOWN: usize = 16;

/// What mutations insert, besides the units of hostile text: parts of values, separators, keywords.
const PARTS: &[&str] = &[
    " ", "\n", "-", ".", "/", ":", ",", "(", ")", "+", "=", "_", "@", "%", "'", "\"", "*", "|", "<", ">", "[", "{", ";", "#", "~", "\\", "0",
    "1", "4", "9", "00", "12", "123", "1234", "0000", "5 5 0", "a", "A", "x", "Z9", "ff", "é", "中", "²", "３", "①", "½", "\u{fb01}", "\u{301}", "\u{200b}", "the ", "is ", "A1 ",
    "B", "Ab", "abc.", "com", ".com/", "www.", "https://", "name: ", "Dear ", "Mr. ", "John ", "Smith ", "van ", "St ", "Street", "Main ", "PO Box ", "card ",
    "account ", "phone ", "ssn ", "born ", "May ", "years old", "passport ", "license ", "iban ", "GB82", "DE89 ", "token=", "secret: ", "api_key=",
    "Bearer ", "Basic ", "sk-", "ghp_", "-----", "BEGIN ", "PRIVATE KEY", "mongodb://", "user:", "login ", "::1", "fe80:", "00:", "192.168.", "%40", "\\u0031",
    "&#49;", "P<", "<<", "0x", "bc1", "QUJD", "==", "ext. ", "x12", "plate ", "VIN ", "swift ", "DEUT", "dob: ", "exp ", "12/", "pin ", "cvv ",
];

/// A text and its instructions per byte.
struct Tried {
    unit: String,
    cost: u64,
}

/// Counts the instructions of a text by the dumps of callgrind.
struct Counter {
    dumps: PathBuf,
    number: usize,
}

impl Counter {
    /// The instructions of the last call of `measured`.
    fn last(&mut self) -> u64 {
        self.number += 1;
        let path = self.dumps.with_extension(self.number.to_string());
        let dump = std::fs::read_to_string(&path).expect("callgrind writes a dump after each call: run `search`");
        let _ = std::fs::remove_file(&path);
        let counts = dump.lines().find_map(|line| line.strip_prefix("summary: ").or_else(|| line.strip_prefix("totals: ")));
        counts.and_then(|count| count.trim().parse().ok()).expect("a dump has a sum")
    }

    /// The instructions per byte, of the second reading: the first one determinizes.
    fn cost(&mut self, guardrail: &Guardrail, text: &str) -> u64 {
        black_box(guardrail.assess(Source::Output, text));
        measured(guardrail, text);
        self.last() / text.len().max(1) as u64
    }
}

/// Searches from a seed for so long, and prints the worst texts: all units of hostile text, then mutations.
pub fn search(policy: &str, seed: u64, time: Duration) {
    let guardrail = crate::policies::policy(policy);
    let dumps = std::env::var_os("BANISTER_DUMPS").map(PathBuf::from).expect("run `search`, which sets BANISTER_DUMPS");
    let mut counter = Counter { dumps, number: 0 };
    let mut rng = Rng(seed);
    let ordinary = filled(ORDINARY, 4 * BYTES);
    let of_ordinary = counter.cost(&guardrail, &ordinary).max(1);
    let times = |cost: u64| cost as f64 / of_ordinary as f64;
    println!("ordinary text: {of_ordinary} instructions per byte");
    let first: Vec<String> = HOSTILE.iter().map(|unit| (*unit).to_owned()).chain(of_values(&mut rng)).collect();
    let mut kept: Vec<Tried> = Vec::new();
    let (start, mut round) = (Instant::now(), 0);
    while round < HOSTILE.len() || start.elapsed() < time {
        let unit = match first.get(round) {
            Some(unit) => unit.clone(),
            None => mutated(&kept, &mut rng),
        };
        round += 1;
        if kept.iter().any(|tried| tried.unit == unit) {
            continue;
        }
        let cost = counter.cost(&guardrail, &filled(&unit, BYTES));
        let at = kept.partition_point(|tried| tried.cost > cost);
        if at == 0 {
            println!("round {round}: {cost} instructions per byte, {:.1} x ordinary: {unit:?}", times(cost));
        }
        kept.insert(at, Tried { unit, cost });
        kept.truncate(KEPT);
    }
    println!("\n{round} rounds\n\n| text, repeated | instructions per byte | x ordinary | of four times the length |\n|---|---|---|---|");
    for tried in kept.iter().take(SHOWN) {
        let longer = counter.cost(&guardrail, &filled(&tried.unit, 4 * BYTES));
        println!("| {:?} | {} | {:.1} | {longer} |", tried.unit, tried.cost, times(tried.cost));
    }
    println!("\nordinary text after all of this: {} instructions per byte", counter.cost(&guardrail, &ordinary));
}

/// Returns units of the values in the tests of entities, and of the prefixes of keys: each with what is before it, cut at its end by
/// one of the lengths below and followed by a separator. In the order of a shuffle, so that each time finds some of every kind.
fn of_values(rng: &mut Rng) -> Vec<String> {
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
    let mut values = Vec::new();
    for file in std::fs::read_dir(format!("{repository}tests/data/entities")).expect("the tests have cases of entities") {
        let cases = std::fs::read_to_string(file.expect("the folder is read").path()).unwrap_or_default();
        for case in cases.lines().filter_map(|line| line.split_once("<<")) {
            let (before, rest) = case;
            let before = before.trim_start_matches([' ', '-', '"']);
            values.extend(rest.split_once(">>").map(|(value, _)| (before.to_owned(), value.to_owned())));
        }
    }
    let vendors = std::fs::read_to_string(format!("{repository}src/detect/entity/secret/vendors.rs")).expect("the table of vendors");
    let prefix = |line: &str| line.strip_suffix(';')?.split('"').nth(3).map(|prefix| (String::new(), prefix.replace("[.]", ".") + "a1b2c3d4"));
    values.extend(vendors.lines().filter_map(prefix));
    let mut units = Vec::new();
    for (before, value) in values {
        let ends = [value.len(), value.len().saturating_sub(1), value.len() / 2, 6, 12];
        for end in ends.into_iter().filter_map(|end| value.get(..end.min(value.len()))) {
            let separator = [" ", "-", ".", "", "/", ":", "\n", "_"][rng.below(8)];
            let before = if rng.below(2) == 0 { before.as_str() } else { "" };
            units.push(format!("{before}{end}{separator}"));
        }
    }
    units.sort_unstable();
    units.dedup();
    for index in (1..units.len()).rev() {
        units.swap(index, rng.below(index + 1));
    }
    units
}

/// The unit, repeated.
pub fn filled(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes.div_ceil(unit.len().max(1)))
}

/// A mutation of one of the texts, the worse ones more often.
fn mutated(kept: &[Tried], rng: &mut Rng) -> String {
    let pick = |rng: &mut Rng| {
        let limit = 1 + rng.below(kept.len());
        kept[rng.below(limit)].unit.clone()
    };
    let part = |rng: &mut Rng| match rng.below(4) {
        0 => HOSTILE[rng.below(HOSTILE.len())].to_owned(),
        1 => char::from(b' ' + rng.below(95) as u8).to_string(),
        _ => PARTS[rng.below(PARTS.len())].to_owned(),
    };
    let mut unit = pick(rng);
    for _ in 0..1 + rng.below(3) {
        let boundaries: Vec<usize> = unit.char_indices().map(|(at, _)| at).chain([unit.len()]).collect();
        let at = |rng: &mut Rng| boundaries[rng.below(boundaries.len())];
        let (a, b) = (at(rng), at(rng));
        let (from, to) = (a.min(b), a.max(b));
        match rng.below(6) {
            0 | 1 => unit.insert_str(from, &part(rng)),
            2 => unit.replace_range(from..to, &part(rng)),
            3 => unit.replace_range(from..to, ""),
            4 => {
                let repeated = unit[from..to].to_owned();
                unit.insert_str(to, &repeated);
            }
            _ => unit.push_str(&pick(rng)),
        }
        if unit.is_empty() || unit.len() > 200 {
            return part(rng);
        }
    }
    unit
}

/// Texts that follow from each other by mutation, whatever they cost.
#[derive(Default)]
pub struct Mutations(Vec<Tried>);

impl Mutations {
    pub fn next(&mut self, rng: &mut Rng) -> String {
        let Self(kept) = self;
        let unit = match HOSTILE.get(kept.len()) {
            Some(unit) => (*unit).to_owned(),
            None => mutated(kept, rng),
        };
        kept.push(Tried { unit: unit.clone(), cost: 0 });
        unit
    }
}
