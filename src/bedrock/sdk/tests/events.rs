use serde_json::{Value, json};

use crate::bedrock::event_stream::deltas;
use crate::bedrock::model_event::{DeltaTexts, ModelEvent, StreamKind, SubstreamId};
use crate::bedrock::progress::Progress;
use crate::bedrock::sdk::{SdkEvent, chunk_json, json_chunk};
use crate::json::FieldEdit;

use super::client::events;
use super::compare::{SALTS, fields, mask};

/// Events of every kind.
pub(super) fn bodies() -> Vec<(&'static str, Value)> {
    let delta = |block: u64, delta: Value| {
        ("contentBlockDelta", json!({"delta": delta, "contentBlockIndex": block, "p": "abc"}))
    };
    vec![
        ("messageStart", json!({"role": "assistant", "p": "ab"})),
        delta(0, json!({"text": "My name"})),
        delta(0, json!({"text": ""})),
        ("contentBlockStop", json!({"contentBlockIndex": 0})),
        delta(1, json!({"reasoningContent": {"text": "hm \u{e9}"}})),
        delta(1, json!({"reasoningContent": {"signature": "c2ln"}})),
        delta(1, json!({"reasoningContent": {"redactedContent": "ZW5j"}})),
        (
            "contentBlockStart",
            json!({"start": {"toolUse": {"toolUseId": "t", "name": "find"}}, "contentBlockIndex": 2}),
        ),
        delta(2, json!({"toolUse": {"input": "{\"who\": \"Ja"}})),
        ("contentBlockStop", json!({"contentBlockIndex": 2})),
        (
            "contentBlockStart",
            json!({"start": {"toolResult": {"toolUseId": "t", "type": "x", "status": "success"}}, "contentBlockIndex": 3}),
        ),
        delta(3, json!({"toolResult": [{"text": "one"}, {"json": {"Jane": ["x"]}}, {"text": "two"}]})),
        ("contentBlockStart", json!({"start": {"image": {"format": "png"}}, "contentBlockIndex": 4})),
        delta(4, json!({"image": {"source": {"bytes": "aGk="}, "error": {"message": "could not"}}})),
        delta(
            5,
            json!({"citation": {"title": "ct", "source": "cs", "sourceContent": [{"text": "sc"}], "location": {"web": {"url": "u", "domain": "d"}}}}),
        ),
        delta(
            5,
            json!({"citation": {"title": "ct", "location": {"documentChar": {"documentIndex": 0, "start": 1, "end": 2}}}}),
        ),
        ("messageStop", json!({"stopReason": "end_turn", "additionalModelResponseFields": {"stop_sequence": "Jane"}})),
        (
            "metadata",
            json!({
                "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
                "metrics": {"latencyMs": 4},
                "trace": {"guardrail": {"modelOutput": ["raw", "{\"a\": \"b\"}"], "actionReason": "because"}},
            }),
        ),
    ]
}

#[tokio::test]
async fn events_offer_what_their_json_offers() {
    let bodies: Vec<_> = bodies().into_iter().map(|(name, body)| (name, body.to_string())).collect();
    let typed = events(&bodies).await;
    assert_eq!(typed.len(), bodies.len());
    let (mut typed_progress, mut json_progress) = (Progress::new(), Progress::new());
    for ((name, body), typed) in bodies.iter().zip(typed) {
        let mut event = SdkEvent::read(typed.clone()).expect("known");
        let mut json = deltas(StreamKind::Converse, name, body.as_bytes()).expect("known");
        assert_eq!((event.kind(), event.block()), (json.kind(), json.block()), "{body}");
        let owned = |deltas: DeltaTexts<'_>| -> Vec<(SubstreamId, String)> {
            deltas.iter().map(|(id, text)| (*id, (*text).to_owned())).collect()
        };
        let typed_deltas = owned(event.delta_texts());
        assert_eq!(typed_deltas, owned(json.delta_texts()), "{body}");
        assert_eq!(event.signed(), json.signed(), "{body}");
        let has_deltas_only = event.has_deltas_only() || json.has_deltas_only();

        typed_progress.observe(&event);
        json_progress.observe(&json);
        assert_eq!(typed_progress, json_progress, "{body}");

        let (typed_slots, typed_skipped) = fields(|f| event.rewrite(&[], &[], f));
        let (json_slots, json_skipped) = fields(|f| json.rewrite(&[], &[], f));
        assert!(!has_deltas_only || typed_slots.is_empty() && typed_skipped.is_empty(), "{body}");
        assert_eq!((typed_slots, typed_skipped), (json_slots, json_skipped), "{body}");
        assert_eq!(event.into_inner(), typed, "nothing was to change");

        for salt in SALTS {
            let edits: Vec<_> = typed_deltas
                .iter()
                .enumerate()
                .map(|(at, (_, text))| (at, FieldEdit::whole(text.len(), format!("{{{salt}\"\u{e9}}}"))))
                .collect();
            let mut event = SdkEvent::read(typed.clone()).expect("known");
            let covered = event.rewrite(&edits, &[], &mut |field| mask(&field, salt)).expect("known");
            let mut json = deltas(StreamKind::Converse, name, body.as_bytes()).expect("known");
            let summary = json.rewrite(&edits, &[], &mut |field| mask(&field, salt)).expect("known");
            let changed =
                json.into_rewritten().map_or_else(|| body.clone(), |bytes| String::from_utf8(bytes).expect("UTF-8"));
            assert_eq!(vec![event.into_inner()], events(&[(*name, changed)]).await, "{body}");
            assert_eq!(covered.inspected_bytes, summary.inspected_bytes, "{body}");
        }
    }
}

#[tokio::test]
async fn unknown_events_and_deltas_are_rejected() {
    let refused = [
        ("hologram", json!({"x": 1})),
        ("contentBlockDelta", json!({"delta": {"hologram": "hidden"}, "contentBlockIndex": 0})),
        ("contentBlockDelta", json!({"delta": {"reasoningContent": {"hologram": "hidden"}}, "contentBlockIndex": 0})),
        ("contentBlockDelta", json!({"delta": {"toolResult": [{"hologram": "hidden"}]}, "contentBlockIndex": 0})),
        ("contentBlockStart", json!({"start": {"hologram": {}}, "contentBlockIndex": 0})),
    ];
    for (name, body) in refused {
        let mut typed = events(&[(name, body.to_string())]).await;
        let result = SdkEvent::read(typed.remove(0)).and_then(|mut event| event.rewrite(&[], &[], &mut |_| None));
        assert!(result.expect_err("refused").is_unknown(), "{body}");
    }
}

#[tokio::test]
async fn edits_that_do_not_fit_are_rejected() {
    let delta = json!({"delta": {"text": "abc"}, "contentBlockIndex": 0}).to_string();
    let typed = events(&[("contentBlockDelta", delta)]).await;
    let edit = || FieldEdit::whole(3, "longer than before");
    for edits in [vec![(1, edit())], vec![(0, edit()), (0, edit())], vec![(0, FieldEdit::whole(4, ""))]] {
        let mut event = SdkEvent::read(typed[0].clone()).expect("known");
        event.rewrite(&edits, &[], &mut |_| None).expect_err("refused");
    }
}

#[test]
fn chunks_hold_json() {
    let json = br#"{"generation":"Hi Jane"}"#;
    let mut chunk = json_chunk(json.as_slice());
    let mut event = deltas(StreamKind::Invoke, "chunk", chunk_json(&chunk).expect("a chunk")).expect("known");
    assert_eq!(event.deltas()[0].text, "Hi Jane");
    let edits = [(0, FieldEdit::new(vec![(3..7, "{NAME}".into())]))];
    event.rewrite(&edits, &[], &mut |_| None).expect("known");
    let changed = event.into_rewritten().expect("changed");
    chunk = json_chunk(changed);
    assert_eq!(chunk_json(&chunk).expect("a chunk"), br#"{"generation":"Hi {NAME}"}"#);
}

#[test]
fn debug_forms_hold_no_text() {
    let event = crate::bedrock::sdk::text_delta(
        crate::bedrock::model_event::SubstreamId { choice: 0, block: 0, kind: crate::bedrock::table::DeltaKind::Text },
        "Jane",
    );
    let event = SdkEvent::read(event.expect("built")).expect("known");
    assert!(!format!("{event:?}").contains("Jane"));
}
