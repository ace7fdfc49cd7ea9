//! The chains of decision records, over files of a log.

use std::fs;

use banister::{AuditLog, ChainHead, Decision, Fsync, JsonlFile, Source};
use banister_audit::{
    Accepted, AuditStatus, ChainAudit, Counters, FinalizeOptions, ScanOptions, ScanRun, Summary, VerifyOptions,
    finalize, scan, verify,
};
use proptest::prelude::*;

use crate::decisions::log;
use crate::workspace::{Directory, guardrail, run};

/// Lines of a log with so many decisions, and two records more.
fn lines(decisions: usize) -> Vec<String> {
    let guardrail = guardrail();
    let assessment = guardrail.assess(Source::Input, "x");
    let decisions: Vec<Decision> = (0..decisions).map(|_| Decision::of_text(guardrail.policy(), &assessment)).collect();
    log(&decisions).lines().map(str::to_owned).collect()
}

/// Audits a log in files.
fn audit(files: &[String], after: &[ChainHead]) -> ChainAudit {
    let summary = summary(files, after);
    assert_eq!(summary.is_chain_intact(), summary.decisions.as_ref().expect("a join").chain.problems == 0);
    assert!(summary.status == AuditStatus::Complete || !summary.is_chain_intact(), "{:?}", summary.reasons);
    summary.decisions.expect("a join").chain
}

fn summary(files: &[String], after: &[ChainHead]) -> Summary {
    let directory = Directory::new();
    fs::create_dir(directory.path("logs")).expect("a directory");
    for (number, file) in files.iter().enumerate() {
        fs::write(directory.path(&format!("logs/{number}.jsonl")), file).expect("a file");
    }
    let (inputs, out) = (directory.input("logs"), directory.path("out"));
    let options = ScanOptions { decisions: true, ..ScanOptions::default() };
    scan(&ScanRun { options, ..run(&inputs, &out) }, &Counters::default()).expect("a scan");
    let accepted = Accepted { chains_after: after.to_vec(), ..Accepted::default() };
    let summary =
        finalize(&out, &FinalizeOptions { accepted, ..FinalizeOptions::default() }).expect("an audit").summary;
    assert_eq!(verify(&out, &VerifyOptions::default()).expect("a verification").problems, [""; 0]);
    summary
}

/// Writes a log of a writer that crashes when it has written these bytes, and of the next writer.
fn crashed(bytes: usize) -> String {
    let directory = Directory::new();
    let (path, guardrail) = (directory.path("log.jsonl"), guardrail());
    let assessment = guardrail.assess(Source::Input, "x");
    let write = || {
        let log = AuditLog::builder(JsonlFile::new(&path).fsync(Fsync::Never)).open().expect("a log");
        log.record(Decision::of_text(guardrail.policy(), &assessment)).expect("a record");
        log.close().expect("an end");
    };
    write();
    let text = fs::read_to_string(&path).expect("a log");
    fs::write(&path, &text[..bytes % text.len()]).expect("a file");
    write();
    fs::read_to_string(&path).expect("a log")
}

/// Splits lines into files before these lines.
fn split(lines: &[String], at: &[usize]) -> Vec<String> {
    let mut files = vec![String::new()];
    for (number, line) in lines.iter().enumerate() {
        if at.contains(&number) {
            files.push(String::new());
        }
        let file = files.last_mut().expect("a file");
        file.push_str(line);
        file.push('\n');
    }
    files.retain(|file| !file.is_empty());
    files
}

fn named(chain: &ChainAudit) -> Vec<(u64, &str)> {
    chain.locations.iter().map(|at| (at.line, at.problem.as_str())).collect()
}

#[test]
fn removed_files_and_second_endings_are_named() {
    let lines = lines(8);
    let files = split(&lines, &[3, 7]);
    let chain = audit(&files, &[]);
    assert_eq!((chain.problems, chain.records, chain.chains, chain.ends[0].closed), (0, 10, 1, true));
    let head = chain.ends[0].head.clone();

    let chain = audit(&[files[0].clone(), files[2].clone()], &[]);
    assert_eq!((named(&chain), chain.chains), (vec![(1, "beginning")], 2));
    let kept = audit(&files[1..2], &[]);
    assert_eq!(named(&kept), [(1, "beginning")]);
    let before = audit(&files[..1], &[]).ends[0].head.clone();
    let (seq, hash) = before.split_once(':').expect("a head");
    let after = [ChainHead::new(seq.parse().expect("a number"), hash)];
    assert_eq!(audit(&files[1..], &after).problems, 0, "the first file was removed when its retention ended");
    assert_eq!(audit(&files[1..], &after).ends[0].head, head);

    // A copy is no second ending; another log after the same record is.
    let copied = [files.clone(), vec![files[1].clone()]].concat();
    assert_eq!(audit(&copied, &[]).problems, 0);
    let shorter = split(&lines[3..5], &[]);
    assert_eq!(named(&audit(&[files.clone(), shorter].concat(), &[])), [(1, "fork"), (1, "fork")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A line in which a writer crashed is accounted for, if the next writer recorded it; otherwise it is quarantined.
    #[test]
    fn a_torn_line_is_accounted_for_by_the_record_after_it(bytes in 1..2000_usize, at in 0..2000_usize) {
        let log = crashed(bytes);
        let is_torn = |line: &&str| serde_json::from_str::<serde_json::Value>(line).is_err();
        let torn: Vec<&str> = log.lines().filter(is_torn).collect();
        prop_assert!(torn.len() <= 1);
        let accounted = summary(std::slice::from_ref(&log), &[]);
        prop_assert_eq!(accounted.status, AuditStatus::Complete, "{:?}", accounted.reasons);
        prop_assert_eq!(accounted.tally.decisions.get("torn").copied().unwrap_or(0), torn.len() as u64);
        prop_assert!(accounted.is_chain_intact());

        if let Some(line) = torn.first() {
            let mut changed = line.to_string().into_bytes();
            changed[at % line.len()] ^= 1;
            let changed = String::from_utf8(changed).expect("ASCII");
            let lines = log.lines().map(|other| if other == *line { changed.as_str() } else { other });
            let changed = summary(&[lines.map(|line| format!("{line}\n")).collect()], &[]);
            prop_assert_eq!(changed.status, AuditStatus::Partial);
            prop_assert_eq!(&changed.tally.quarantined["json_syntax"], &1);
            prop_assert!(!changed.tally.decisions.contains_key("torn"));
        }
    }

    /// One record changed, removed, swapped or repeated anywhere is named, wherever files begin.
    #[test]
    fn a_change_anywhere_is_named(
        at in 0..11_usize,
        cuts in prop::collection::btree_set(1..12_usize, 0..3),
        change in 0..4_u8,
    ) {
        let mut lines = lines(10);
        let cuts: Vec<usize> = cuts.into_iter().collect();
        prop_assert_eq!(audit(&split(&lines, &cuts), &[]).problems, 0);
        match change {
            0 => lines[at] = lines[at].replacen("\"time\":\"20", "\"time\":\"21", 1),
            1 => drop(lines.remove(at)),
            2 => lines.swap(at, at + 1),
            _ => lines.insert(at, lines[at].clone()),
        }
        let chain = audit(&split(&lines, &cuts), &[]);
        // A repeated record alone in a file is the copy of a file, and files may be in any order.
        let begins = |record: usize| record == 0 || record == 12 || cuts.contains(&record);
        let are_files = change == 2 && (at..at + 3).all(begins);
        prop_assert!(chain.problems > 0 || change == 3 || are_files, "{:?}", chain);
        prop_assert_eq!(chain.problems > 0, !chain.locations.is_empty());
    }
}
