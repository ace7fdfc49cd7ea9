//! `--audit-log` of `check` and `serve`.

use std::fs;
use std::io::BufReader;
use std::path::Path;

use banister::{ChainReport, ChainVerifier, Decision, DecisionOutcome, DecisionRecord, LogEvent, Stage};

use crate::serve::{get, post, serve};
use crate::support::{Directory, banister};

/// The decisions of a log, which is intact and contains no text.
fn decisions(path: &str) -> (Vec<Decision>, ChainReport) {
    let mut verifier = ChainVerifier::new();
    verifier.read(Some(path), BufReader::new(fs::File::open(path).expect("a log"))).expect("readable");
    let report = verifier.finish();
    assert!(report.is_intact(), "{:?}", report.problems());
    let text = fs::read_to_string(path).expect("a log");
    assert!(!text.contains("jane.roe"), "{text}");
    let event = |line: &str| DecisionRecord::read(line.as_bytes()).expect("a record").event;
    let decision = |event| if let LogEvent::Decision(decision) = event { Some(*decision) } else { None };
    (text.lines().map(event).filter_map(decision).collect(), report)
}

#[test]
fn check_records_every_evaluation() {
    let folder = Directory::new();
    let log = &*folder.file("log.jsonl", "");
    let key = &*folder.file("key", format!("{}\n", "k".repeat(32)));
    let check = |args: &[&str], stdin: &str| {
        banister(&[&["check", "--audit-log", log, "--audit-fingerprint-key", key], args].concat(), stdin)
    };
    assert_eq!(check(&[], "Mail jane.roe@example.com").code, Some(0));
    assert_eq!(check(&["--format", "json"], "nothing").code, Some(0));
    let lines = "{\"text\": \"jane.roe@example.com\", \"source\": \"output\"}\n{\"text\": \"a\"}\n";
    assert_eq!(check(&["--jsonl"], lines).code, Some(0));
    let body = "{\"prompt\": \"jane.roe@example.com\", \"max_gen_len\": 9}";
    assert_eq!(check(&["--body"], body).code, Some(0));
    assert_eq!(check(&["--body", "--format", "json"], "{\"x\": 1}").code, Some(2));
    let (decisions, report) = decisions(log);
    let seen: Vec<_> = decisions.iter().map(|it| (it.stage, it.source.as_ref(), it.outcome)).collect();
    assert_eq!(
        seen,
        [
            (Stage::Text, "INPUT", DecisionOutcome::Masked),
            (Stage::Text, "INPUT", DecisionOutcome::Passed),
            (Stage::Text, "OUTPUT", DecisionOutcome::Masked),
            (Stage::Text, "INPUT", DecisionOutcome::Passed),
            (Stage::Request, "INPUT", DecisionOutcome::Masked),
            (Stage::Request, "INPUT", DecisionOutcome::Rejected),
        ]
    );
    // Equal values have equal fingerprints, in each run of the command.
    let fingerprint = |number: usize| decisions[number].findings[0].fingerprint.as_deref().expect("a fingerprint");
    assert_eq!(fingerprint(0), fingerprint(2));
    assert_eq!(fingerprint(0), fingerprint(4));
    // Each run continues the chain.
    assert_eq!((report.records(), report.chains().len()), (6 + 2 * 5, 1));
}

#[test]
fn a_log_that_cannot_be_used_is_an_error() {
    let folder = Directory::new();
    let other = &*folder.file("notes.txt", "hello\n");
    let short = &*folder.file("key", "short\n");
    let log = &*folder.file("log.jsonl", "");
    banister(&["check", "--audit-log", other], "a").assert_fails(&["notes.txt", "not a decision log"]);
    assert_eq!(fs::read_to_string(other).expect("a file"), "hello\n");
    banister(&["check", "--audit-log", "no/such/folder/log"], "a").assert_fails(&["no/such/folder/log"]);
    banister(&["check", "--audit-log", "-"], "a").assert_fails(&["serve"]);
    banister(&["check", "--audit-log", log, "--audit-fingerprint-key", short], "a").assert_fails(&["32 bytes"]);
    banister(&["check", "--audit-rotate", "1G"], "a").assert_fails(&["--audit-log"]);
    // What is not a file is neither rotated nor synchronized.
    for log in ["-", "otel:"] {
        for option in [["--audit-rotate", "1G"], ["--audit-fsync", "each"]] {
            let serve = [&["serve", "--listen", "127.0.0.1:0", "--audit-log", log], &option[..]].concat();
            banister(&serve, "").assert_fails(&["need a file"]);
        }
    }
    banister(&["check", "--audit-log", log, "--audit-fsync", "often"], "a").assert_fails(&["never"]);
    banister(&["check", "--audit-log", log, "--audit-rotate", "1T"], "a").assert_fails(&["100M"]);
    if Path::new("/dev/full").exists() {
        banister(&["check", "--audit-log", "/dev/full"], "a").assert_fails(&["/dev/full"]);
    }
}

#[cfg(unix)]
#[test]
fn serve_records_calls_and_closes_the_log() {
    let folder = Directory::new();
    let log = &*folder.file("log.jsonl", "");
    let keys = &*folder.file("keys", "a-key-of-this-test\n");
    let (mut child, address) =
        serve(&["--audit-log", log, "--audit-fsync", "each", "--tag-requests", "--client-keys", keys]);
    let path = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse HTTP/1.1\r\nx-banister-key: a-key-of-this-test\r\nx-rest:";
    let body = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"contact jane.roe@example.com\"}]}]}";
    let answer = post(&address, path, body);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let metrics = get(&address, "/metrics HTTP/1.1\r\nx-banister-key: a-key-of-this-test\r\nx-rest:");
    for line in [
        "banister_decision_records_total 3",
        "banister_decision_records_lost_total 0",
        "banister_decision_log_failures_total 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{metrics}");
    }
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let (decisions, report) = decisions(log);
    assert!(report.chains()[0].is_closed());
    let [request, response] = decisions.as_slice() else { panic!("{decisions:?}") };
    assert_eq!((request.outcome, request.tagged), (DecisionOutcome::Masked, true));
    assert_eq!(request.decision, response.decision);
    // printf a-key-of-this-test | sha256sum
    assert_eq!(request.caller.as_deref(), Some("key:c73709273baf"));
}

#[test]
fn verify_log_names_what_was_done_to_a_log() {
    let folder = Directory::new();
    let log = include_str!("../../../../tests/data/audit/decisions.jsonl");
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let hash = |line: &str| line.rsplit('"').nth(1).expect("a hash").to_owned();
    let verify = |text: &str, more: &[&str]| banister(&[&["audit", "verify-log", "-"], more].concat(), text);
    let whole = verify(log, &[]);
    assert_eq!((whole.code, &*whole.stderr), (Some(0), ""));
    let last = format!("last record {}:{}\n5 records, 0 torn lines", lines.len(), hash(lines[4]));
    assert!(whole.stdout.contains(&last), "{}", whole.stdout);

    let swapped = [lines[0], lines[2], lines[1], lines[3], lines[4]].concat();
    let removed = [lines[0], lines[1], lines[3], lines[4]].concat();
    let cut = lines[..4].concat();
    let head = format!("5:{}", hash(lines[4]));
    for (text, more, expected) in [
        (log.replacen("\"outcome\":\"", "\"outcome\":\"x", 1), vec![], "the record was changed"),
        (swapped, vec![], "line 2: the record has number 3 instead of 2"),
        (removed.clone(), vec![], "line 3: the record has number 4 instead of 3"),
        (cut, vec!["--head", &head], ""),
        (lines[1..].concat(), vec![], ""),
    ] {
        let found = verify(&text, &more);
        assert_eq!(found.code, Some(4), "{}", found.stdout);
        assert!(found.stdout.contains(expected), "{}", found.stdout);
    }
    // Without the beginning, the chain goes on from a record that was kept elsewhere.
    let after = format!("1:{}", hash(lines[0]));
    assert_eq!(verify(&lines[1..].concat(), &["--after", &after]).code, Some(0));

    let file = folder.file("log.jsonl", log);
    assert_eq!(banister(&["audit", "verify-log", &file], "").code, Some(0));
    let missing = banister(&["audit", "verify-log", "/no/such/log"], "");
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("/no/such/log"), "{}", missing.stderr);
    assert_eq!(verify(log, &["--head", "5"]).code, Some(2));
}
