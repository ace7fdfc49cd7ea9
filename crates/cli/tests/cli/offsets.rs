use serde_json::{Value, json};

use crate::support::banister;

/// Characters of one to four bytes of UTF-8, the last of two units of UTF-16, and a combining mark.
const TEXT: &str = "aé中🎉e\u{301} jane.roe@example.com 🎉 bob@example.org";

fn spans(response: &Value) -> Vec<(u64, u64)> {
    let findings = response["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|found| (found["start"].as_u64().expect("start"), found["end"].as_u64().expect("end")))
        .collect()
}

const EXPECTED: [(&str, [(u64, u64); 2]); 3] =
    [("bytes", [(14, 34), (40, 55)]), ("chars", [(7, 27), (30, 45)]), ("utf16", [(8, 28), (32, 47)])];

#[test]
fn of_a_text() {
    for (unit, expected) in EXPECTED {
        let response = banister(&["check", "-f", "json", "--offsets", unit], TEXT).json();
        assert_eq!(spans(&response), expected, "{unit}");
        assert_eq!(response.get("offsets").and_then(Value::as_str), (unit != "bytes").then_some(unit));
    }
    assert_eq!(spans(&banister(&["check", "-f", "json"], TEXT).json()), EXPECTED[0].1);
    let characters: Vec<char> = TEXT.chars().collect();
    assert_eq!(characters[7..27].iter().collect::<String>(), "jane.roe@example.com");
    let units: Vec<u16> = TEXT.encode_utf16().collect();
    assert_eq!(String::from_utf16(&units[32..47]).expect("whole characters"), "bob@example.org");
}

#[test]
fn of_lines() {
    let lines = format!("{}\n{}\n", json!({"id": 1, "text": TEXT}), json!({"id": 2, "text": "x@example.com"}));
    for (unit, expected) in EXPECTED {
        let results = banister(&["check", "--jsonl", "--offsets", unit], &lines).json_lines();
        assert_eq!(spans(&results[0]), expected, "{unit}");
        assert_eq!(spans(&results[1]), [(0, 13)], "{unit}");
    }
}

#[test]
fn of_bodies_in_the_decoded_string() {
    let arguments = json!({"to": TEXT, "é/é jane.roe@example.com": 1}).to_string();
    let body = json!({"messages": [
        {"role": "user", "content": TEXT},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}]},
    ]})
    .to_string()
    .replace('🎉', r"\ud83c\udf89");
    for (unit, expected) in EXPECTED {
        for format in [&["-f", "json"][..], &["--jsonl"]] {
            let args = [&["check", "--body", "--offsets", unit][..], format].concat();
            let input = if format.len() == 1 { json!({"text": body}).to_string() } else { body.clone() };
            let response = &banister(&args, input).json();
            let at = |pointer: &str, inner: Option<&str>| {
                let mut found = response.clone();
                let findings = found["findings"].as_array_mut().expect("findings");
                findings.retain(|entry| {
                    entry["pointer"] == pointer && entry.get("innerPointer").and_then(Value::as_str) == inner
                });
                spans(&found)
            };
            assert_eq!(at("/messages/0/content", None), expected, "{unit} {response}");
            let arguments = "/messages/1/tool_calls/0/function/arguments";
            assert_eq!(at(arguments, Some("/to")), expected, "{unit} {response}");
            let key = at(arguments, Some("/é~1é jane.roe@example.com"));
            assert_eq!(key, [if unit == "bytes" { (6, 26) } else { (4, 24) }], "{unit} {response}");
        }
    }
}

#[test]
fn text_output_counts_bytes() {
    let run = banister(&["check"], TEXT);
    assert!(run.stdout.contains("14..34"), "{run:?}");
    banister(&["check", "--offsets", "chars"], TEXT).assert_fails(&["--offsets", "--format json"]);
    let help = banister(&["check", "--help"], "").stdout;
    assert!(help.contains("--offsets") && help.contains("UTF-8") && help.contains("Code points"), "{help}");
}
