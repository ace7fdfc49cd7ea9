use std::io::{BufRead as _, BufReader, Write as _};

use serde_json::json;

use crate::support::{banister, command};

#[test]
fn results_are_in_order_with_their_ids() {
    let lines = r#"{"id": 12345678901234567890123, "text": "a@example.com"}
{"text": "AKIAIOSFODNN7EXAMPLE", "id": {"a": [1, 2]}, "label": "other members are for others"}
{"id": null, "text": "AKIAIOSFODNN7EXAMPLE", "source": "output"}
{"text": "fine", "source": "INPUT"}"#;
    let run = banister(&["check", "--jsonl"], lines);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.starts_with(r#"{"id":12345678901234567890123,"action":"#), "{run:?}");
    let results = run.json_lines();
    let actions: Vec<_> = results.iter().map(|result| result["findings"][0]["action"].as_str()).collect();
    assert_eq!(actions, [Some("ANONYMIZED"), Some("BLOCKED"), Some("ANONYMIZED"), None]);
    assert_eq!(results[1]["id"], json!({"a": [1, 2]}));
    assert!(results[2].as_object().expect("an object").contains_key("id"));
    assert!(!results[3].as_object().expect("an object").contains_key("id"));
}

#[test]
fn an_invalid_line_is_an_error_and_the_others_are_evaluated() {
    let mut lines =
        b"{\"id\":1,\"text\":\"ok\"}\n\nnonsense\n{\"id\":\"x\"}\n{\"id\":2,\"text\":\"a\",\"source\":\"up\"}\n"
            .to_vec();
    lines.extend_from_slice(
        b"{\"text\":\"\xff\"}\n{\"text\":\"\\ud800\"}\n[1]\n{\"id\":3,\"text\":\"password: Tr0ub4dor&3xyz\"}\n",
    );
    let run = banister(&["check", "--jsonl"], lines);
    assert_eq!(run.code, Some(2), "{run:?}");
    let results = run.json_lines();
    let errors: Vec<_> = results.iter().map(|result| result["line"].as_u64()).collect();
    assert_eq!(errors, [None, Some(2), Some(3), Some(4), Some(5), Some(6), Some(7), Some(8), None]);
    assert_eq!((&results[3]["id"], &results[4]["id"]), (&json!("x"), &json!(2)));
    assert!(results[3]["error"].as_str().expect("an error").contains("text"), "{run:?}");
    assert_eq!(results[5]["error"], "the line is not valid UTF-8 at byte 9");
    assert_eq!(results[8]["actionReason"], "Guardrail blocked.");
}

/// Editors and shells of Windows write CRLF, and a byte order mark before the first line, also of files that were joined.
#[test]
fn byte_order_marks_and_crlf_are_ignored() {
    let lines = "\u{feff}{\"id\":1,\"text\":\"a@example.com\"}\r\n{\"id\":2,\"text\":\"\u{feff}ok\"}\r\n\u{feff}{\"id\":3,\"text\":\"ok\"}\r\n";
    let run = banister(&["check", "--jsonl"], lines);
    assert_eq!(run.code, Some(0), "{run:?}");
    let ids: Vec<_> = run.json_lines().iter().map(|result| result["id"].as_u64()).collect();
    assert_eq!(ids, [Some(1), Some(2), Some(3)]);
    assert_eq!(run.json_lines()[0]["findings"][0]["action"], "ANONYMIZED");
}

#[test]
fn empty_input_has_no_output() {
    let run = banister(&["check", "--jsonl"], "");
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
}

#[test]
fn a_result_does_not_wait_for_the_next_line() {
    let mut child = command(&["check", "--jsonl"]).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    for number in 0..3 {
        writeln!(stdin, r#"{{"id":{number},"text":"hello"}}"#).expect("it reads");
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it answers");
        assert!(line.starts_with(&format!(r#"{{"id":{number},"#)), "{line}");
    }
    drop(stdin);
    assert!(child.wait().expect("the binary ends").success());
}

#[test]
fn lines_can_be_bodies() {
    let line = json!({"id": 1, "text": r#"{"prompt":"Write to jane.roe@example.com"}"#}).to_string();
    let run = banister(&["check", "--jsonl", "--body"], line);
    let result = &run.json_lines()[0];
    assert_eq!(result["findings"][0]["pointer"], "/prompt");
    assert_eq!(result["outputs"][0]["text"], r#"{"prompt":"Write to {EMAIL}"}"#);
}

/// Windows' editors and tools put a byte order mark before the first line.
#[test]
fn a_byte_order_mark_is_ignored() {
    let run = banister(
        &["check", "--jsonl"],
        "\u{feff}{\"id\":1,\"text\":\"jane.roe@example.com\"}\n{\"id\":2,\"text\":\"ok\"}\n",
    );
    let results = run.json_lines();
    assert_eq!((&results[0]["id"], &results[1]["id"]), (&json!(1), &json!(2)), "{run:?}");
    assert!(results[0]["error"].is_null(), "{run:?}");
    assert_eq!(results[0]["outputs"][0]["text"], "{EMAIL}", "{run:?}");
}
