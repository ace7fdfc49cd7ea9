//! `banister audit` of bad input: what each case is called, and its exit code.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::archive;
use crate::support::{Directory, Run, banister};

/// A clean record of the invocation log.
fn record() -> Value {
    json!({
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2026-04-19T13:28:51Z",
        "requestId": "abcdefab-cdef-4abc-8def-abcdefabcdef", "operation": "Converse", "modelId": "m",
        "input": {"inputBodyJson": {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}},
        "output": {"outputBodyJson": {"output": {"message": {"role": "assistant", "content": [{"text": "hello"}]}}, "stopReason": "end_turn"}},
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory accepts all");
    encoder.finish().expect("memory accepts all")
}

fn at(directory: &Directory, name: &str) -> PathBuf {
    Path::new(directory.path()).join(name)
}

fn step(directory: &Directory, args: &[&str]) -> Run {
    let path = |arg: &&str| match arg.strip_prefix('@') {
        Some(name) => at(directory, name).display().to_string(),
        None => (*arg).to_owned(),
    };
    let args: Vec<String> = ["audit"].iter().chain(args).map(path).collect();
    banister(&args.iter().map(String::as_str).collect::<Vec<_>>(), "")
}

/// A directory with a policy and an object.
fn prepared(object: &[u8]) -> Directory {
    let directory = Directory::new();
    fs::create_dir(at(&directory, "logs")).expect("a directory");
    fs::write(at(&directory, "logs/log"), object).expect("a file");
    fs::write(at(&directory, "policy.yaml"), archive::POLICY).expect("a file");
    directory
}

fn scan(directory: &Directory, input: &str, more: &[&str]) -> Run {
    step(directory, &[&["scan", input, "-o", "@out", "--policy", "@policy.yaml"], more].concat())
}

/// Returns the reasons of a finalized audit.
fn quarantined(directory: &Directory) -> Vec<String> {
    let summary: Value =
        serde_json::from_slice(&fs::read(at(directory, "out/summary.json")).expect("a summary")).expect("JSON");
    summary["tally"]["quarantined"].as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn each_bad_object_has_a_reason_and_makes_the_audit_incomplete() {
    let line = record().to_string() + "\n";
    let lines = line.repeat(200);
    let whole = gzip(lines.as_bytes());
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut record = record();
        edit(&mut record);
        (line.clone() + &record.to_string() + "\n").into_bytes()
    };
    let mut corrupt = whole.clone();
    let last = corrupt.len() - 6;
    corrupt[last] ^= 1;
    let deep = format!("{line}{}1{}\n", "[".repeat(3000), "]".repeat(3000));
    // A gzip bomb, which takes long without optimization, is tested in `core::inflate`.
    // A document that is not the text it is said to be.
    let binary = json!({"document": {"format": "txt", "name": "d", "source": {"bytes": "/////w=="}}});
    let cases: [(&str, Vec<u8>); 13] = [
        ("torn_line", lines.trim_end_matches("}\n").as_bytes().to_vec()),
        ("json_syntax", format!("{line}{{]\n{line}").into_bytes()),
        ("json_depth", deep.into_bytes()),
        ("utf8", [line.as_bytes(), b"{\"a\": \"\xff\"}\n"].concat()),
        ("line_too_long", format!("{line}{{\"a\": \"{}\"}}\n", "x".repeat(70_000)).into_bytes()),
        ("schema_unknown", edited(&|record| record["schemaVersion"] = json!("2.0"))),
        ("schema_unknown", b"{\"schema\": \"banister.decision/2\"}\n".to_vec()),
        (
            "body_missing",
            edited(&|record| record["output"] = json!({"outputBodyS3Path": "s3://b/data/x_output.json.gz"})),
        ),
        (
            "body_unsupported",
            edited(&|record| record["input"]["inputBodyJson"]["messages"][0]["content"] = json!([binary])),
        ),
        ("gz_truncated", whole[..whole.len() - 9].to_vec()),
        ("gz_corrupt", corrupt),
        ("parquet_corrupt", b"PAR1 and then nothing".to_vec()),
        ("format_unsupported", b"PK\x03\x04".to_vec()),
    ];
    for (reason, object) in cases {
        let directory = prepared(&object);
        let scanned = scan(&directory, "@logs", &["--max-line-bytes", "65536"]);
        assert_eq!(scanned.code, Some(3), "{reason}: {scanned:?}");
        assert_eq!(quarantined(&directory), [reason], "{scanned:?}");
        assert_eq!(step(&directory, &["verify", "@out"]).code, Some(0), "{reason}");
    }
}

#[test]
fn objects_that_change_or_cannot_be_read_are_named() {
    for (reason, change) in [("changed", Some(b"{}\n".as_slice())), ("changed", None)] {
        let directory = prepared(record().to_string().as_bytes());
        assert_eq!(step(&directory, &["plan", "@logs", "-o", "@out"]).code, Some(0));
        match change {
            Some(bytes) => fs::write(at(&directory, "logs/log"), bytes).expect("a file"),
            None => fs::remove_file(at(&directory, "logs/log")).expect("a file"),
        }
        let scanned = step(&directory, &["scan", "-o", "@out", "--policy", "@policy.yaml"]);
        assert_eq!((scanned.code, quarantined(&directory)), (Some(3), vec![reason.to_owned()]), "{scanned:?}");
    }
    if cfg!(target_os = "linux") {
        // A file that can be opened, and fails to be read.
        let directory = prepared(b"");
        let scanned = scan(&directory, "/proc/self/mem", &[]);
        assert_eq!((scanned.code, quarantined(&directory)), (Some(3), vec!["read_error".to_owned()]), "{scanned:?}");
    }
}

#[test]
fn receipts_that_repeat_are_one_and_receipts_that_disagree_are_an_integrity_failure() {
    let directory = prepared(record().to_string().as_bytes());
    step(&directory, &["plan", "@logs", "-o", "@out"]);
    let shard = ["scan", "-o", "@out", "--policy", "@policy.yaml", "--shard", "1/1"];
    assert_eq!(step(&directory, &shard).code, Some(0));
    let receipts = fs::read_dir(at(&directory, "out/receipts")).expect("a directory");
    let receipt = receipts.map(|entry| entry.expect("an entry").path()).next().expect("a receipt");
    let (text, copy) = (fs::read_to_string(&receipt).expect("a file"), receipt.with_extension("2.json"));
    fs::write(&copy, text.replace("\"size\": ", "\"size\": 1")).expect("a file");
    let finalized = step(&directory, &["finalize", "@out"]);
    assert_eq!(finalized.code, Some(4), "{finalized:?}");
    fs::write(&copy, text).expect("a file");
    assert_eq!(step(&directory, &["finalize", "@out"]).code, Some(0));
    step(&directory, &shard).assert_fails(&["is finalized"]);
}
