use serde_json::json;

use crate::support::{Directory, POLICY, banister};

#[test]
fn text_that_passes() {
    let run = banister(&["check"], "What is the capital of France?");
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "passed\n", ""));
}

#[test]
fn empty_text_passes() {
    let run = banister(&["check"], "");
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "passed\n"));
    let response = banister(&["check", "--format", "json"], "").json();
    assert_eq!(response["action"], "NONE");
    assert_eq!(response["outputs"], json!([]));
    assert_eq!(response["assessments"], json!([{}]));
    assert_eq!(response["usage"]["sensitiveInformationPolicyUnits"], 0);
}

#[test]
fn masked_text_is_shown_and_exits_with_0() {
    let run = banister(&["check"], "Write to jane.roe@example.com");
    let expected = "masked\n  EMAIL  pii  9..29  ANONYMIZED\n\nWrite to {EMAIL}\n";
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), expected));
}

#[test]
fn blocked_text_shows_only_the_message() {
    let files = Directory::new();
    let policy = files.file("p.yaml", POLICY);
    let run = banister(&["check", "--policy", &policy], "Got a stock tip for a@example.com?");
    let expected = "blocked\n  stocks  topic  6..15   BLOCKED\n  EMAIL   pii    20..33  ANONYMIZED\n\nNot like this.\n";
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), expected));
    let run = banister(&["check", "--policy", &policy, "--source", "output"], "A stock tip");
    assert!(run.stdout.ends_with("\nNot that.\n"), "{run:?}");
}

#[test]
fn json_is_the_response_of_apply_guardrail() {
    let files = Directory::new();
    let policy = files.file("p.yaml", POLICY);
    let text = "é: ask Globex, a@example.com, T-1234";
    let run = banister(&["check", "-p", &policy, "-s", "output", "-f", "json"], text);
    assert_eq!(run.code, Some(0));
    let expected = json!({
        "action": "GUARDRAIL_INTERVENED",
        "actionReason": "Guardrail masked.",
        "outputs": [{"text": "é: ask {rivals}, {EMAIL}, {ticket}"}],
        "assessments": [{
            "wordPolicy": {"customWords": [{"action": "ANONYMIZED", "detected": true}], "managedWordLists": []},
            "sensitiveInformationPolicy": {
                "piiEntities": [{"type": "EMAIL", "action": "ANONYMIZED", "detected": true}],
                "regexes": [{"name": "ticket", "regex": r"\bT-[0-9]{4}\b", "action": "ANONYMIZED", "detected": true}],
            },
        }],
        "usage": {
            "topicPolicyUnits": 1,
            "contentPolicyUnits": 0,
            "wordPolicyUnits": 1,
            "sensitiveInformationPolicyUnits": 1,
            "sensitiveInformationPolicyFreeUnits": 1,
            "contextualGroundingPolicyUnits": 0,
            "contentPolicyImageUnits": 0,
            "automatedReasoningPolicyUnits": 0,
            "automatedReasoningPolicies": 0,
        },
        "guardrailCoverage": {"textCharacters": {"guarded": 36, "total": 36}},
        "findings": [
            {"rule": "rivals", "kind": "word", "action": "ANONYMIZED", "start": 8, "end": 14},
            {"rule": "EMAIL", "kind": "pii", "type": "EMAIL", "action": "ANONYMIZED", "start": 16, "end": 29},
            {"rule": "ticket", "kind": "regex", "action": "ANONYMIZED", "start": 31, "end": 37},
        ],
    });
    assert_eq!(run.json(), expected);
}

#[test]
fn json_of_blocked_text_and_of_text_only_detected() {
    let files = Directory::new();
    let policy = files.file("p.yaml", POLICY);
    let run = banister(&["check", "-p", &policy, "-f", "json"], "stock tip: stock tip");
    assert_eq!(run.code, Some(1));
    let response = run.json();
    assert_eq!(response["actionReason"], "Guardrail blocked.");
    assert_eq!(response["outputs"], json!([{"text": "Not like this."}]));
    let topics = json!([{"name": "stocks", "type": "DENY", "action": "BLOCKED", "detected": true}]);
    assert_eq!(response["assessments"][0]["topicPolicy"]["topics"], topics);
    assert_eq!(response["findings"].as_array().map(Vec::len), Some(2));

    let run = banister(&["check", "-p", &policy, "-f", "json"], "Globex");
    assert_eq!(run.code, Some(0));
    let response = run.json();
    assert_eq!((&response["action"], &response["outputs"]), (&json!("NONE"), &json!([])));
    assert_eq!(response["findings"][0]["action"], "NONE");
}

#[test]
fn matched_text_is_shown_only_on_request() {
    let text = "Write to jane.roe@example.com";
    for args in [&["check"][..], &["check", "-f", "json"]] {
        let run = banister(args, text);
        assert!(!run.stdout.contains("jane") && !run.stderr.contains("jane"), "{run:?}");
        let run = banister(&[args, &["--show-matches"]].concat(), text);
        assert!(run.stdout.contains("\"jane.roe@example.com\""), "{run:?}");
    }
}

#[test]
fn results_of_several_files_have_names() {
    let files = Directory::new();
    let (one, two) = (files.file("one.txt", "hello"), files.file("two.txt", "password: Tr0ub4dor&3xyz"));
    let run = banister(&["check", &one, &two], "");
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.starts_with(&format!("passed  {one}\nblocked  {two}\n")), "{run:?}");
    let lines = banister(&["check", "-f", "json", &one, &two], "").json_lines();
    assert_eq!((lines[0]["file"].as_str(), lines[1]["file"].as_str()), (Some(&*one), Some(&*two)));
}

#[test]
fn text_keeps_its_escape_sequences_and_none_are_added() {
    let run = banister(&["check"], "\u{1b}[31m jane.roe@example.com\u{1b}[0m");
    assert!(run.stdout.ends_with("\n\u{1b}[31m {EMAIL}\u{1b}[0m\n"), "{run:?}");
    assert!(run.stdout.starts_with("masked\n"));
}

#[test]
fn long_output_is_truncated() {
    let run = banister(&["check"], "a@example.com and on it goes\n".repeat(50_000));
    assert_eq!(run.code, Some(0), "{:.200}", run.stdout);
    assert_eq!(run.stdout.lines().filter(|line| line.contains("ANONYMIZED")).count(), 1000);
    assert!(run.stdout.contains("\n  and 49000 more; use `--format json` to see them\n"));
    assert!(run.stdout.ends_with("\nThe masked text is longer than 1048576 bytes; use `--format json` to see it.\n"));
}

#[test]
fn contained_findings_are_in_json_only() {
    let files = Directory::new();
    let policy =
        files.file("p.yaml", "{version: 1, name: p, pii: [{types: [PHONE, CREDIT_DEBIT_CARD_NUMBER], action: mask}]}");
    let text = "é My card is 4111 1111 1111 1111, contact me";
    let shown = banister(&["check", "-p", &policy], text).stdout;
    assert!(shown.contains("CREDIT_DEBIT_CARD_NUMBER") && !shown.contains("PHONE"), "{shown}");
    let json = banister(&["check", "-p", &policy, "-f", "json", "--offsets", "chars"], text).json();
    let findings = json!([
        {
            "rule": "PHONE", "kind": "pii", "type": "PHONE", "action": "ANONYMIZED", "start": 13, "end": 27,
            "within": {"rule": "CREDIT_DEBIT_CARD_NUMBER", "start": 13, "end": 32},
        },
        {
            "rule": "CREDIT_DEBIT_CARD_NUMBER", "kind": "pii", "type": "CREDIT_DEBIT_CARD_NUMBER",
            "action": "ANONYMIZED", "start": 13, "end": 32,
        },
    ]);
    assert_eq!(json["findings"], findings);
    let entities = &json["assessments"][0]["sensitiveInformationPolicy"]["piiEntities"];
    assert_eq!(entities.as_array().map(Vec::len), Some(1), "{entities}");
}

#[test]
fn scores_of_topics_are_shown_on_request() {
    let files = Directory::new();
    let policy = files.file(
        "t.yaml",
        "{version: 1, name: t, denied_topics: [{name: stocks, examples: [Which stocks should I buy?]}]}",
    );
    let plain = banister(&["check", "-p", &policy, "-f", "json"], "Hello, where is my bread?").json();
    assert!(plain.get("topicScores").is_none(), "{plain}");
    let run = banister(&["check", "-p", &policy, "--scores", "-f", "json"], "Where should I buy my bread?").json();
    let topic = &run["topicScores"][0];
    assert_eq!(topic["rule"], "stocks");
    assert!(topic["score"].as_f64() > Some(0.0) && topic["score"].as_f64() < topic["threshold"].as_f64(), "{run}");
    let found = banister(&["check", "-p", &policy, "-f", "json"], "Which stocks should I buy?").json();
    assert!(found["findings"][0]["score"].as_f64() >= found["findings"][0]["threshold"].as_f64(), "{found}");
    let text = banister(&["check", "-p", &policy, "--scores"], "Where should I buy my bread?").stdout;
    assert!(text.contains("stocks") && text.contains("threshold 0."), "{text}");
}

#[test]
fn topics_that_match_by_examples_are_explained() {
    let text = "Which stocks should I buy this year?";
    let finding = &banister(&["check", "-p", "banking", "-f", "json"], text).json()["findings"][0];
    assert_eq!(finding["rule"], "investment-advice");
    assert!(finding["explanation"]["exampleIndex"].is_u64(), "{finding:#}");
    assert!(finding["explanation"]["terms"].as_array().is_some_and(|terms| !terms.is_empty()), "{finding:#}");
    let run = banister(&["check", "-p", "banking", "--show-matches"], text);
    assert!(
        run.stdout.contains("\"  0.") || run.stdout.contains("\"  1."),
        "the text and the reason are apart: {run:?}"
    );
}
