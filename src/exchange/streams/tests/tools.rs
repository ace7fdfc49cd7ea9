//! Tool arguments that have not ended.

use super::GUARDRAIL;
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
        (&format!("[{}", &digits[..20]), "[", 20, None),
        (&format!("[{digits}"), &format!("[{digits}"), 0, None),
    ] {
        let (mut tool, mut out) = (ToolGuard::new(), String::new());
        assert!(!tool.push(fragment, start, &mut out, &mut Vec::new()).expect("JSON"), "{fragment}");
        assert_eq!((out.as_str(), tool.buffered_bytes()), (released, buffered), "{fragment}");
        assert_eq!(tool.so_far().map(|found| found.findings().len()), findings, "{fragment}");
    }
}
