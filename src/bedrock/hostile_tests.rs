use proptest::prelude::*;

use super::tests::cases;
use super::*;
use crate::json::{FieldEdit, JsonDocument};

proptest! {
    #[test]
    fn broken_bodies_do_no_harm(at in any::<usize>(), byte in any::<u8>(), cut in any::<bool>()) {
        for case in cases() {
            let mut body = case.body.into_bytes();
            let at = at % body.len();
            if cut {
                body.truncate(at);
            } else {
                body[at] = byte;
            }
            for unknown in [UnknownContent::Reject, UnknownContent::Inspect] {
                let mut edit = |field: TextField<'_>| {
                    assert!(!field.pointer().is_empty());
                    Some(FieldEdit::whole(field.text().len(), "x"))
                };
                let visited = if case.is_request {
                    visit_request_with(case.operation, &body, unknown, &mut edit)
                } else {
                    visit_response_with(case.operation, &body, unknown, &mut edit)
                };
                if let Ok(Visited { body: Some(body), .. }) = visited {
                    let _ = ResponseFormat::of(Operation::InvokeModel, &JsonDocument::parse(&body)?);
                }
                for kind in [StreamKind::Invoke, StreamKind::Converse] {
                    if let Ok(mut event) = parse_event(kind, "chunk", &body, unknown) {
                        event.rewrite(&[], &[], &mut edit)?;
                    }
                }
            }
        }
    }
}

#[test]
fn hostile_bodies_take_linear_time() {
    let many = |unit: &str, count: usize| vec![unit; count].join(",");
    let bytes = many(r#""bytes":"""#, 100_000);
    let pad = many(r#""a":1"#, 100_000);
    let images = many(r#"{"image":{"source":{"bytes":"aGk="}}}"#, 30_000);
    let texts = many(r#"{"text":"\u00e9x"}"#, 30_000);
    let converse = [format!(r#"{{"document":{{"source":{{{bytes}}},{pad}}}}}"#), images, texts]
        .map(|content| (Operation::Converse, format!(r#"{{"messages":[{{"role":"user","content":[{content}]}}]}}"#)));
    let thinking = many(r#""thinking":"a""#, 100_000);
    let signatures = many(r#""signature":"""#, 100_000);
    let signed = many(r#""signature":"s""#, 100_000);
    let block = r#"{"type":"thinking","thinking":"a"}"#;
    let blocks = many(block, 30_000);
    let said = |content: &str| format!(r#"{{"role":"assistant","content":[{content}]}}"#);
    let messages = many(&said(block), 30_000);
    let conversations = many(&format!(r#""messages":[{}]"#, said(block)), 30_000);
    let claude = [
        said(&format!(r#"{{"type":"thinking",{thinking}}}"#)),
        said(&format!(r#"{{"type":"thinking",{signatures}}}"#)),
        said(&format!(r#"{{"type":"thinking","thinking":"a",{signed}}}"#)),
        said(&blocks),
        messages,
    ];
    let claude = claude.map(|messages| format!(r#""messages":[{messages}]"#)).into_iter().chain([conversations]);
    let claude = claude.map(|more| (Operation::InvokeModel, format!(r#"{{"anthropic_version":"v",{more}}}"#)));
    for (operation, body) in converse.into_iter().chain(claude) {
        // Quadratic work would take minutes, and be noticed.
        visit_request(operation, body.as_bytes(), &mut |field| {
            let length = field.text().len();
            field.pointer();
            Some(FieldEdit::whole(length, "y"))
        })
        .expect("known");
    }
    let chunk = format!("{{{}}}", many(r#""outputText":"a""#, 50_000));
    let event = deltas(StreamKind::Invoke, "chunk", chunk.as_bytes()).expect("known");
    assert_eq!(event.deltas().len(), 50_000);
}

#[test]
fn unknown_content_is_rejected_and_can_be_inspected() {
    for (operation, body, pointer) in [
        (Operation::InvokeModel, r#"{"hologram":"x"}"#, None),
        (Operation::InvokeModel, r#"["x"]"#, None),
        (
            Operation::InvokeModel,
            r#"{"anthropic_version":"v","messages":[{"role":"user","content":[{"type":"hologram","beam":"x"}]}]}"#,
            Some("/messages/0/content/0"),
        ),
        (
            Operation::InvokeModel,
            r#"{"anthropic_version":"v","messages":[{"role":"user","content":[{"type":"text","type":"image","text":"x"}]}]}"#,
            Some("/messages/0/content/0"),
        ),
        (
            Operation::Converse,
            r#"{"messages":[{"role":"user","content":[{"text":"a"},{"hologram":{"beam":"x"}}]}]}"#,
            Some("/messages/0/content/1"),
        ),
        (Operation::CountTokens, r#"{"input":{"hologram":"x"}}"#, Some("/input")),
        (Operation::StartAsyncInvoke, r#"{"modelInput":{"hologram":"x"}}"#, None),
    ] {
        let error = visit_request(operation, body.as_bytes(), &mut |_| None).expect_err(body);
        assert!(error.is_unknown(), "{body}: {error}");
        assert_eq!(error.pointer(), pointer, "{body}");
        assert!(!error.to_string().contains("beam"));
        let mut seen = false;
        visit_request_with(operation, body.as_bytes(), UnknownContent::Inspect, &mut |field| {
            seen |= field.text() == "x";
            None
        })
        .expect(body);
        assert!(seen, "{body}");
    }
}

/// Members whose whole content is settings, counters or vectors by decision: text in them is not seen.
const SETTINGS: &[&str] = &[
    "amazon-bedrock-guardrailConfig",
    "cachePoint",
    "cache_control",
    "contentPolicy",
    "countPenalty",
    "embeddingConfig",
    "embeddings",
    "embeddingsByType",
    "finishReason",
    "guardrailConfig",
    "guardrailCoverage",
    "imageGenerationConfig",
    "invocationMetrics",
    "metrics",
    "outputDataConfig",
    "performanceConfig",
    "thinking",
    "topicPolicy",
    "usage",
    "videoGenerationConfig",
];

/// Pointers of all objects of a value.
fn objects(value: &serde_json::Value, pointer: &str, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            out.push(pointer.to_owned());
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                objects(value, &format!("{pointer}/{name}"), out);
            }
        }
        serde_json::Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                objects(value, &format!("{pointer}/{at}"), out);
            }
        }
        _ => {}
    }
}

#[test]
fn a_new_member_anywhere_is_inspected_or_rejected() {
    for case in cases() {
        let body: serde_json::Value = serde_json::from_str(&case.body).expect("JSON");
        let mut pointers = Vec::new();
        objects(&body, "", &mut pointers);
        for pointer in pointers {
            let mut changed = body.clone();
            changed.pointer_mut(&pointer).expect("there")["tomorrow"] = "text".into();
            let changed = changed.to_string();
            let mut seen = false;
            let mut look = |field: TextField<'_>| {
                seen |= field.pointer() == format!("{pointer}/tomorrow");
                None
            };
            let visited = if case.is_request {
                visit_request(case.operation, changed.as_bytes(), &mut look)
            } else {
                visit_response(case.operation, changed.as_bytes(), &mut look)
            };
            let is_covered = match visited {
                Err(error) => error.is_unknown(),
                Ok(visited) => {
                    let skipped = visited.summary.skipped;
                    seen || skipped.iter().any(|s| pointer.starts_with(&s.pointer))
                }
            };
            // Whether a document may be cited is a setting too; the citations themselves are a list.
            let is_setting = pointer.ends_with("/citations") || pointer.split('/').any(|step| SETTINGS.contains(&step));
            assert!(is_covered || is_setting, "{}: {pointer}", case.name);
        }
    }
}

proptest! {
    #[test]
    fn an_opened_unknown_body_is_inspected_whole(strings in prop::collection::vec(".{0,8}", 0..8)) {
        let nested = strings.iter().fold(serde_json::json!({}), |inner, text| {
            serde_json::json!({"a": [text, 1, null], "b": inner})
        });
        let body = serde_json::json!({"hologram": nested}).to_string();
        let mut offered = Vec::new();
        visit_request_with(Operation::InvokeModel, body.as_bytes(), UnknownContent::Inspect, &mut |field| {
            // Numbers are offered with their names.
            if !field.is_key() && !field.context().1 {
                offered.push(field.text().to_owned());
            }
            None
        })?;
        offered.reverse();
        prop_assert_eq!(offered, strings);
    }
}
