//! The names of fields that no format has are text, whatever the values are.

use serde_json::{Map, Value, json};

use super::tests::{Case, cases};
use super::*;

const NAME: &str = "jane.roe@example.com";

/// Values without text in them.
fn values() -> [Value; 8] {
    [json!(1), json!(4.5), json!(true), json!(null), json!(""), json!({}), json!([]), json!([[1], {}])]
}

fn objects_of(value: &Value, pointer: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            out.push(pointer.to_owned());
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                objects_of(value, &format!("{pointer}/{name}"), out);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| objects_of(item, &format!("{pointer}/{at}"), out));
        }
        _ => {}
    }
}

/// Returns the body with one more field in each of its objects in turn.
fn with_field<'a>(body: &'a Value, value: &'a Value) -> impl Iterator<Item = (String, String)> + 'a {
    let mut objects = Vec::new();
    objects_of(body, "", &mut objects);
    objects.into_iter().map(move |object| {
        let mut body = body.clone();
        let members: &mut Map<String, Value> = body.pointer_mut(&object).unwrap().as_object_mut().unwrap();
        members.insert(NAME.to_owned(), value.clone());
        (object, body.to_string())
    })
}

fn visit(case: &Case, body: &str, f: &mut Visitor<'_>) -> Result<Visited, BodyError> {
    match case.is_request {
        true => visit_request(case.operation, body.as_bytes(), f),
        false => visit_response(case.operation, body.as_bytes(), f),
    }
}

/// Wherever the text of a new field would be inspected, its name is, too.
#[test]
fn a_name_is_inspected_whatever_its_value() {
    let (mut places, text) = (0, json!("some text"));
    for case in cases() {
        let body: Value = serde_json::from_str(&case.body).unwrap();
        // The service defines the names of guardrails in traces, and those in findings of automated reasoning.
        let is_named_by_service =
            |object: &str| object.contains("race/guardrail") || object.contains("automatedReasoningPolicy");
        let mut inspected = Vec::new();
        for (object, body) in with_field(&body, &text) {
            let mut is_inspected = false;
            let mut note = |field: TextField<'_>| {
                is_inspected |= !field.is_key() && field.text() == "some text" && field.inner_pointer().is_none();
                None
            };
            if visit(&case, &body, &mut note).is_ok() && is_inspected && !is_named_by_service(&object) {
                inspected.push(object);
            }
        }
        for value in values() {
            for (object, body) in with_field(&body, &value).filter(|(object, _)| inspected.contains(object)) {
                let mut is_inspected = false;
                let mut note = |field: TextField<'_>| {
                    is_inspected |= field.is_key() && field.text() == NAME;
                    None
                };
                // A body that is rejected is not forwarded either.
                let is_forwarded = visit(&case, &body, &mut note).is_ok();
                assert!(is_inspected || !is_forwarded, "{}: {value} at {object}", case.name);
                places += 1;
            }
        }
    }
    assert!(places > 1000, "{places}");
}

/// An event with text in a new field is unknown content; without text, it is forwarded.
#[test]
fn a_name_in_an_event_is_inspected_whatever_its_value() {
    let chunks = [
        json!({"type": "message_start", "message": {"id": "m", "role": "assistant", "content": [], "usage": {}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}),
        json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": "a"}, "finish_reason": null}]}),
        json!({"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}}]}),
        json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": "a"}, "stop_reason": null}]}),
        json!({"choices": [{"index": 0, "text": "a", "finish_reason": null}]}),
        json!({"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "a"}}}),
        json!({"outputText": "a", "index": 0, "completionReason": null}),
        json!({"generation": "a", "stop_reason": null}),
        json!({"outputs": [{"text": "a", "stop_reason": null}]}),
        json!({"event_type": "text-generation", "text": "a", "is_finished": false}),
        json!({"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": "a"}),
    ];
    let is_counter = |object: &str| object.ends_with("/usage");
    for chunk in &chunks {
        let mut places = 0;
        for value in values() {
            for (object, json) in with_field(chunk, &value).filter(|(object, _)| !is_counter(object)) {
                let parsed = parse_event(StreamKind::Invoke, "chunk", json.as_bytes(), UnknownContent::Reject);
                let Ok(mut event) = parsed else { continue };
                let mut is_inspected = false;
                let mut note = |field: TextField<'_>| {
                    is_inspected |= field.is_key() && field.text() == NAME;
                    None
                };
                event.rewrite(&[], &[], &mut note).unwrap();
                assert!(is_inspected, "{value} at {object} of {chunk}");
                places += 1;
            }
        }
        assert!(places >= values().len(), "{chunk}");
    }
}

/// What each call of a format has is no text: a word filter with one of these words does not rename it.
#[test]
fn the_names_of_settings_are_no_text() {
    let body = json!({
        "anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "temperature": 0.5, "top_p": 1, "top_k": 3,
        "stream": true, "messages": [{"role": "user", "content": "Hi"}],
    });
    let chat = json!({
        "model": "m", "n": 2, "seed": 7, "logprobs": true, "top_logprobs": 2, "max_completion_tokens": 9, "store": false,
        "parallel_tool_calls": true, "presence_penalty": 0.1,
        "messages": [{"role": "user", "content": "Hi"}],
    });
    for (operation, body) in [(Operation::InvokeModel, body), (Operation::ChatCompletions, chat)] {
        let mut names = Vec::new();
        visit_request(operation, body.to_string().as_bytes(), &mut |field| {
            names.extend(field.is_key().then(|| field.text().to_owned()));
            None
        })
        .unwrap();
        assert_eq!(names, [""; 0], "{body}");
    }
}
