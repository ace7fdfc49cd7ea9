//! The words of the headers and the command line.

use banister_simulator::{BodyFormat, ChunkSize, Fault, ModelResponse};
use serde_json::json;

#[test]
fn every_reply_can_be_written_in_a_header() {
    let cases = [
        ("echo", ModelResponse::Echo),
        ("scripted", ModelResponse::Scripted),
        ("text:a: b", ModelResponse::Text("a: b".into())),
        (r#"text-json:"a\nb""#, ModelResponse::Text("a\nb".into())),
        (
            r#"tool:{"name":"weather","input":{"city":"Oslo"}}"#,
            ModelResponse::ToolUse { name: "weather".into(), input: json!({"city": "Oslo"}), text: None },
        ),
        (
            r#"reasoning:{"reasoning":"hm","text":"yes"}"#,
            ModelResponse::Reasoning { reasoning: "hm".into(), text: "yes".into() },
        ),
        (
            r#"citations:{"text":"a","title":"b","citedText":"c"}"#,
            ModelResponse::Citations { text: "a".into(), title: "b".into(), cited_text: "c".into() },
        ),
        (r#"json:{"a":1}"#, ModelResponse::RawJson(json!({"a": 1}))),
        (r#"events:[["chunk",{"a":1}]]"#, ModelResponse::RawEvents(vec![("chunk".into(), json!({"a": 1}))])),
    ];
    for (directive, reply) in cases {
        assert_eq!(directive.parse(), Ok(reply), "{directive}");
    }
    for broken in ["", "say", "text-json:1", "tool:{}", "json:", "events:{}", "events:[[1,2]]", "events:[[]]"] {
        assert!(broken.parse::<ModelResponse>().is_err(), "{broken}");
    }
}

#[test]
fn every_fault_can_be_written_in_a_header() {
    let cases = [
        ("throttle", Fault::Throttle),
        (
            "status:503:ServiceUnavailableException:try: later",
            Fault::Status {
                status: 503,
                exception: "ServiceUnavailableException".into(),
                message: "try: later".into(),
            },
        ),
        (
            "exception-frame:2:throttlingException:slow",
            Fault::ExceptionFrame {
                after_events: 2,
                exception_type: "throttlingException".into(),
                message: "slow".into(),
            },
        ),
        ("cut:100", Fault::CutConnection { after_bytes: 100 }),
        ("corrupt:2", Fault::CorruptFrame { after_events: 2 }),
        ("stall:2", Fault::Stall { after_events: 2 }),
        ("hang", Fault::Hang),
    ];
    for (directive, fault) in cases {
        assert_eq!(directive.parse(), Ok(fault), "{directive}");
    }
    for broken in ["", "flood", "cut", "cut:x", "status:503", "status:42:X:y", "exception-frame:1"] {
        assert!(broken.parse::<Fault>().is_err(), "{broken}");
    }
}

#[test]
fn every_cut_and_shape_can_be_written_in_a_header() {
    assert_eq!("tokens".parse(), Ok(ChunkSize::Tokens));
    assert_eq!("chars:3".parse(), Ok(ChunkSize::Chars(3)));
    assert_eq!("bytes:7".parse(), Ok(ChunkSize::Bytes(7)));
    assert_eq!("at:1, 5".parse(), Ok(ChunkSize::At(vec![1, 5])));
    assert!("at:".parse::<ChunkSize>().is_err() && "words".parse::<ChunkSize>().is_err());
    for format in BodyFormat::all() {
        assert_eq!(format.name().parse(), Ok(format));
    }
    assert!("gpt".parse::<BodyFormat>().is_err());
}
