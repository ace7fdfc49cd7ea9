//! The invocation log as CloudWatch Logs delivers it.

use banister_audit::ScanOptions;
use serde_json::{Value, json};

use crate::scan::{converse, record};
use crate::support::{Objects, Scanned, scan, scan_with};

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

fn unparsed(record: &str) -> Value {
    record.into()
}

fn parsed(record: &str) -> Value {
    serde_json::from_str(record).expect("JSON")
}

/// Rows as the console exports them.
fn rows(messages: &[String], message: impl Fn(&str) -> Value) -> Value {
    let row = |text: &String| json!({"@timestamp": "2026-04-19 13:28:51.123", "@message": message(text), "@logStream": "aws/bedrock/modelinvocations"});
    messages.iter().map(row).collect()
}

fn results(messages: &[String]) -> Value {
    let field = |name: &str, value: &str| json!({"field": name, "value": value});
    let row = |text: &String| json!([field("@timestamp", "2026-04-19 13:28:51.123"), field("@message", text)]);
    json!({"results": messages.iter().map(row).collect::<Value>(), "statistics": {"recordsMatched": 2.0}, "status": "Complete"})
}

fn events(messages: &[String]) -> Value {
    let event = |text: &String| json!({"timestamp": 1, "message": text, "ingestionTime": 2, "eventId": "3"});
    json!({"events": messages.iter().map(event).collect::<Value>(), "searchedLogStreams": []})
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
        ("batches that are joined", format!("{}{}", batch(&records[..1]), batch(&records[1..]))),
        ("batches that are joined, and a line", format!("{} {}\n", batch(&records[..1]), batch(&records[1..]))),
        ("records that are joined", records.concat()),
        ("a batch over lines", format!("{:#}", batch(&records))),
        ("batches over lines", format!("{:#}\n{:#}", batch(&records[..1]), batch(&records[1..]))),
        ("events that FilterLogEvents returned", format!("{:#}", events(&records))),
        ("an export of Logs Insights", format!("{:#}", rows(&records, unparsed))),
        ("the same in a line", rows(&records, unparsed).to_string()),
        ("the same with a byte order mark", format!("\u{feff}{:#}", rows(&records, unparsed))),
        ("the same with its messages as objects", format!("{:#}", rows(&records, parsed))),
        ("rows that GetQueryResults returned", format!("{:#}", results(&records))),
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
        format!("{}{}", batch(&[]), json!({"note": mail})),
        format!("{}{}", json!({"note": mail}), batch(&[])),
        format!("{}{{\"note\": \"{mail}", batch(&[])),
        format!("[\n{},\n{{\"note\": \"{mail}\"", batch(&[])),
        format!("[\n{},\n\"{mail}\"]", batch(&[])),
        format!("{{\n\"note\":\n\"{mail}\"}}"),
        rows(&[mail.to_owned()], unparsed).to_string(),
        json!([{"@timestamp": "", "@message": {}, "new": mail}]).to_string(),
        json!([{"@timestamp": "", "@message": [mail]}]).to_string(),
        results(&[mail.to_owned()]).to_string(),
        results(&["{}".to_owned()]).to_string().replace("Complete\"", &format!("Complete\", \"new\": \"{mail}\"")),
        results(&["{}".to_owned()]).to_string().replacen("\"value\"", &format!("\"new\": \"{mail}\", \"value\""), 1),
        events(&[mail.to_owned()]).to_string(),
        events(&["{}".to_owned()]).to_string().replace("\"3\"", &format!("\"3\", \"new\": \"{mail}\"")),
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

/// Firehose writes objects of up to 128 MB, which are one line; only a record that is itself too long is quarantined.
#[test]
fn joined_records_and_documents_may_be_longer_than_a_line() {
    let batches: Vec<String> = records().iter().map(|record| batch(std::slice::from_ref(record)).to_string()).collect();
    let longest = batches.iter().map(String::len).max().unwrap_or_default();
    let options = || ScanOptions { max_line_bytes: longest + 10, ..ScanOptions::default() };
    let count = 20;
    for (case, content) in [
        ("joined", batches.concat().repeat(count)),
        ("document", format!("[\n{}\n]", vec![batches.join(",\n"); count].join(","))),
    ] {
        let scanned = scan_with(options(), content.as_bytes(), &Objects::default());
        assert_eq!(scanned.quarantined(), Vec::<String>::new(), "{case}");
        assert_eq!(scanned.outcome.receipt.tally.records_by_format.get("invocation_log"), Some(&(2 * count as u64)));
        assert_eq!(scanned.findings.len(), 2 * count, "{case}");
        let long = format!("{{\"note\": \"{} b@example.com\"}}", "x ".repeat(longest));
        let with_long = content.replacen(&batches[1], &long, 1);
        let scanned = scan_with(options(), with_long.as_bytes(), &Objects::default());
        assert_eq!(scanned.outcome.quarantine.len(), 1, "{case}");
        assert_eq!(scanned.outcome.quarantine[0].reason.to_string(), "line_too_long", "{case}");
        let last = scanned.findings.iter().filter(|finding| finding["rule"] == "EMAIL").count();
        assert!(last >= 2 * count, "{case}: {last}");
    }
}
