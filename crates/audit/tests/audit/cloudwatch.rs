//! The invocation log as CloudWatch Logs delivers it.

use serde_json::{Value, json};

use crate::scan::{converse, record};
use crate::support::{Scanned, scan};

/// Records whose findings depend on reading them as records: an address that two chunks share, and one behind an escape.
fn records() -> Vec<String> {
    let model = "anthropic.claude-3-haiku-20240307-v1:0";
    let events = json!([
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "a@exa"}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "mple.com"}}},
        {"messageStop": {"stopReason": "end_turn"}},
    ]);
    let streamed = record("ConverseStream", model, &converse("\nb@example.com"), &events);
    let plain = record("Converse", model, &converse("x"), &json!({"output": {"message": {"content": []}}}));
    vec![streamed.to_string(), plain.to_string()]
}

/// Everything of findings but the line: a batch has all records in one.
fn found(scanned: &Scanned) -> Vec<Value> {
    let without_place = |mut finding: Value| {
        if let Value::Object(fields) = &mut finding {
            fields.retain(|name, _| !["line", "offset", "byte_offset"].contains(&name.as_str()));
        }
        finding
    };
    scanned.findings.iter().cloned().map(without_place).collect()
}

fn batch(messages: &[String]) -> Value {
    let event = |message: &String| json!({"id": "1", "timestamp": 1, "message": message});
    json!({
        "messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "bedrock",
        "logStream": "aws/bedrock/modelinvocations", "subscriptionFilters": ["all"],
        "logEvents": messages.iter().map(event).collect::<Vec<_>>(),
    })
}

#[test]
fn records_are_the_same_in_an_export_and_in_a_batch() {
    let records = records();
    let plain = scan(records.join("\n"));
    assert_eq!(plain.locations().len(), 2, "{:?}", plain.locations());
    let time = "2026-04-19T13:28:51.123Z ";
    let exported = records.iter().map(|record| format!("{time}{record}\n")).collect::<String>();
    for (case, content) in [
        ("export", exported.clone()),
        ("export with a record that was delivered otherwise", format!("{time}{}\n{}\n", records[0], records[1])),
        ("batch", batch(&records).to_string()),
        ("batches in lines", format!("{}\n{}\n", batch(&records[..1]), batch(&records[1..]))),
        ("batches in an array", json!([batch(&records[..1]), batch(&records[1..])]).to_string()),
        ("a batch in a batch", batch(&[batch(&records).to_string()]).to_string()),
    ] {
        let scanned = scan(&content);
        assert_eq!(found(&scanned), found(&plain), "{case}");
        assert_eq!(scanned.quarantined(), plain.quarantined(), "{case}");
        let tally = &scanned.outcome.receipt.tally;
        assert_eq!(tally.records_by_format.get("invocation_log"), Some(&2), "{case}");
    }
}

#[test]
fn nothing_of_a_batch_is_passed_over() {
    let mail = "a@example.com";
    let with = |field: &str, value: Value| {
        let mut batch = batch(&["{}".to_owned()]);
        batch[field] = value;
        batch.to_string()
    };
    for content in [
        batch(&[mail.to_owned()]).to_string(),
        batch(&[json!({"note": mail}).to_string()]).to_string(),
        with("new", json!(mail)),
        with("logEvents", json!([{"message": "{}", "new": {"at": mail}}])),
        with("logEvents", json!([{"message": {"note": mail}}])),
        with("logEvents", json!({"note": mail})),
        with("logEvents", json!([mail])),
        with("logEvents", json!([])).replace("[]", &format!(r#"[{{"message":"{{}}","message":"{mail}"}}]"#)),
    ] {
        let rules: Vec<Value> = found(&scan(&content)).into_iter().map(|finding| finding["rule"].clone()).collect();
        assert_eq!(rules, ["EMAIL"], "{content}");
    }
}

/// Another log with a time before its messages is text, as before: its lines need not be records.
#[test]
fn an_export_of_another_log_is_text() {
    let line = r#"2026-04-19T13:28:51.123Z {"level":"info","to":"a@example.com"}"#;
    let scanned = scan(format!("{line}\n2026-04-19T13:28:52.000Z done\n"));
    assert_eq!((scanned.locations().len(), scanned.quarantined()), (1, vec![]));
    assert_eq!(scanned.outcome.receipt.tally.records_by_format.get("text"), Some(&1));
}
