//! The join of both logs.

use std::fs;
use std::sync::{Arc, Mutex};

use banister::{
    AuditLog, AuditSink, BodyGuard, Conversation, Decision, DecisionOutcome, Guardrail, Operation, Policy, RecordLine,
    Source, Stage,
};
use banister_audit::{
    Accepted, Approval, AuditStatus, Counters, FinalizeOptions, ScanOptions, ScanRun, Summary, VerifyOptions, finalize,
    scan, verify,
};
use serde_json::{Value, json};

use crate::workspace::{Directory, guardrail, run};

/// The ID of a decision: 32 letters.
fn id(number: u8) -> String {
    char::from(b'a' + number).to_string().repeat(32)
}

fn request_id(number: u8) -> String {
    format!("abcdefab-cdef-4abc-8def-abcdefabcd{number:02}")
}

fn request(prompt: &str) -> Value {
    json!({"messages": [{"role": "user", "content": [{"text": prompt}]}]})
}

fn response(completion: &str) -> Value {
    json!({"output": {"message": {"role": "assistant", "content": [{"text": completion}]}}, "stopReason": "end_turn"})
}

/// A call, tagged with a policy or not.
fn call(number: u8, prompt: &str, completion: &str, tag: Option<&str>) -> Value {
    let mut record = json!({
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2026-04-19T13:28:51Z",
        "requestId": request_id(number), "operation": "Converse", "modelId": "m",
        "input": {"inputBodyJson": request(prompt)}, "output": {"outputBodyJson": response(completion)},
    });
    if let Some(policy) = tag {
        record["requestMetadata"] = json!({"banister-decision": id(number), "banister-policy": policy});
    }
    record
}

/// What a guardrail decides on a body.
fn decide(number: u8, guardrail: &Guardrail, source: Source, body: &Value) -> Decision {
    let guard = BodyGuard::new(guardrail, &Conversation::new());
    let body = body.to_string();
    let guarded = match source {
        Source::Output => guard.inspect_response(Operation::Converse, body.as_bytes()),
        _ => guard.inspect_request(Operation::Converse, body.as_bytes()),
    };
    let mut decision = guarded.expect("a body").assessment().decision(guardrail.policy());
    decision.decision = id(number);
    if source == Source::Output {
        decision.request_id = Some(request_id(number));
    }
    decision
}

/// The decisions on a call.
fn decisions(number: u8, guardrail: &Guardrail, prompt: &str, completion: Option<&str>) -> Vec<Decision> {
    let mut decisions = vec![decide(number, guardrail, Source::Input, &request(prompt))];
    decisions.extend(completion.map(|completion| decide(number, guardrail, Source::Output, &response(completion))));
    decisions
}

/// The lines of a log with these decisions, chained.
pub(crate) fn log(decisions: &[Decision]) -> String {
    #[derive(Default, Clone)]
    struct Lines(Arc<Mutex<String>>);
    impl AuditSink for Lines {
        fn write(&mut self, lines: &[RecordLine]) -> std::io::Result<()> {
            let mut text = self.0.lock().expect("no thread panics");
            lines.iter().for_each(|line| text.push_str(&format!("{}\n", line.as_str())));
            Ok(())
        }
    }
    let lines = Lines::default();
    let log = AuditLog::builder(lines.clone()).open().expect("a log");
    decisions.iter().for_each(|decision| log.record(decision.clone()).expect("memory accepts all"));
    log.close().expect("memory accepts all");
    let text = lines.0.lock().expect("no thread panics");
    text.clone()
}

/// Audits calls and a decision log, in two objects.
fn audit_with(
    calls: &[Value],
    log: &str,
    approved: &[Approval],
    change: impl Fn(ScanRun<'_>) -> ScanRun<'_>,
) -> Summary {
    let directory = Directory::new();
    fs::create_dir(directory.path("logs")).expect("a directory");
    let lines = calls.iter().map(|row| row.to_string() + "\n").collect::<String>();
    fs::write(directory.path("logs/calls.jsonl"), lines).expect("a file");
    fs::write(directory.path("logs/decisions.jsonl"), log).expect("a file");
    let (inputs, out) = (directory.input("logs"), directory.path("out"));
    let options = ScanOptions { decisions: true, ..ScanOptions::default() };
    let run = change(ScanRun { options, ..run(&inputs, &out) });
    scan(&run, &Counters::default()).expect("a scan");
    let accepted = Accepted { approved_policies: approved.to_vec(), ..Accepted::default() };
    let summary =
        finalize(&out, &FinalizeOptions { accepted, ..FinalizeOptions::default() }).expect("an audit").summary;
    let again = VerifyOptions {
        guardrail: Some(guardrail()),
        recorded: run.recorded,
        against: run.against,
        rescan_per_mille: 1000,
        ..VerifyOptions::default()
    };
    let verified = verify(&out, &again).expect("a verification");
    assert_eq!((verified.problems.as_slice(), verified.rescanned), ([""; 0].map(str::to_owned).as_slice(), 2));
    summary
}

fn audit(calls: &[Value], decisions: &[Decision], approved: &[Approval]) -> Summary {
    audit_with(calls, &log(decisions), approved, |run| run)
}

fn problems(summary: &Summary) -> Vec<&str> {
    let decisions = summary.decisions.as_ref().expect("a join");
    decisions.problems.keys().map(|problem| problem.as_str()).collect()
}

/// A policy that reports where the audited one masks.
fn other() -> Guardrail {
    let policy =
        crate::archive::POLICY.replace("name: archive", "name: other").replace("action: mask", "action: detect");
    Guardrail::new(Policy::from_yaml(&policy).expect("a policy"))
}

const MAIL: &str = "write to bdfgh@jkmpq.com";

#[test]
fn each_problem_is_named() {
    let (audited, other) = (guardrail(), other());
    let (policy, other_policy) = (audited.policy().digest(), other.policy().digest());
    let cases: [(&str, Value, Vec<Decision>, &[&str]); 12] = [
        ("tagged", call(1, "x", "x", Some(policy)), decisions(1, audited, "x", Some("x")), &[]),
        ("by request ID", call(1, "x", "x", None), decisions(1, audited, "x", Some("x")), &[]),
        ("nothing", call(1, "x", "x", Some(policy)), decisions(2, audited, "x", Some("x")), &["no_decision"]),
        ("nothing untagged", call(1, "x", "x", None), decisions(1, audited, "x", None), &["no_decision"]),
        (
            "another policy",
            call(1, "x", "x", Some(other_policy)),
            decisions(1, &other, "x", Some("x")),
            &["unapproved_policy"],
        ),
        (
            "two policies",
            call(1, "x", "x", Some(policy)),
            decisions(1, &other, "x", Some("x")),
            &["unapproved_policy", "tag_mismatch"],
        ),
        (
            "input",
            call(1, MAIL, "x", Some(policy)),
            decisions(1, audited, "x", Some("x")),
            &["weaker_input", "replay_mismatch"],
        ),
        (
            "output",
            call(1, "x", MAIL, Some(policy)),
            decisions(1, audited, "x", Some("x")),
            &["weaker_output", "replay_mismatch"],
        ),
        ("no response", call(1, "x", MAIL, Some(policy)), decisions(1, audited, "x", None), &["no_response_decision"]),
        ("masked", call(1, "x", MAIL, Some(policy)), decisions(1, audited, "x", Some(MAIL)), &[]),
        (
            "other response",
            call(1, "x", MAIL, Some(policy)),
            decisions(1, audited, "x", Some(&MAIL.replace("write", "mail"))),
            &["replay_mismatch"],
        ),
        ("masked request", call(1, "write to {EMAIL}", "x", Some(policy)), decisions(1, audited, MAIL, Some("x")), &[]),
    ];
    for (name, call, decisions, expected) in cases {
        let summary = audit(&[call], &decisions, &[]);
        assert_eq!(problems(&summary), expected, "{name}");
        assert_eq!(summary.is_clean(), expected.is_empty(), "{name}");
        assert!(summary.is_chain_intact());
        assert_eq!(summary.decisions.as_ref().expect("a join").locations.len(), expected.len());
        assert_eq!(summary.status, AuditStatus::Complete, "{name}: {:?}", summary.reasons);
    }
    for outcome in [DecisionOutcome::Masked, DecisionOutcome::Blocked, DecisionOutcome::Rejected] {
        let mut decisions = decisions(1, audited, "x", Some(MAIL));
        decisions[1].outcome = outcome;
        let summary = audit(&[call(1, "x", MAIL, Some(policy))], &decisions, &[]);
        assert_eq!(summary.decisions.as_ref().expect("a join").output_handled, 1);
        assert!(summary.is_clean(), "{outcome:?}");
    }
    for outcome in [DecisionOutcome::Blocked, DecisionOutcome::Rejected] {
        let mut decisions = decisions(1, audited, "x", None);
        decisions[0].outcome = outcome;
        let summary = audit(&[call(1, "x", "x", Some(policy))], &decisions, &[]);
        assert_eq!(problems(&summary), ["blocked_call"]);
    }
}

/// Whoever reads a log can send a tag again, to a model that no guardrail stands before.
#[test]
fn a_tag_that_was_copied_names_no_decision() {
    let audited = guardrail();
    let policy = Some(audited.policy().digest());
    let copied = |mut record: Value| {
        record["requestId"] = json!(request_id(2));
        record
    };
    let (own, copy) = (call(1, "x", "x", policy), copied(call(1, "y", "y", policy)));
    let failed = {
        let mut record = copied(call(1, "x", "x", policy));
        record["errorCode"] = json!("ThrottlingException");
        record.as_object_mut().expect("an object").remove("output");
        record
    };
    let whole = decisions(1, audited, "x", Some("x"));
    let request = decisions(1, audited, "x", None);
    let cases: [(&str, &[&Value], &[Decision], u64); 5] = [
        ("beside its own", &[&own, &copy], &whole, 1),
        ("alone", &[&copy], &whole, 1),
        ("of a call whose caller left", &[&own, &copy], &request, 2),
        ("of an attempt that failed", &[&failed, &own], &whole, 0),
        ("of a call whose response was not recorded", &[&own], &request, 0),
    ];
    for (name, calls, decisions, expected) in cases {
        let calls: Vec<Value> = calls.iter().map(|call| (*call).clone()).collect();
        let summary = audit(&calls, decisions, &[]);
        let found = &summary.decisions.as_ref().expect("a join").problems;
        assert_eq!(found.values().sum::<u64>(), expected, "{name}: {found:?}");
        assert!(found.keys().all(|problem| problem.as_str() == "other_call"), "{name}: {found:?}");
    }
}

#[test]
fn a_policy_counts_only_at_the_times_at_which_it_was_approved() {
    let (audited, other) = (guardrail(), other());
    let (policy, other_policy) = (audited.policy().digest(), other.policy().digest());
    let calls = [call(1, "x", "x", Some(other_policy))];
    let decided = decisions(1, &other, "x", Some("x"));
    for (period, expected) in [
        ("", &[][..]),
        ("@2020-01-01..", &[]),
        ("@..2020-01-01", &["unapproved_time"]),
        ("@2999-01-01..", &["unapproved_time"]),
    ] {
        let approval = format!("{other_policy}{period}").parse().expect("an approval");
        assert_eq!(problems(&audit(&calls, &decided, &[approval])), expected, "{period}");
    }
    // Two periods of one policy, and one of the audited policy, which then has no other.
    let approvals = ["@..2020-01-01", "@2020-01-01.."].map(|period| format!("{other_policy}{period}").parse().unwrap());
    assert!(audit(&calls, &decided, &approvals).is_clean());
    let past = format!("{policy}@..2020-01-01").parse().expect("an approval");
    let summary = audit(&[], &decisions(1, audited, "x", Some("x")), &[past]);
    assert_eq!(problems(&summary), ["unapproved_time"], "also of decisions without a call");
}

#[test]
fn decisions_are_replayed_under_the_policy_that_they_name() {
    let (audited, other) = (guardrail(), other());
    let other_policy = other.policy().digest();
    let calls = [call(1, MAIL, MAIL, Some(other_policy)), call(2, "x", MAIL, None)];
    let decided = [decisions(1, &other, MAIL, Some(MAIL)), decisions(2, audited, "x", Some(MAIL))].concat();
    let approved = [Approval::always(other_policy)];
    let counts = |recorded: &'static [Guardrail]| {
        let summary = audit_with(&calls, &log(&decided), &approved, |run| ScanRun { recorded, ..run });
        let replay = summary.decisions.expect("a join").replay;
        (replay.same, replay.different, replay.not_comparable, replay.other_policy)
    };
    // The response of the untagged call; its request has no request ID.
    assert_eq!(counts(&[]), (1, 0, 2, 0));
    let recorded: &'static [Guardrail] = Box::leak(Box::new([other.clone()]));
    assert_eq!(counts(recorded), (3, 0, 0, 0));

    // A stream that a rule blocked ends early.
    let mut cut = decisions(2, audited, "x", Some(MAIL));
    (cut[1].stage, cut[1].outcome) = (Stage::Stream, DecisionOutcome::Blocked);
    cut[1].findings.clear();
    let calls = [call(2, "x", MAIL, None)];
    assert!(audit(&calls, &cut, &[]).is_clean());
    cut[1].stage = Stage::Response;
    assert_eq!(problems(&audit(&calls, &cut, &[])), ["replay_mismatch"]);
    cut[1].findings_omitted = 1;
    assert!(audit(&calls, &cut, &[]).is_clean(), "the record does not have all findings");
}

#[test]
fn another_policy_is_compared() {
    let (audited, other): (&Guardrail, &'static Guardrail) = (guardrail(), Box::leak(Box::new(other())));
    let calls = [call(1, "x", MAIL, None), call(2, "x", "x", None)];
    let decided = [decisions(1, audited, "x", Some(MAIL)), decisions(2, audited, "x", Some("x"))].concat();
    let summary = audit_with(&calls, &log(&decided), &[], |run| ScanRun { against: Some(other), ..run });
    let expected = [("input\tpassed\tpassed", 2), ("output\tmasked\tdetected", 1), ("output\tpassed\tpassed", 1)];
    assert!(summary.tally.against.iter().map(|(key, count)| (key.as_str(), *count)).eq(expected));
    assert_eq!(summary.tally.against_findings["EMAIL\tpii\tEMAIL\toutput\tNONE"], 1);
}

#[test]
fn lost_and_unknown_decision_records_make_the_audit_partial() {
    let audited = guardrail();
    let calls = [call(1, "x", "x", Some(audited.policy().digest()))];
    let decided = decisions(1, audited, "x", Some("x"));
    let lost = log(&decided).replace("\"event\":\"closed\"", "\"lost\":3,\"event\":\"closed\"");
    let summary = audit_with(&calls, &lost, &[], |run| run);
    assert_eq!(summary.reasons, ["3 decision records were lost by their writers"]);
    let future = log(&decided).replacen("banister.decision/1", "banister.decision/2", 1);
    let summary = audit_with(&calls, &future, &[], |run| run);
    assert_eq!((summary.status, summary.tally.quarantined["schema_unknown"]), (AuditStatus::Partial, 1));
    assert!(!summary.is_chain_intact(), "the line was changed");
}
