//! Whatever is done to a log shows, and the line is named.

use super::sample::{decision, lines};
use crate::audit::chain::{ChainHead, seal, sha256_hex};
use crate::audit::problem::ChainProblemKind as Kind;
use crate::audit::record::{LogEvent, Opened, Torn};
use crate::audit::report::ChainReport;
use crate::audit::verify::ChainVerifier;
use std::time::SystemTime;

fn log(records: usize) -> Vec<String> {
    let event = |number: usize| {
        let mut decision = decision();
        decision.duration_us = number as u64;
        LogEvent::Decision(Box::new(decision))
    };
    lines(&(0..records).map(event).collect::<Vec<_>>())
}

fn verify(lines: &[String]) -> ChainReport {
    verify_bytes(lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>().as_bytes())
}

fn verify_bytes(bytes: &[u8]) -> ChainReport {
    let mut verifier = ChainVerifier::new();
    verifier.read(Some("log"), bytes).unwrap();
    verifier.finish()
}

fn problems(report: &ChainReport) -> Vec<(u64, Kind)> {
    report.problems().iter().map(|problem| (problem.line(), problem.kind().clone())).collect()
}

#[test]
fn an_untouched_log_is_intact() {
    let report = verify(&log(10));
    assert!(report.is_intact(), "{:?}", report.problems());
    assert_eq!((report.records(), report.lost(), report.torn()), (10, 2, 0));
    assert_eq!((report.chains()[0].first_seq(), report.chains()[0].head().seq()), (1, 10));
}

/// Every byte of a line is covered, its hash included.
#[test]
fn every_changed_byte_is_named() {
    let lines = log(3);
    for at in 0..lines[1].len() {
        let mut changed = lines[1].clone().into_bytes();
        changed[at] ^= 1;
        let text = [lines[0].as_bytes(), b"\n", &changed, b"\n", lines[2].as_bytes(), b"\n"].concat();
        let report = verify_bytes(&text);
        assert!(report.problems().iter().any(|problem| problem.line() == 2), "byte {at}: {:?}", report.problems());
    }
}

#[test]
fn removal_is_named() {
    for removed in 0..9 {
        let mut lines = log(10);
        lines.remove(removed);
        let kind = match removed {
            0 => Kind::Beginning { found: 2 },
            _ => Kind::Missing { expected: removed as u64 + 1, found: removed as u64 + 2 },
        };
        assert_eq!(problems(&verify(&lines)), [(removed as u64 + 1, kind)]);
    }
}

#[test]
fn reordering_is_named() {
    for at in 1..8 {
        let mut lines = log(10);
        lines.swap(at, at + 1);
        let line = at as u64 + 1;
        let expected = [
            (line, Kind::Missing { expected: line, found: line + 1 }),
            (line + 1, Kind::OutOfOrder { expected: line + 2, found: line }),
        ];
        assert_eq!(problems(&verify(&lines)), expected);
    }
    let mut lines = log(10);
    lines.insert(5, lines[2].clone());
    assert_eq!(problems(&verify(&lines)), [(6, Kind::OutOfOrder { expected: 6, found: 3 })]);
}

/// A forger who recomputes the hash of the record cannot make the next one fit.
#[test]
fn replacement_is_named() {
    let mut lines = log(10);
    let head: ChainHead =
        ChainHead::new(4, serde_json::from_str::<serde_json::Value>(&lines[4]).unwrap()["prev"].as_str().unwrap());
    let forged = seal(&head, "sample", 0, SystemTime::UNIX_EPOCH, &LogEvent::Closed).unwrap();
    lines[4] = forged.as_str().to_owned();
    assert_eq!(problems(&verify(&lines)), [(6, Kind::Replaced)]);
}

/// Nothing in a log shows that its end is missing, so the head is compared with one that was kept.
#[test]
fn truncation_shows_against_a_head() {
    let lines = log(10);
    let head = verify(&lines[..8]).chains()[0].head().clone();
    let against = |lines: &[String]| {
        let mut verifier = ChainVerifier::new();
        verifier.expect_head(head.clone());
        lines.iter().for_each(|line| verifier.line(line.as_bytes()));
        problems(&verifier.finish())
    };
    assert_eq!(against(&lines), []);
    assert_eq!(against(&lines[..8]), []);
    let anew = super::sample::lines(&vec![LogEvent::Decision(Box::new(decision())); 10]);
    assert_eq!(against(&anew), [(10, Kind::HeadMissing { expected: 8, last: 10 })]);
    assert_eq!(against(&lines[..7]), [(7, Kind::HeadMissing { expected: 8, last: 7 })]);
    assert_eq!(against(&[]), [(0, Kind::HeadMissing { expected: 8, last: 0 })]);
    assert!(!verify(&lines[..7]).chains()[0].is_closed());
}

#[test]
fn a_chain_may_begin_after_a_known_head() {
    let lines = log(10);
    let head = verify(&lines[..4]).chains()[0].head().clone();
    let mut verifier = ChainVerifier::new();
    verifier.expect_beginning(head);
    lines[4..].iter().for_each(|line| verifier.line(line.as_bytes()));
    assert_eq!(problems(&verifier.finish()), []);
    assert_eq!(problems(&verify(&lines[4..])), [(1, Kind::Beginning { found: 5 })]);
}

#[test]
fn a_torn_line_is_accepted_where_the_next_writer_recorded_it() {
    let lines = log(4);
    let torn = &lines[3][..57];
    let head = verify(&lines[..3]).chains()[0].head().clone();
    let record = |sha256: String, bytes| {
        let event = LogEvent::Opened(Opened { engine: "0.1.0".to_owned(), torn: Some(Torn { bytes, sha256 }) });
        seal(&head, "next", 0, SystemTime::UNIX_EPOCH, &event).unwrap().as_str().to_owned()
    };
    let with = |opened: String| verify(&[&lines[..3], &[torn.to_owned(), opened]].concat());
    let report = with(record(sha256_hex(torn.as_bytes()), 57));
    assert_eq!((problems(&report), report.torn(), report.records()), (vec![], 1, 4));
    assert_eq!(report.chains()[0].writer(), "next");
    assert_eq!(problems(&with(record(sha256_hex(b"other"), 57))), [(4, Kind::NotARecord)]);
    // Before the writer starts again, the line is the last.
    let text = lines[..3].join("\n") + "\n" + torn;
    assert_eq!(problems(&verify_bytes(text.as_bytes())), [(4, Kind::Torn)]);
    // A line of which only the line feed is missing is a record.
    assert!(verify_bytes(lines.join("\n").as_bytes()).is_intact());
}

#[test]
fn chains_of_several_writers_may_be_mixed() {
    let mut heads = [ChainHead::default(), ChainHead::default(), ChainHead::default()];
    let mut mixed = Vec::new();
    for number in 0..30_usize {
        let writer = (number * number + 1) % 3;
        let line = seal(&heads[writer], &format!("w{writer}"), 0, SystemTime::UNIX_EPOCH, &LogEvent::Closed).unwrap();
        heads[writer] = line.head().clone();
        mixed.push(line.as_str().to_owned());
    }
    let report = verify(&mixed);
    assert!(report.is_intact(), "{:?}", report.problems());
    mixed.remove(11);
    assert_eq!(verify(&mixed).problem_count(), 1);
}

/// A record that begins a chain of this writer.
fn first(writer: &str) -> String {
    let line = seal(&ChainHead::default(), writer, 0, SystemTime::UNIX_EPOCH, &LogEvent::Closed).unwrap();
    line.as_str().to_owned()
}

/// Memory must not depend on a log that an attacker wrote: what is beyond the limit is not verified, and so the log is not intact.
#[test]
fn chains_beyond_the_limit_are_named_and_not_followed() {
    let mut lines: Vec<String> = (0..100).map(|writer| first(&format!("w{writer}"))).collect();
    let against = |lines: &[String]| {
        let mut verifier = ChainVerifier::new();
        verifier.limit_chains(98);
        lines.iter().for_each(|line| verifier.line(line.as_bytes()));
        verifier.finish()
    };
    let beyond = Kind::TooManyChains { limit: 98 };
    assert!(against(&lines[..98]).is_intact());
    let report = against(&lines);
    assert_eq!(problems(&report), [(99, beyond.clone()), (100, beyond.clone())]);
    assert_eq!((report.chains().len(), report.records()), (98, 100));
    // Chains within the limit continue, under the same or another writer.
    for next in ["w7", "successor"] {
        let head = verify(&lines[7..8]).chains()[0].head().clone();
        let line = seal(&head, next, 0, SystemTime::UNIX_EPOCH, &LogEvent::Closed).unwrap();
        lines.push(line.as_str().to_owned());
        assert_eq!(problems(&against(&lines)), [(99, beyond.clone()), (100, beyond.clone())]);
        lines.pop();
    }
}

/// The names and hashes of a log are kept, so they have a length.
#[test]
fn long_names_of_writers_are_no_records() {
    assert!(verify(&[first(&"w".repeat(256))]).is_intact());
    assert_eq!(problems(&verify(&[first(&"w".repeat(257))])), [(1, Kind::NotARecord)]);
    let head = ChainHead::new(1, "0".repeat(65));
    let line = seal(&head, "w", 0, SystemTime::UNIX_EPOCH, &LogEvent::Closed).unwrap();
    assert_eq!(problems(&verify(&[line.as_str().to_owned()])), [(1, Kind::NotARecord)]);
}

/// Lines that may be one torn line are kept until the next record: of empty ones there may be millions.
#[test]
fn short_lines_that_are_no_records_are_not_kept() {
    let report = verify_bytes("\n".repeat(100_000).as_bytes());
    assert_eq!((report.problem_count(), report.problems().len()), (100_000, 1000));
}

/// The chain that a record continues is found by its number and hash, whatever the number of chains.
#[test]
fn each_chain_is_continued_by_another_writer() {
    let heads: Vec<ChainHead> =
        (0..500).map(|w| verify(&[first(&format!("w{w}"))]).chains()[0].head().clone()).collect();
    let mut lines: Vec<String> = (0..500).map(|writer| first(&format!("w{writer}"))).collect();
    for (number, head) in heads.iter().enumerate() {
        let line = seal(head, &format!("v{number}"), 0, SystemTime::UNIX_EPOCH, &LogEvent::Closed).unwrap();
        lines.push(line.as_str().to_owned());
    }
    let report = verify(&lines);
    assert!(report.is_intact(), "{:?}", report.problems());
    assert!(report.chains().iter().all(|chain| chain.writer().starts_with('v') && chain.head().seq() == 2));
}

#[test]
fn lines_that_are_no_records_are_named() {
    let mut lines = log(4);
    lines.insert(2, "x".repeat(40));
    lines.insert(1, String::new());
    assert_eq!(problems(&verify(&lines)), [(2, Kind::NotARecord), (4, Kind::NotARecord)]);
    let long = [lines[0].as_bytes(), b"\n", &vec![b'x'; 17 << 20], b"\n", lines[2].as_bytes()].concat();
    assert_eq!(problems(&verify_bytes(&long)), [(2, Kind::TooLong)]);
}

/// `BANISTER_RECORDS=1000000 cargo test --release -p banister --lib -- --nocapture a_long_log` verifies more, and prints how long it takes.
#[test]
fn a_long_log_is_verified_and_what_was_done_to_it_is_named() {
    let records = std::env::var("BANISTER_RECORDS").ok().and_then(|records| records.parse().ok()).unwrap_or(3000);
    let event = LogEvent::Decision(Box::new(decision()));
    let stream = || {
        let mut head = ChainHead::default();
        let event = &event;
        (0..records).map(move |_| {
            let line = seal(&head, "sample", 0, SystemTime::UNIX_EPOCH, event).unwrap();
            head = line.head().clone();
            line.as_str().to_owned()
        })
    };
    let (mut verifier, mut bytes, mut time) = (ChainVerifier::new(), 0, std::time::Duration::ZERO);
    for line in stream() {
        let started = std::time::Instant::now();
        verifier.line(line.as_bytes());
        time += started.elapsed();
        bytes += line.len() + 1;
    }
    println!("{records} records, {bytes} bytes: verified in {time:?}");
    let report = verifier.finish();
    assert!(report.is_intact() && report.records() == records as u64);

    let (changed, removed, swapped) = (records / 4, records / 2, 3 * (records / 4));
    let mut verifier = ChainVerifier::new();
    let mut lines = stream().enumerate();
    while let Some((index, line)) = lines.next() {
        if index == changed {
            verifier.line(line.replacen("\"start\":9", "\"start\":8", 1).as_bytes());
        } else if index == swapped {
            let (_, next) = lines.next().unwrap();
            verifier.line(next.as_bytes());
            verifier.line(line.as_bytes());
        } else if index != removed {
            verifier.line(line.as_bytes());
        }
    }
    let number = |index: usize| index as u64 + 1;
    let expected = [
        (number(changed), Kind::Changed),
        (number(removed), Kind::Missing { expected: number(removed), found: number(removed + 1) }),
        (number(swapped - 1), Kind::Missing { expected: number(swapped), found: number(swapped + 1) }),
        (number(swapped), Kind::OutOfOrder { expected: number(swapped + 2), found: number(swapped) }),
    ];
    assert_eq!(problems(&verifier.finish()), expected);
}
