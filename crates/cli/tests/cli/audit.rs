//! `banister audit`, as a process: exit codes, resume, and what it says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::archive::{self, Size};
use crate::support::{Directory, Run, banister, command, run};

const SIZE: Size = Size { objects: 6, records: 40, words: 20 };

fn at(directory: &Directory, name: &str) -> PathBuf {
    Path::new(directory.path()).join(name)
}

/// A directory with an archive and a policy.
fn prepared(size: Size) -> Directory {
    let directory = Directory::new();
    archive::write(&at(&directory, "logs"), 3, size);
    fs::write(at(&directory, "policy.yaml"), archive::POLICY).expect("a file");
    directory
}

/// Runs a step with paths in the directory: arguments that begin with `@` are files in it.
fn step(directory: &Directory, args: &[&str]) -> Run {
    banister(&owned(directory, args).iter().map(String::as_str).collect::<Vec<_>>(), "")
}

fn owned(directory: &Directory, args: &[&str]) -> Vec<String> {
    let path = |arg: &&str| match arg.strip_prefix('@') {
        Some(name) => at(directory, name).display().to_string(),
        None => (*arg).to_owned(),
    };
    ["audit"].iter().chain(args).map(path).collect()
}

/// The files of an audit, without those that hold the time, and locks.
fn results(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for name in ["receipts", "findings", "quarantine"] {
        for entry in fs::read_dir(out.join(name)).expect("a directory") {
            let path = entry.expect("an entry").path();
            files.insert(
                path.display().to_string()[out.display().to_string().len()..].to_owned(),
                fs::read(&path).expect("a file"),
            );
        }
    }
    for name in ["summary.json", "report.html", "files.sha256"] {
        files.insert(name.to_owned(), fs::read(out.join(name)).expect("a file"));
    }
    files
}

#[test]
fn an_audit_is_planned_scanned_and_verified() {
    let directory = prepared(SIZE);
    let scanned = step(&directory, &["scan", "@logs", "-o", "@out", "--policy", "@policy.yaml", "--jobs", "2"]);
    assert_eq!(scanned.code, Some(1), "gaps were found: {scanned:?}");
    assert!(scanned.stdout.starts_with("complete: 7 objects, 240 records"), "{scanned:?}");
    let verified = step(&directory, &["verify", "@out", "--policy", "@policy.yaml", "--rescan", "100%"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.contains("scanned again: 7 objects"), "{verified:?}");
    let report = step(&directory, &["report", "@out"]);
    assert_eq!(report.code, Some(0));
    assert_eq!(report.stdout.as_bytes(), fs::read(at(&directory, "out/report.html")).expect("a file"));

    let again = step(&directory, &["scan", "@logs", "-o", "@out", "--policy", "@policy.yaml"]);
    again.assert_fails(&["is finalized"]);
    fs::write(at(&directory, "out/summary.json"), "{}").expect("a file");
    let verified = step(&directory, &["verify", "@out"]);
    assert_eq!(verified.code, Some(4), "{verified:?}");
    assert!(verified.stderr.contains("summary.json: was changed"), "{verified:?}");
}

#[test]
fn shards_are_finalized_together() {
    let directory = prepared(SIZE);
    let shard = ["scan", "-o", "@out", "--policy", "@policy.yaml", "--shard"];
    step(&directory, &[&shard[..], &["1/2"]].concat()).assert_fails(&["audit plan"]);
    assert_eq!(step(&directory, &["plan", "@logs", "-o", "@out"]).code, Some(0));
    assert_eq!(step(&directory, &[&shard[..], &["1/2"]].concat()).code, Some(0));
    let early = step(&directory, &["finalize", "@out"]);
    assert_eq!(early.code, Some(3), "{early:?}");
    assert!(early.stderr.contains("have no receipt"), "{early:?}");
    assert_eq!(step(&directory, &["verify", "@out"]).code, Some(3));
    assert_eq!(step(&directory, &[&shard[..], &["2/2"]].concat()).code, Some(0));
    assert_eq!(step(&directory, &["finalize", "@out"]).code, Some(1));
    step(&directory, &[&shard[..], &["3/2"]].concat()).assert_fails(&["is not a shard"]);
}

#[test]
fn clean_archives_and_damaged_ones_have_their_exit_codes() {
    let directory = prepared(SIZE);
    fs::write(at(&directory, "clean.jsonl"), "{\"a\": \"nothing\"}\n").expect("a file");
    fs::write(at(&directory, "torn.jsonl"), "{\"a\": \"nothing\"}\n{\"a\": \"no").expect("a file");
    let scan = |input: &str, out: &str, more: &[&str]| {
        step(&directory, &[&["scan", input, "-o", out, "--policy", "@policy.yaml"], more].concat())
    };
    assert_eq!(scan("@clean.jsonl", "@clean", &[]).code, Some(0));
    let torn = scan("@torn.jsonl", "@torn", &[]);
    assert_eq!(torn.code, Some(3), "{torn:?}");
    assert!(torn.stdout.contains("not covered: 1 units, lines or bodies are quarantined"), "{torn:?}");
    assert_eq!(scan("@torn.jsonl", "@allowed", &["--max-quarantine", "1"]).code, Some(0));
    scan("@nowhere", "@none", &[]).assert_fails(&["does not exist"]);
    scan("ftp://bucket/logs", "@none", &[]).assert_fails(&["not supported"]);
    scan("@clean.jsonl", "@none", &["--sign", "@policy.yaml"]).assert_fails(&["holds no `PRIVATE KEY`"]);
    step(&directory, &["verify", "@logs"]).assert_fails(&["is not the directory of an audit"]);
    step(&directory, &["verify", "@clean", "--rescan", "0%", "--policy", "default"]).assert_fails(&["percentage"]);
    let estimated = scan("@logs", "@estimate", &["--calibrate", "50%"]);
    assert_eq!(estimated.code, Some(0), "{estimated:?}");
    assert!(estimated.stdout.contains("MB/s as stored") && estimated.stdout.contains("about "), "{estimated:?}");
    assert!(!at(&directory, "estimate").exists() && !at(&directory, "none").exists(), "nothing is written");
}

/// Kills a scan at ten random moments, each after another object was done, and lets it continue.
#[test]
fn a_scan_that_is_killed_continues_with_the_same_result() {
    let directory = prepared(Size { objects: 40, records: 25, words: 30 });
    let args = ["scan", "@logs", "-o", "@out", "--policy", "@policy.yaml", "--jobs", "2", "--progress", "none"];
    let whole = step(&directory, &["scan", "@logs", "-o", "@whole", "--policy", "@policy.yaml", "--jobs", "1"]);
    assert_eq!(whole.code, Some(1), "{whole:?}");
    let receipts = || fs::read_dir(at(&directory, "out/receipts")).map_or(0, Iterator::count);
    let mut killed = 0;
    // A machine that stops this process for long lets the scan end: then there are fewer.
    while killed < 10 && !at(&directory, "out/manifest.json").exists() {
        let done = receipts();
        let args = owned(&directory, &args);
        let mut child =
            command(&args.iter().map(String::as_str).collect::<Vec<_>>()).spawn().expect("the binary starts");
        while receipts() == done && child.try_wait().expect("a child").is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        let random = std::time::UNIX_EPOCH.elapsed().expect("a time").subsec_nanos() % 20_000;
        thread::sleep(Duration::from_micros(random.into()));
        // On Unix this is SIGKILL.
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        killed += 1;
        println!("killed after {} of 40 objects", receipts());
    }
    assert!(killed > 0);
    if !at(&directory, "out/manifest.json").exists() {
        let resumed = step(&directory, &args);
        assert_eq!(resumed.code, Some(1), "{resumed:?}");
    }
    assert_eq!(results(&at(&directory, "out")), results(&at(&directory, "whole")));
}

/// A limit on the size of files stands for a full disk: a write fails in the middle.
#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_scan_and_loses_nothing() {
    let directory = prepared(Size { objects: 2, records: 400, words: 20 });
    let args = ["scan", "@logs", "-o", "@out", "--policy", "@policy.yaml", "--findings-format", "jsonl"];
    let limited = {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_banister")]);
        shell.args(owned(&directory, &args));
        shell
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        run(shell, b"")
    };
    assert_eq!(limited.code, Some(3), "{limited:?}");
    assert!(limited.stderr.contains("findings/") && !limited.stderr.contains("internal error"), "{limited:?}");
    let resumed = step(&directory, &args);
    assert_eq!(resumed.code, Some(1), "{resumed:?}");
    assert_eq!(step(&directory, &["verify", "@out"]).code, Some(0));
}

#[test]
fn the_spark_job_comes_with_its_commands() {
    let directory = prepared(SIZE);
    step(&directory, &["spark", "@out"]).assert_fails(&["has no `plan.jsonl`"]);
    assert_eq!(step(&directory, &["plan", "@logs", "-o", "@my out"]).code, Some(0));
    let printed = step(&directory, &["spark", "@my out", "--policy", "@policy.yaml", "--decisions"]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let (comments, job) = printed.stdout.split_once("\n\n").expect("an empty line");
    assert!(comments.lines().all(|line| line.starts_with('#')), "a program is printed: {comments}");
    assert!(job.starts_with("\"\"\"Scans the plan"), "{job}");
    let arguments = format!(
        "spark-submit --master 'local[*]' job.py --out '{}' --policy {} --findings-format parquet --decisions yes --partitions 7",
        at(&directory, "my out").display(),
        at(&directory, "policy.yaml").display()
    );
    assert!(comments.contains(&arguments), "{comments}");
    assert!(comments.contains("aws emr add-steps"), "{comments}");
    assert!(comments.contains("Glue mounts no file systems"), "the plan has files: {comments}");
    step(&directory, &["spark", "@my out", "--policy", "@none.yaml"]).assert_fails(&["none.yaml"]);

    for args in [&["audit", "plan", "logs", "--out", "relative"][..], &["audit", "spark", "relative"]] {
        let mut command = command(args);
        command.current_dir(directory.path());
        let ran = run(command, b"");
        if args.contains(&"spark") {
            ran.assert_fails(&["is a relative path", "absolute paths"]);
        } else {
            assert_eq!(ran.code, Some(0), "{ran:?}");
        }
    }
}

/// Standard input is an archive too: plain, gzip, or Parquet, such as the findings of an audit.
#[test]
fn standard_input_is_scanned_alone() {
    let directory = prepared(Size { objects: 1, records: 40, words: 10 });
    let scan = |stdin: &[u8], out: &str| {
        let out = at(&directory, out).display().to_string();
        let policy = at(&directory, "policy.yaml").display().to_string();
        banister(&["audit", "scan", "-", "-o", &out, "--policy", &policy], stdin)
    };
    let text = scan(b"mail bdfgh@jkmpq.com\n", "text");
    assert_eq!(text.code, Some(1), "{text:?}");
    assert!(text.stdout.starts_with("complete: 1 objects, 1 records"), "{text:?}");
    let verified = step(&directory, &["verify", "@text", "--rescan", "100%", "--policy", "@policy.yaml"]);
    assert_eq!(verified.code, Some(3), "it cannot be read again: {verified:?}");
    assert_eq!(scan(b"", "empty").code, Some(0));

    step(&directory, &["scan", "@logs", "-o", "@out", "--policy", "@policy.yaml"]);
    let findings = fs::read_dir(at(&directory, "out/findings")).expect("a directory").next().expect("a file");
    let table = scan(&fs::read(findings.expect("an entry").path()).expect("a file"), "table");
    assert_eq!(table.code, Some(0), "the findings hold no personal data: {table:?}");
    let exported = step(&directory, &["report", "@out", "--ocsf"]);
    let events = exported.json_lines();
    assert!(table.stdout.contains(&format!("1 objects, {} records", events.len())), "{table:?}");

    step(&directory, &["plan", "-", "-o", "@none"]).assert_fails(&["cannot be frozen"]);
    step(&directory, &["scan", "-", "@logs", "-o", "@none"]).assert_fails(&["scan it alone"]);
    step(&directory, &["scan", "-", "-o", "@none", "--calibrate", "5%"]).assert_fails(&["only once"]);
}

#[test]
fn findings_are_exported_as_ocsf() {
    let directory = prepared(SIZE);
    for format in ["parquet", "jsonl"] {
        let (out, directory_name) = (format!("@{format}"), at(&directory, format));
        step(&directory, &["scan", "@logs", "-o", &out, "--policy", "@policy.yaml", "--findings-format", format]);
        let exported = step(&directory, &["report", &out, "--ocsf"]);
        assert_eq!(exported.code, Some(0), "{exported:?}");
        let events = exported.json_lines();
        assert!(events.len() > 50);
        for event in &events {
            assert_eq!((&event["class_uid"], &event["type_uid"]), (&json!(2006), &json!(200_601)));
            for required in ["activity_id", "category_uid", "finding_info", "metadata", "severity_id", "time"] {
                assert!(!event[required].is_null(), "{required}: {event}");
            }
            let path = event["file"]["path"].as_str().expect("a path");
            assert!(Path::new(path).exists() && !path.contains("/data/"));
        }
        let file = fs::read_dir(directory_name.join("findings")).expect("a directory").next().expect("a file");
        fs::write(file.expect("an entry").path(), "").expect("a file");
        assert_eq!(step(&directory, &["report", &out, "--ocsf"]).code, Some(4), "a file was changed");
    }
    step(&directory, &["plan", "@logs", "-o", "@planned"]);
    assert_eq!(step(&directory, &["report", "@planned", "--ocsf"]).code, Some(3));
}

/// What `check` decided on a text has a place in the log, and a chain.
#[test]
fn a_broken_chain_is_an_integrity_failure() {
    let directory = prepared(SIZE);
    let (log, policy) =
        (at(&directory, "log.jsonl").display().to_string(), at(&directory, "policy.yaml").display().to_string());
    for text in ["one", "two"] {
        banister(&["check", "--policy", &policy, "--audit-log", &log], text);
    }
    let scan = |out: &str, more: &[&str]| {
        step(&directory, &[&["replay", "@log.jsonl", "-o", out, "--policy", "@policy.yaml"], more].concat())
    };
    let intact = scan("@intact", &[]);
    assert_eq!(intact.code, Some(0), "{intact:?}");
    assert!(intact.stdout.contains("decision records: 6 in 1 chains, 0 problems"), "{intact:?}");
    let text = fs::read_to_string(&log).expect("a log");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.remove(1);
    fs::write(&log, lines.join("\n") + "\n").expect("a file");
    let broken = scan("@broken", &[]);
    assert_eq!(broken.code, Some(4), "{broken:?}");
    assert!(broken.stdout.contains("line 2: missing"), "{broken:?}");
    let against = scan("@against", &["--against", "default", "--approve", "x"]);
    against.assert_fails(&["64 hexadecimal digits"]);
    // Without decisions, nothing is approved or replayed.
    let digest = "0".repeat(64);
    for option in [["--approve", &*digest], ["--replay", "default"]] {
        let scan = [&["scan", "@log.jsonl", "-o", "@scan", "--policy", "@policy.yaml"], &option[..]].concat();
        step(&directory, &scan).assert_fails(&[option[0], "--decisions"]);
    }
    step(&directory, &["plan", "@log.jsonl", "-o", "@shard"]);
    step(&directory, &["scan", "-o", "@shard", "--policy", "@policy.yaml", "--shard", "1/1"]);
    step(&directory, &["finalize", "@shard", "--approve", &digest]).assert_fails(&["--decisions"]);
}

#[test]
fn findings_have_fingerprints_under_a_key() {
    let directory = prepared(SIZE);
    directory.file("key", "0123456789abcdef0123456789abcdef\n");
    directory.file("short", "0123456789abcdef");
    let scan = |out: &str, key: &str| {
        step(&directory, &["scan", "@logs", "-o", out, "--policy", "@policy.yaml", "--fingerprint-key", key])
    };
    scan("@out", "@short").assert_fails(&["less than 32 bytes"]);
    scan("@out", "@missing").assert_fails(&["missing"]);
    assert!(!at(&directory, "out").exists());
    assert_eq!(scan("@out", "@key").code, Some(1));
    let events = step(&directory, &["report", "@out", "--ocsf"]).json_lines();
    assert!(events.iter().all(|event| event["unmapped"]["fingerprint"].as_str().is_some_and(|hash| hash.len() == 64)));
    let verify = |more: &[&str]| {
        step(&directory, &[&["verify", "@out", "--policy", "@policy.yaml", "--rescan", "100%"], more].concat())
    };
    verify(&[]).assert_fails(&["--fingerprint-key"]);
    assert_eq!(verify(&["--fingerprint-key", "@key"]).code, Some(0));
}
