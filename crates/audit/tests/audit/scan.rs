//! Scans of one unit.

use banister_audit::{FindingRow, ReasonCode, ScanOptions, UnitStatus};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Objects, gzip, scan, scan_with, scanner};

pub(crate) fn record(operation: &str, model: &str, input: &Value, output: &Value) -> Value {
    json!({
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": "2026-04-19T13:28:51Z",
        "accountId": "123456789012", "region": "us-west-2", "requestId": "0b1c2d3e-0000-4000-8000-0123456789ab",
        "operation": operation, "modelId": model,
        "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/App/jane.roe@example.com"},
        "input": {"inputContentType": "application/json", "inputBodyJson": input, "inputTokenCount": 1},
        "output": {"outputContentType": "application/json", "outputBodyJson": output, "outputTokenCount": 1},
    })
}

pub(crate) fn converse(text: &str) -> Value {
    json!({"messages": [{"role": "user", "content": [{"text": text}]}]})
}

pub(crate) fn answer(text: &str) -> Value {
    json!({"output": {"message": {"role": "assistant", "content": [{"text": text}]}}, "stopReason": "end_turn"})
}

#[test]
fn a_record_is_read_with_the_formats_of_its_operation_and_model() {
    let claude = "anthropic.claude-3-haiku-20240307-v1:0";
    let events = json!([
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "to a@exam"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ple.com"}},
    ]);
    let converse_events = json!([
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "a@exa"}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "mple.com"}}},
        {"messageStop": {"stopReason": "end_turn"}},
    ]);
    let tool = json!({"messages": [{"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [
        {"json": {"jane.roe@example.com": 1, "ssn": 536220145}}]}}]}]});
    let mail = "a@example.com";
    for (line, expected) in [
        (
            record("Converse", claude, &converse(mail), &answer(mail)),
            vec![
                "1 input /messages/0/content/0/text 0 EMAIL gap",
                "1 output /output/message/content/0/text 0 EMAIL unverifiable",
            ],
        ),
        (
            record("ConverseStream", claude, &converse("x"), &answer(mail)),
            vec!["1 output /output/message/content/0/text 0 EMAIL unverifiable"],
        ),
        (
            record("ConverseStream", claude, &converse("x"), &converse_events),
            vec!["1 output /choices/0/blocks/0/text 0 EMAIL unverifiable"],
        ),
        (
            record("InvokeModelWithResponseStream", claude, &json!({"prompt": mail}), &events),
            vec!["1 input /prompt 0 EMAIL gap", "1 output /choices/0/blocks/0/text 3 EMAIL unverifiable"],
        ),
        (
            record("Converse", claude, &tool, &answer("detected")),
            vec![
                "1 input /messages/0/content/0/toolResult/content/0/json/* 0 EMAIL gap",
                "1 input /messages/0/content/0/toolResult/content/0/json/* 0 US_SOCIAL_SECURITY_NUMBER gap",
                "1 output /output/message/content/0/text 0 reported ok",
            ],
        ),
        (
            record(
                "InvokeModel",
                "meta.llama3-8b-instruct-v1:0",
                &json!({"prompt": "x"}),
                &json!({"generation": mail}),
            ),
            vec!["1 output /generation 0 EMAIL unverifiable"],
        ),
    ] {
        let scanned = scan(line.to_string() + "\n");
        assert_eq!(scanned.locations(), expected, "{line}");
        assert_eq!(scanned.quarantined(), [""; 0], "{line}");
        assert_eq!(scanned.outcome.receipt.status, UnitStatus::Complete);
        assert_eq!(scanned.outcome.receipt.tally.records_by_format["invocation_log"], 1);
        assert_eq!(scanned.outcome.receipt.tally.records_by_caller["123456789012:assumed-role/App"], 1);
    }
}

#[test]
fn metadata_and_unknown_fields_are_inspected() {
    let mut line = record("Converse", "m", &converse("x"), &answer("x"));
    line["requestMetadata"] = json!({"owner": "a@example.com"});
    line["later"] = json!({"b@example.com": 1, "ssn": 536220145});
    line["input"]["more"] = json!("c@example.com");
    let expected = [
        "1 record /input/* 0 EMAIL gap",
        "1 record /*/* 0 EMAIL gap",
        "1 record /*/* 0 US_SOCIAL_SECURITY_NUMBER gap",
        "1 record /requestMetadata/* 0 EMAIL gap",
    ];
    let mut found = scan(line.to_string()).locations();
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn bodies_in_side_objects_are_read() {
    let mut line = record("Converse", "m", &json!(null), &json!(null));
    line["input"] = json!({"inputBodyS3Path": "s3://b/in"});
    line["output"] = json!({"outputBodyS3Path": "s3://b/out"});
    let body = converse("a@example.com").to_string();
    let mut objects = Objects::default();
    objects.0.insert("s3://b/in".into(), gzip(&body));
    objects.0.insert("s3://b/out".into(), answer("b@example.com").to_string().into_bytes());
    let scanned = scan_with(ScanOptions::default(), line.to_string().as_bytes(), &objects);
    assert_eq!(
        scanned.locations(),
        [
            "1 input /messages/0/content/0/text 0 EMAIL gap",
            "1 output /output/message/content/0/text 0 EMAIL unverifiable",
        ]
    );
    assert_eq!(scanned.outcome.receipt.side_objects.len(), 2);
    let truncated = |object: Vec<u8>| object[..object.len() - 9].to_vec();
    for (input, reason) in [
        (None, "body_missing 1 input"),
        (Some(truncated(gzip(&body))), "gz_truncated 1 input"),
        (Some(b"\xff\xfe a@example.com".to_vec()), "utf8 1 input"),
        (Some(b"{\"messages\": ".to_vec()), "body_unsupported 1 input"),
    ] {
        match input {
            Some(input) => objects.0.insert("s3://b/in".into(), input),
            None => objects.0.remove("s3://b/in"),
        };
        let scanned = scan_with(ScanOptions::default(), line.to_string().as_bytes(), &objects);
        assert_eq!(scanned.quarantined(), [reason]);
    }
}

#[test]
fn bad_lines_are_quarantined_and_evaluated_as_text() {
    let good = record("Converse", "m", &converse("a@example.com"), &answer("x")).to_string();
    let deep = format!("{}\"a@example.com\"{}", "[".repeat(5000), "]".repeat(5000));
    let unsupported = record("Converse", "m", &json!("a@example.com"), &answer("x")).to_string();
    let mut future = record("Converse", "m", &converse("x"), &answer("x"));
    future["schemaVersion"] = json!("2.0");
    future["prompt"] = json!("a@example.com");
    let mut missing = record("Converse", "m", &converse("a@example.com"), &answer("x"));
    missing.as_object_mut().unwrap().remove("output");
    let duplicate = good.replacen("\"input\":", "\"input\": {\"inputBodyJson\": {}}, \"input\":", 1);
    for (line, reason) in [
        ("{\"a\": \"a@example.com\"".to_owned(), "json_syntax 2"),
        (deep, "json_depth 2"),
        (format!("{{\"a\": \"a@example.com {}\"}}", "x".repeat(5000)), "line_too_long 2"),
        (future.to_string(), "schema_unknown 2"),
        (duplicate, "schema_unknown 2"),
        (missing.to_string(), "body_missing 2 output"),
    ] {
        let options = || ScanOptions { max_line_bytes: 4096, ..ScanOptions::default() };
        let limit = if reason.starts_with("json_depth") { ScanOptions::default() } else { options() };
        let scanned = scan_with(limit, format!("{good}\n{line}\n{good}").as_bytes(), &Objects::default());
        assert_eq!(scanned.quarantined(), [reason]);
        let mut lines: Vec<u64> = scanned.findings.iter().map(|row| row["line"].as_u64().unwrap()).collect();
        lines.dedup();
        assert_eq!(lines, [1, 2, 3], "{reason}");
        assert_eq!(scanned.outcome.receipt.tally.quarantined.len(), 1);
    }
    let scanned = scan(format!("{good}\n{}", &good[..good.len() - 5]));
    assert_eq!(scanned.quarantined(), ["torn_line 2"]);
    assert_eq!(scanned.findings.len(), 2 + 1, "the session name in the identity is text too");
    let scanned = scan([good.as_bytes(), b"\n{\"a\": \"\xff a@example.com\"}\n"].concat());
    assert_eq!(scanned.quarantined(), ["utf8 2"]);
    assert_eq!(scanned.findings.len(), 2);
    assert_eq!(scan(unsupported).findings.len(), 1);
}

#[test]
fn the_good_prefix_of_a_damaged_file_counts() {
    let line = record("Converse", "m", &converse("a@example.com"), &answer("x")).to_string() + "\n";
    let many = line.repeat(300);
    let whole = gzip(&many);
    assert_eq!(scan(&whole).findings.len(), 300);
    assert_eq!(scan(&whole).locations(), scan(&many).locations());
    let two = [gzip(&line), gzip(&line)].concat();
    assert_eq!(scan(two).findings.len(), 2);

    let scanned = scan(&whole[..whole.len() / 2]);
    let receipt = &scanned.outcome.receipt;
    assert_eq!((receipt.status, receipt.reason), (UnitStatus::Partial, Some(ReasonCode::GzTruncated)));
    assert!((50..300).contains(&scanned.findings.len()), "{}", scanned.findings.len());

    let mut damaged = whole.clone();
    let last = damaged.len() - 6;
    damaged[last] ^= 1;
    let scanned = scan(&damaged);
    assert_eq!(scanned.outcome.receipt.reason, Some(ReasonCode::GzCorrupt));
    assert_eq!(scanned.findings.len(), 300);
    assert_eq!(scanned.outcome.receipt.size, damaged.len() as u64);

    let trailing = [whole.as_slice(), b"trailing"].concat();
    assert_eq!(scan(trailing).outcome.receipt.status, UnitStatus::Partial);
}

#[test]
fn markers_and_unsupported_formats_are_not_silent() {
    let marker = scan("");
    assert!(marker.outcome.receipt.marker);
    assert_eq!(marker.outcome.receipt.status, UnitStatus::Complete);
    for bytes in [b"PAR1....".to_vec(), b"PK\x03\x04".to_vec(), b"\x28\xb5\x2f\xfd".to_vec(), gzip(gzip("{}"))] {
        let receipt = scan(bytes).outcome.receipt;
        assert_eq!((receipt.status, receipt.reason), (UnitStatus::Failed, Some(ReasonCode::FormatUnsupported)));
    }
}

#[test]
fn text_and_other_json_are_inspected() {
    let scanned = scan("Dear a@example.com,\nmy number is\n536-22-0145\n");
    assert_eq!(scanned.locations(), ["0 input  5 EMAIL gap", "0 input  33 US_SOCIAL_SECURITY_NUMBER gap"]);
    let scanned = scan("\n{\"text\": \"a@example.com\"}\n[{\"x\": \"b@example.com\"}, {\"y\": \"c@example.com\"}]\n");
    assert_eq!(scanned.locations(), ["2 input /text 0 EMAIL gap", "3 input /* 0 EMAIL gap", "3 input /* 0 EMAIL gap"]);
}

#[test]
fn a_log_is_a_log_with_a_damaged_first_line_or_a_byte_order_mark() {
    let line = record("Converse", "m", &converse("a@example.com"), &answer("x")).to_string();
    let scanned = scan(format!("ent\": 1}}\n{line}\n"));
    assert_eq!(scanned.quarantined(), ["json_syntax 1"]);
    assert_eq!(scanned.locations(), ["2 input /messages/0/content/0/text 0 EMAIL gap"]);
    let scanned = scan(format!("\u{feff}{line}\n"));
    assert_eq!(scanned.quarantined(), [""; 0]);
    assert_eq!(scanned.locations(), ["1 input /messages/0/content/0/text 0 EMAIL gap"]);
}

/// A pipe or a bucket may deliver a byte at first. What the content is does not depend on that.
#[test]
fn results_do_not_depend_on_how_the_bytes_arrive() {
    /// Returns at most so many bytes at once.
    struct Trickle<'a>(&'a [u8], usize);

    impl std::io::Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(self.1);
            std::io::Read::read(&mut self.0, &mut buffer[..length])
        }
    }

    let model = "anthropic.claude-3-haiku-20240307-v1:0";
    let log = record("Converse", model, &converse("Mail a@example.com"), &json!({})).to_string();
    for content in [
        gzip(&log),
        format!("damaged\n{log}\n").into_bytes(),
        format!("\u{feff}{log}").into_bytes(),
        format!("{log}{log}").into_bytes(),
        format!("[\n{log},\n{log}\n]").into_bytes(),
        gzip("{\n\"to\": \"a@example.com\"\n}"),
        b"2026-04-19 Mail a@example.com\n{\"to\": \"b@example.com\"}\n".to_vec(),
        b"\x28\xb5\x2f\xfd zstd".to_vec(),
    ] {
        let scanned = |at_once: usize| {
            let mut findings = Vec::new();
            let mut sink = |row: &FindingRow<'_>| {
                findings.push(serde_json::to_value(row)?);
                Ok(())
            };
            let scanner = scanner(ScanOptions::default());
            let outcome = scanner.scan_unit("u", Trickle(&content, at_once), &Objects::default(), &mut sink);
            let outcome = outcome.expect("the sink accepts all");
            (outcome.receipt, outcome.quarantine, findings)
        };
        let whole = scanned(usize::MAX);
        for at_once in [1, 3, 100] {
            assert_eq!(scanned(at_once), whole, "{at_once} bytes at once of {:?}", String::from_utf8_lossy(&content));
        }
    }
}

#[test]
fn labels_that_callers_choose_are_bounded() {
    let line = |model: u64| {
        record("Converse", &format!("amazon.model-{model}"), &converse("x"), &answer("x")).to_string() + "\n"
    };
    let scanned = scan((0..1100).map(line).collect::<String>());
    let models = &scanned.outcome.receipt.tally.records_by_model;
    assert_eq!((models.len(), models["(others)"]), (1001, 100));
}

#[test]
fn a_failed_call_needs_no_bodies() {
    let mut line = record("Converse", "m", &converse("x"), &answer("x"));
    line["errorCode"] = json!("ThrottlingException");
    line.as_object_mut().unwrap().remove("output");
    assert_eq!(scan(line.to_string()).quarantined(), [""; 0]);
}

proptest! {
    #[test]
    fn any_bytes_have_an_outcome(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let scanned = scan(&bytes);
        prop_assert_eq!(scanned.outcome.receipt.size, bytes.len() as u64);
    }

    #[test]
    fn a_changed_byte_of_a_record_loses_nothing(at in 0..700_usize, byte in any::<u8>()) {
        let mut line = record("Converse", "m", &converse("a@example.com"), &answer("x")).to_string().into_bytes();
        let at = at % line.len();
        let address = line.windows(13).position(|window| window == b"a@example.com").unwrap();
        prop_assume!(!(address.saturating_sub(1)..address + 14).contains(&at) && byte != b'\n');
        line[at] = byte;
        let scanned = scan(&line);
        prop_assert!(!scanned.findings.is_empty(), "{:?}", String::from_utf8_lossy(&line));
    }
}
