//! Fingerprints of findings: equal values can be counted, and nobody without the key can tell which they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use banister::Source;
use banister_audit::{Counters, FinalizeOptions, ScanRun, VerifyOptions, finalize, scan, verify};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::RowAccessor as _;

use crate::archive::{self, Seeded};
use crate::workspace::{Directory, SMALL, audit, files, findings, guardrail, objects, run};

const KEY: &[u8] = b"a-key-of-fingerprints-for-a-test";

/// Writes an archive, and audits it with the key.
fn keyed(directory: &Directory) -> Vec<Seeded> {
    let truth = archive::write(&directory.path("logs"), 21, SMALL);
    let (inputs, out) = (directory.input("logs"), directory.path("out"));
    scan(&ScanRun { fingerprint_key: Some(KEY), ..run(&inputs, &out) }, &Counters::default()).expect("a scan");
    finalize(&out, &FinalizeOptions::default()).expect("an audit");
    truth
}

/// Each finding has the fingerprint that a decision record has for its value.
#[test]
fn they_are_those_of_decision_records() {
    let directory = Directory::new();
    let truth = keyed(&directory);
    let with_key = guardrail().clone().with_fingerprints(KEY);
    let of = |value: &str| {
        let assessment = with_key.assess(Source::Input, value);
        assessment.findings()[0].fingerprint().expect("a fingerprint").to_owned()
    };
    type Places = BTreeMap<(String, u64, String), BTreeSet<String>>;
    let mut expected = Places::new();
    for seeded in &truth {
        let place = (seeded.object.clone(), seeded.line, format!("{} {}", seeded.side, seeded.entity_type));
        expected.entry(place).or_default().insert(of(&seeded.value));
    }
    let objects = objects(&directory.path("out"), &directory.path("logs"));
    let mut found = Places::new();
    for row in findings(&directory.path("out")) {
        let text = |name: &str| row[name].as_str().expect("a string").to_owned();
        let place = (
            objects[&text("unit_id")].clone(),
            row["line"].as_u64().unwrap(),
            format!("{} {}", text("side"), text("type")),
        );
        found.entry(place).or_default().insert(text("fingerprint"));
    }
    assert!(expected.len() > 50);
    assert_eq!(found, expected);
}

/// Both formats have them, and no file has the key.
#[test]
fn they_are_written_and_the_key_is_not() {
    let directory = Directory::new();
    keyed(&directory);
    let lines: Vec<String> = findings(&directory.path("out"))
        .iter()
        .map(|row| row["fingerprint"].as_str().expect("a fingerprint").to_owned())
        .collect();
    assert!(lines.iter().all(|hash| hash.len() == 64));
    let mut rows = Vec::new();
    for (name, bytes) in files(&directory.path("out")) {
        let hex = KEY.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        for key in [KEY, hex.as_bytes()] {
            assert!(!bytes.windows(key.len()).any(|window| window == key), "{name} has the key");
        }
        if name.ends_with(".parquet") {
            let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("Parquet");
            for row in reader.get_row_iter(None).expect("rows") {
                let row = row.expect("a row");
                assert_eq!(row.get_column_iter().last().expect("a column").0, "fingerprint");
                rows.push(row.get_string(row.len() - 1).expect("a string").clone());
            }
        }
    }
    assert_eq!(rows, lines);
}

/// Without a key there are none, and findings under different keys are not of one audit.
#[test]
fn scans_with_and_without_a_key_are_not_mixed() {
    let directory = Directory::new();
    keyed(&directory);
    let inputs = directory.input("logs");
    audit(&inputs, &directory.path("none"), 2).expect("an audit");
    assert!(findings(&directory.path("none")).iter().all(|row| row.get("fingerprint").is_none()));
    let settings = fs::read_to_string(directory.path("none/settings.json")).expect("a file");
    assert!(!settings.contains("fingerprint"));

    let begun = directory.path("begun");
    let with = |key| scan(&ScanRun { fingerprint_key: key, ..run(&inputs, &begun) }, &Counters::default());
    with(Some(KEY)).expect("a scan");
    with(Some(KEY)).expect("the same scan");
    for key in [None, Some(&b"another-key-of-fingerprints-here"[..])] {
        let error = with(key).expect_err("another scan").to_string();
        assert!(error.contains("other options"), "{error}");
    }
}

#[test]
fn a_sample_is_scanned_again_with_the_key() {
    let directory = Directory::new();
    keyed(&directory);
    let again = |fingerprint_key| {
        let options = VerifyOptions {
            guardrail: Some(guardrail()),
            rescan_per_mille: 1000,
            fingerprint_key,
            ..VerifyOptions::default()
        };
        verify(&directory.path("out"), &options)
    };
    let verified = again(Some(KEY)).expect("a verification");
    assert_eq!(verified.problems, [""; 0]);
    assert!(verified.rescanned > 0);
    for key in [None, Some(&b"another-key-of-fingerprints-here"[..])] {
        let error = again(key).expect_err("no key").to_string();
        assert!(error.contains("--fingerprint-key"), "{error}");
    }
}
