//! The join of both logs.

use std::fs;

use banister_audit::{
    Accepted, AuditStatus, Counters, FinalizeOptions, ScanOptions, ScanRun, Summary, VerifyOptions, finalize, scan,
    verify,
};
use serde_json::{Value, json};

use crate::runs::{Directory, guardrail, run};

/// The ID of a decision: 32 letters.
fn id(number: u8) -> String {
    char::from(b'a' + number).to_string().repeat(32)
}

fn request_id(number: u8) -> String {
    format!("abcdefab-cdef-4abc-8def-abcdefabcd{number:02}")
}

/// A call, tagged with a policy or not.
fn call(number: u8, prompt: &str, completion: &str, tag: Option<&str>) -> Value {
    let mut record = json!({
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2026-04-19T13:28:51Z",
        "requestId": request_id(number), "operation": "Converse", "modelId": "m",
        "input": {"inputBodyJson": {"messages": [{"role": "user", "content": [{"text": prompt}]}]}},
        "output": {"outputBodyJson": {"output": {"message": {"role": "assistant", "content": [{"text": completion}]}}, "stopReason": "end_turn"}},
    });
    if let Some(policy) = tag {
        record["requestMetadata"] = json!({"banister-decision": id(number), "banister-policy": policy});
    }
    record
}

/// The records of a call: of its request, and of its response if that has an outcome.
fn decisions(number: u8, policy: &str, response: Option<&str>) -> Vec<Value> {
    let record = |stage: &str, outcome: &str| {
        json!({
            "schema": "banister.decision/1", "writer": "w", "seq": 1, "prev": "0".repeat(64), "time": "2026-04-19T13:28:51.000000Z",
            "event": "decision", "decision": id(number), "stage": stage, "source": "INPUT", "caller": "support",
            "policy": {"name": "archive", "version": 1, "digest": policy}, "engine": "0.1.0", "outcome": outcome, "findings": [],
            "coverage": {"bytes": 1, "chars": 1}, "duration_us": 1, "hash": "0".repeat(64),
        })
    };
    let mut records = vec![record("request", "passed")];
    if let Some(outcome) = response {
        let mut response = record("response", outcome);
        response["request_id"] = json!(request_id(number));
        records.push(response);
    }
    records
}

/// Audits calls and decision records, in two objects.
fn audit(calls: &[Value], decisions: &[Value], approved: &[&str]) -> Summary {
    let directory = Directory::new();
    fs::create_dir(directory.path("logs")).expect("a directory");
    let lines = |rows: &[Value]| rows.iter().map(|row| row.to_string() + "\n").collect::<String>();
    fs::write(directory.path("logs/calls.jsonl"), lines(calls)).expect("a file");
    fs::write(directory.path("logs/decisions.jsonl"), lines(decisions)).expect("a file");
    let (inputs, out) = (directory.input("logs"), directory.path("out"));
    let options = ScanOptions { decisions: true, ..ScanOptions::default() };
    scan(&ScanRun { options, ..run(&inputs, &out) }, &Counters::default()).expect("a scan");
    let approved_policies = approved.iter().map(|digest| (*digest).to_owned()).collect();
    let accepted = Accepted { approved_policies, ..Accepted::default() };
    let summary =
        finalize(&out, &FinalizeOptions { accepted, ..FinalizeOptions::default() }).expect("an audit").summary;
    assert_eq!(verify(&out, &VerifyOptions::default()).expect("a verification").problems, [""; 0]);
    summary
}

#[test]
fn each_problem_is_named() {
    let policy = guardrail().policy().digest().to_owned();
    let policy = policy.as_str();
    let other = "b".repeat(64);
    let mail = "bdfgh@jkmpq.com";
    let cases: [(&str, Value, Vec<Value>, &[&str]); 9] = [
        ("tagged", call(1, "x", "x", Some(policy)), decisions(1, policy, Some("passed")), &[]),
        ("by request ID", call(1, "x", "x", None), decisions(1, policy, Some("passed")), &[]),
        ("nothing", call(1, "x", "x", Some(policy)), decisions(2, policy, Some("passed")), &["no_decision"]),
        ("nothing untagged", call(1, "x", "x", None), decisions(1, policy, None), &["no_decision"]),
        (
            "another policy",
            call(1, "x", "x", Some(&other)),
            decisions(1, &other, Some("passed")),
            &["unapproved_policy"],
        ),
        (
            "two policies",
            call(1, "x", "x", Some(policy)),
            decisions(1, &other, Some("passed")),
            &["unapproved_policy", "tag_mismatch"],
        ),
        ("input", call(1, mail, "x", Some(policy)), decisions(1, policy, Some("passed")), &["weaker_input"]),
        ("output", call(1, "x", mail, Some(policy)), decisions(1, policy, Some("passed")), &["weaker_output"]),
        ("no response", call(1, "x", mail, Some(policy)), decisions(1, policy, None), &["no_response_decision"]),
    ];
    for (name, call, decisions, expected) in cases {
        let summary = audit(&[call], &decisions, &[]);
        let found = summary.decisions.as_ref().expect("a join");
        let problems: Vec<&str> = found.problems.keys().map(|problem| problem.as_str()).collect();
        assert_eq!(problems, expected, "{name}");
        assert_eq!(summary.is_clean(), expected.is_empty(), "{name}");
        assert_eq!(found.locations.len(), expected.len());
        assert_eq!(summary.status, AuditStatus::Complete, "{name}: {:?}", summary.reasons);
    }
    for outcome in ["masked", "blocked", "rejected"] {
        let summary = audit(&[call(1, "x", mail, Some(policy))], &decisions(1, policy, Some(outcome)), &[]);
        assert_eq!(summary.decisions.as_ref().expect("a join").output_handled, 1);
        assert!(summary.is_clean());
    }
    let summary = audit(&[call(1, "x", "x", Some(&other))], &decisions(1, &other, Some("passed")), &[&other]);
    assert!(summary.is_clean(), "it is approved");
}

#[test]
fn lost_and_unknown_decision_records_make_the_audit_partial() {
    let policy = guardrail().policy().digest().to_owned();
    let mut lost = decisions(1, &policy, Some("passed"));
    lost[1]["lost"] = json!(3);
    let calls = [call(1, "x", "x", Some(&policy))];
    let summary = audit(&calls, &lost, &[]);
    assert_eq!(summary.reasons, ["3 decision records were lost by their writers"]);
    let mut future = decisions(1, &policy, Some("passed"));
    future[0]["schema"] = json!("banister.decision/2");
    let summary = audit(&calls, &future, &[]);
    assert_eq!((summary.status, summary.tally.quarantined["schema_unknown"]), (AuditStatus::Partial, 1));
}
