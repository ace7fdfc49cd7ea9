use serde_json::json;

use crate::support::banister;

#[test]
fn a_masked_request_keeps_its_other_bytes() {
    let body = r#"{ "messages":[{"role":"user","content":[{"text":"Write to jane.roe@example.com"}]}], "n":1.0}"#;
    let run = banister(&["check", "--body", "-f", "json"], body);
    assert_eq!(run.code, Some(0), "{run:?}");
    let response = run.json();
    assert_eq!(response["outputs"][0]["text"], body.replace("jane.roe@example.com", "{EMAIL}"));
    assert_eq!(response["findings"][0]["pointer"], "/messages/0/content/0/text");
    assert_eq!((&response["findings"][0]["start"], &response["findings"][0]["end"]), (&json!(9), &json!(29)));

    let run = banister(&["check", "--body"], body);
    assert!(run.stdout.starts_with("masked\n  EMAIL  pii  9..29  ANONYMIZED  /messages/0/content/0/text\n"), "{run:?}");
}

#[test]
fn a_blocked_request_and_a_response() {
    let run = banister(&["check", "--body"], r#"{"prompt":"password: Tr0ub4dor&3xyz"}"#);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.ends_with("Please remove it and try again.\n"), "{run:?}");
    let body = r#"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"password: Tr0ub4dor&3xyz"}],"stop_reason":"end_turn"}"#;
    let run = banister(&["check", "--body", "-s", "output", "-f", "json", "--show-matches"], body);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.json()["findings"][0]["match"], "Tr0ub4dor&3xyz");
}

/// Denied text before the last turn is masked, and reported as masked.
#[test]
fn a_blocked_turn_in_the_history() {
    let turns = |last: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":[{{"text":"password: Tr0ub4dor&3xyz"}}]}},{{"role":"assistant","content":[{{"text":"No"}}]}},{{"role":"user","content":[{{"text":"{last}"}}]}}]}}"#
        )
    };
    let run = banister(&["check", "--body", "-f", "json"], turns("hello"));
    assert_eq!(run.code, Some(0), "{run:?}");
    let response = run.json();
    assert_eq!(response["action"], "GUARDRAIL_INTERVENED");
    assert_eq!(response["findings"][0]["action"], "REPLACED");
    let assessed = &response["assessments"][0]["sensitiveInformationPolicy"]["piiEntities"][0];
    assert_eq!((&assessed["type"], &assessed["action"]), (&json!("PASSWORD"), &json!("REPLACED")));
    assert_eq!(response["outputs"][0]["text"], turns("hello").replace("Tr0ub4dor&3xyz", "{PASSWORD}"));

    let run = banister(&["check", "--body"], turns("hello"));
    assert!(
        run.stdout.starts_with("masked\n  PASSWORD  pii  10..24  REPLACED  /messages/0/content/0/text\n"),
        "{run:?}"
    );
    let run = banister(&["check", "--body", "-f", "json"], turns("password: Tr0ub4dor&3xyz"));
    let actions: Vec<_> =
        run.json()["findings"].as_array().unwrap().iter().map(|found| found["action"].clone()).collect();
    assert_eq!((run.code, actions), (Some(1), vec![json!("REPLACED"), json!("BLOCKED")]));
}

#[test]
fn uninspectable_bodies_are_errors() {
    banister(&["check", "--body"], "").assert_fails(&["empty"]);
    banister(&["check", "--body"], "not json").assert_fails(&["not JSON at byte 0"]);
    banister(&["check", "--body"], b"{\"prompt\":\"\xff\"}").assert_fails(&["byte 11"]);
    banister(&["check", "--body", "-f", "json"], r#"{"a":1}"#).assert_fails(&["standard input", "format"]);
}

#[test]
fn unknown_content_is_rejected_with_the_flag_that_allows_it() {
    let body =
        r#"{"messages": [{"role": "user", "content": [{"hologram": {"caption": "Write to jane.roe@example.com"}}]}]}"#;
    banister(&["check", "--body"], body).assert_fails(&["--dangerous-inspect-unknown-content"]);
    for format in ["text", "json"] {
        let run = banister(&["check", "--body", "-f", format, "--dangerous-inspect-unknown-content"], body);
        assert!(run.code == Some(0) && run.stdout.contains("EMAIL"), "{run:?}");
    }
    banister(&["check", "--dangerous-inspect-unknown-content"], "").assert_fails(&["--body"]);
}
