//! Tool arguments that have not ended.

use serde_json::{Value, json};

use super::GUARDRAIL;
use crate::bedrock::Operation;
use crate::exchange::body::BodyGuard;
use crate::exchange::streams::tool::ToolGuard;
use crate::guardrail::{Conversation, Evaluator, Source};

fn start(context: &str) -> Evaluator {
    Evaluator::of_stream(GUARDRAIL.clone(), Source::Output, Conversation::new()).with_context(context)
}

/// Fragment, what is released, the number of bytes buffered, and the number of findings in the string that is open.
#[test]
fn open_strings_and_numbers_are_buffered_and_counted() {
    let digits = "1".repeat(21);
    for (fragment, released, buffered, findings) in [
        ("{", "{", 0, None),
        (r#"{"a": "#, r#"{"a": "#, 0, None),
        (r#"{"a": "Ask jane.roe@"#, r#"{"a": "Ask "#, 9, Some(0)),
        (r#"{"a": "jane.roe@example.com is"#, r#"{"a": "{EMAIL} "#, 2, Some(1)),
        ("[411", "[", 3, None),
        ("[-", "[", 1, None),
        // A number is buffered up to the longest that is inspected.
        (&format!("[{}", &digits[..19]), "[", 19, None),
        (&format!("[{}", &digits[..20]), &format!("[{}", &digits[..20]), 0, None),
        (&format!("[{digits}"), &format!("[{digits}"), 0, None),
        ("[4111111111111111.00", "[", 19, None),
    ] {
        let (mut tool, mut out) = (ToolGuard::new(), String::new());
        assert!(!tool.push(fragment, start, &mut out, &mut Vec::new()).expect("JSON"), "{fragment}");
        assert_eq!((out.as_str(), tool.buffered_bytes()), (released, buffered), "{fragment}");
        assert_eq!(tool.so_far().map(|found| found.findings().len()), findings, "{fragment}");
    }
}

/// A number, what is forwarded of it in the field `n` and in the field `cvv`.
#[test]
fn a_number_is_masked_in_every_spelling() {
    let (card, cvv) = (r#""{CREDIT_DEBIT_CARD_NUMBER}""#, r#""{CREDIT_DEBIT_CARD_CVV}""#);
    let long = "1".repeat(400);
    for (number, in_n, in_cvv) in [
        ("4111111111111111", card, card),
        ("4111111111111111.0", card, card),
        ("4.111111111111111e15", card, card),
        ("4.111111111111111E+15", card, card),
        ("41111111111111110.00e-1", card, card),
        ("0.04111111111111111e17", card, card),
        ("123", "123", cvv),
        ("123.0", "123.0", cvv),
        ("1.23e2", "1.23e2", cvv),
        // What is no such number is forwarded as it is written.
        ("4111111111111112.0", "4111111111111112.0", "4111111111111112.0"),
        ("4111111111111111.5", "4111111111111111.5", "4111111111111111.5"),
        ("-0.0", "-0.0", "-0.0"),
        ("1.50", "1.50", "1.50"),
        ("6.02214076e23", "6.02214076e23", "6.02214076e23"),
        ("1E400", "1E400", "1E400"),
        (&long, &long, &long),
    ] {
        let arguments = format!(r#"{{"n": {number}, "cvv":{number} ,"l":[{number}]}}"#);
        let expected = format!(r#"{{"n": {in_n}, "cvv":{in_cvv} ,"l":[{in_n}]}}"#);
        let mut body = json!({"choices": [{"index": 0, "message": {"role": "assistant", "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}]}}]});
        let guard = BodyGuard::new(&GUARDRAIL, &Conversation::new());
        let whole = guard.inspect_response(Operation::InvokeModel, body.to_string().as_bytes()).expect("known");
        if let Some(masked) = whole.masked_body() {
            body = serde_json::from_slice(masked).expect("JSON");
        }
        let changed = body.pointer("/choices/0/message/tool_calls/0/function/arguments").and_then(Value::as_str);
        assert_eq!(changed, Some(expected.as_str()));

        for length in [1, 2, 3, 7, arguments.len()] {
            let (mut tool, mut out) = (ToolGuard::new(), String::new());
            for fragment in arguments.as_bytes().chunks(length).map(str::from_utf8) {
                tool.push(fragment.expect("ASCII"), start, &mut out, &mut Vec::new()).expect("JSON");
                assert!(expected.starts_with(&out), "{out} of {expected}");
            }
            tool.finish(start, &mut out, &mut Vec::new());
            assert_eq!(out, expected);
        }
    }
}

/// What is no number, or is longer than what is buffered, is rejected before it is forwarded.
#[test]
fn other_numbers_are_rejected() {
    for number in [
        "4111-1111-1111-1111",
        "4111.1111.1111",
        "04111111111111111",
        "1e+-5",
        "1.e5",
        "-",
        &format!("4{}", "0".repeat(200)),
    ] {
        let (mut tool, mut out) = (ToolGuard::new(), String::new());
        assert!(tool.push(&format!("[{number}]"), start, &mut out, &mut Vec::new()).is_err(), "{number}");
        assert!(out.len() < 6, "{out}");
    }
}
