//! What audits of archives find, and the bytes that they write.

use std::collections::BTreeSet;
use std::fs;

use banister_audit::{AuditStatus, Counters, FinalizeOptions, ScanRun, Shard, finalize, plan, scan};
use serde_json::Value;

use crate::archive::{self, Seeded};
use crate::workspace::{Directory, SMALL, audit, files, findings, objects, run};

#[test]
fn the_truth_is_found_and_nothing_else() {
    let directory = Directory::new();
    let truth = archive::write(&directory.path("logs"), 7, SMALL);
    let finalized = audit(&directory.input("logs"), &directory.path("out"), 2).expect("an audit");
    assert_eq!(finalized.summary.status, AuditStatus::Complete, "{:?}", finalized.summary.reasons);
    assert_eq!(finalized.summary.units.markers, 1);
    assert!(finalized.summary.units.side_objects > 0);
    let objects = objects(&directory.path("out"), &directory.path("logs"));
    let text = |row: &Value, name: &str| row[name].as_str().expect("a string").to_owned();
    let place = |seeded: &Seeded| {
        (
            seeded.object.clone(),
            seeded.line,
            seeded.side.to_owned(),
            seeded.entity_type.to_owned(),
            seeded.value.len() as u64,
        )
    };
    let mut expected: Vec<_> = truth.iter().map(place).collect();
    let mut found: Vec<_> = findings(&directory.path("out"))
        .iter()
        .map(|row| {
            let object = objects.get(&text(row, "unit_id")).cloned().unwrap_or_default();
            let length = row["end"].as_u64().unwrap() - row["start"].as_u64().unwrap();
            (object, row["line"].as_u64().unwrap(), text(row, "side"), text(row, "type"), length)
        })
        .collect();
    expected.sort();
    found.sort();
    assert!(expected.len() > 50);
    assert_eq!(found, expected);
}

#[test]
fn results_are_the_same_bytes_whatever_the_threads_and_the_order() {
    let directory = Directory::new();
    archive::write(&directory.path("logs"), 8, SMALL);
    let inputs = directory.input("logs");
    audit(&inputs, &directory.path("one"), 1).expect("an audit");
    audit(&inputs, &directory.path("two"), 2).expect("an audit");
    let sharded = directory.path("sharded");
    plan(&inputs, &sharded).expect("a plan");
    for shard in ["3/3", "1/3", "2/3"] {
        let shard = Some(shard.parse::<Shard>().expect("a shard"));
        scan(&ScanRun { shard, ..run(&[], &sharded) }, &Counters::default()).expect("a scan");
    }
    finalize(&sharded, &FinalizeOptions::default()).expect("an audit");
    let comparable = |name: &str| {
        let mut files = files(&directory.path(name));
        // The manifest has the time.
        files.retain(|name, _| !["manifest.json", "SHA256SUMS"].contains(&name.as_str()) && !name.starts_with("lock"));
        files
    };
    let one = comparable("one");
    assert!(one.len() > 15);
    assert_eq!(one, comparable("two"));
    assert_eq!(one, comparable("sharded"));
}

/// Returns the bytes as text, with Parquet decoded and without digests, which hold any digits.
fn readable(name: &str, bytes: &[u8]) -> String {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if name.ends_with(".parquet") {
        let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).expect("Parquet");
        for row in reader.get_row_iter(None).expect("rows") {
            text.push_str(&row.expect("a row").to_string());
        }
    }
    let mut out = String::new();
    let mut hexadecimal = String::new();
    for sign in text.chars().chain([' ']) {
        if sign.is_ascii_hexdigit() {
            hexadecimal.push(sign);
            continue;
        }
        if hexadecimal.len() < 19 {
            out.push_str(&hexadecimal);
        }
        hexadecimal.clear();
        out.push(sign);
    }
    out
}

#[test]
fn no_six_characters_of_a_value_are_written() {
    let directory = Directory::new();
    let truth = archive::write(&directory.path("logs"), 9, SMALL);
    let log = directory.path("logs/torn.jsonl");
    let torn = format!("{{\"{}\": \"{}\"}}\n{{\"a\": {}", truth[0].value, truth[1].value, truth[2].value);
    fs::write(log, torn).expect("a file");
    let finalized = audit(&directory.input("logs"), &directory.path("out"), 2).expect("an audit");
    assert_eq!(finalized.summary.tally.quarantined["torn_line"], 1);
    let mut pieces = BTreeSet::new();
    for seeded in &truth {
        pieces.extend(
            seeded.value.as_bytes().windows(6).map(|window| String::from_utf8(window.to_vec()).expect("ASCII")),
        );
    }
    let files = files(&directory.path("out"));
    assert!(files.keys().any(|name| name.ends_with(".parquet")));
    for (name, bytes) in &files {
        let text = readable(name, bytes);
        let windows: BTreeSet<&str> = text.char_indices().filter_map(|(at, _)| text.get(at..at + 6)).collect();
        let leaked: Vec<&String> = pieces.iter().filter(|piece| windows.contains(piece.as_str())).collect();
        assert!(leaked.is_empty(), "{name}: {leaked:?}");
    }
    // Which file has which findings depends on the directory, whose name is in the IDs of the objects.
    let mut parquet = files.iter().filter(|(name, _)| name.ends_with(".parquet"));
    let is_read = parquet.any(|(name, bytes)| readable(name, bytes).contains("US_SOCIAL_SECURITY_NUMBER"));
    assert!(is_read, "the test reads Parquet");
}
